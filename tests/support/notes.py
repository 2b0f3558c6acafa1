"""Delivery notes to print in tests: plausible ones of any length, in either language."""

from dataclasses import replace
from datetime import date, timedelta

from app.domain.money import line_amount
from app.domain.papers import DeliveryNote, NoteLine

PRODUCTS = (
    ("P0101", "雪山纯生啤酒(精酿小麦)", "500ml×12", 12, 500, 5_280),
    ("P0102", "雪山清爽啤酒", "330ml×24", 24, 330, 6_000),
    ("P0203", "山泉天然矿泉水", "550ml×24", 24, 550, 2_640),
    ("P0310", "老井坊花生酱香瓜子独立小包装家庭分享装", "1.5kg×6", 6, 0, 18_890),
    ("P0411", "橙意鲜榨橙汁饮料", "1L×8", 8, 1000, 7_992),
)


def make_line(number: int, *, free: bool = False) -> NoteLine:
    """A line that differs from its neighbours in product, lot and quantity."""
    code, name, spec, factor, ml_per_base, price_fen = PRODUCTS[number % len(PRODUCTS)]
    packs, loose = 1 + number * 7 % 23, number * 5 % factor
    qty_base = packs * factor + loose
    discount_fen = 250 if number % 9 == 4 and not free else 0
    price = 0 if free else price_fen
    return NoteLine(
        line_no=number,
        product_code=code,
        product_name=name,
        spec=spec,
        lot_code=f"L2606{number % 30 + 1:02}A",
        production_date=date(2026, 6, 1) - timedelta(days=number % 45),
        shelf_life_days=180 + number % 3 * 90,
        packing_name="箱",
        base_name="瓶",
        packing_factor=factor,
        packs=packs,
        loose=loose,
        qty_base=qty_base,
        price_fen=price,
        net_fen=line_amount(price, factor, qty_base) - discount_fen,
        discount_fen=discount_fen,
        free=free,
        ml_per_base=ml_per_base,
        remark="堆头陈列支持" if number % 11 == 5 else "",
    )


def make_note(
    line_count: int, /, *, seq: int = 123, language: str = "zh", **changes: object
) -> DeliveryNote:
    """A note of `line_count` lines; every seventh line is free of charge."""
    number = f"0127-DN-2606-{seq:06}-6"
    note = DeliveryNote(
        number=number,
        barcode_text=number,
        title_key="delivery_note",
        branch_name="临川市丰收商贸有限公司",
        branch_address="江西省临川市高新区兴业大道88号3号仓",
        branch_phone="0794-8266120",
        branch_licence="JY13610020012345",
        business_date=date(2026, 6, 18),
        route_code="R03",
        stop_seq=12,
        van="赣F·A6128",
        driver="熊建国",
        salesperson="刘敏 13870400217",
        order_numbers=("0127-SO-2606-000456-2",),
        order_class="I",
        customer_code="C00217",
        customer_name="万喆堃副食品批发部",
        customer_address="临川市文昌里街道学府路176号院内右手第二间(农贸市场北门对面)",
        customer_contact="萬小姐",
        customer_phone="13907940001",
        payment_terms="cash",
        language=language,
        remark="上午十点前送到",
        state="loaded",
        prepared_by="王芳",
        lines=tuple(make_line(n, free=n % 7 == 0) for n in range(1, line_count + 1)),
        snapshot_sha256="9f31c07ab2" + "0" * 54,
        template_version=1,
    )
    return replace(note, **changes)  # type: ignore[arg-type]
