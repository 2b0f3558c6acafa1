"""Founds the sample branch: its master data, its prices and the goods of its first morning."""

from datetime import date, timedelta

from app.domain.quantity import Packing
from app.domain.stock import LocationKind
from app.services.demo import names
from app.services.demo.world import SampleCustomer, SampleProduct, World
from app.services.masters import Customer, MasterData
from app.storage.store.master_data import (
    Branch,
    Party,
    Person,
    Place,
    Price,
    PriceList,
    Product,
    Profile,
    Reason,
    Route,
    Vehicle,
)

WAREHOUSE = "WH01"
SUPPLIER = "BREW01"
REASONS = (
    ("DMG1", "破损"), ("DMG2", "渗漏"), ("EXP1", "过期"), ("EXP2", "临期"), ("QUAL", "质量问题"),
    ("WRNG", "送错货"), ("OVER", "超送"), ("UNSD", "滞销"), ("CLSD", "店铺关门"),
    ("NOCA", "没有现金"), ("PRIC", "价格争议"), ("NOSP", "没有地方"), ("NOTO", "没有订货"),
    ("LATE", "送达太晚"), ("OTHR", "其他"),
)  # fmt: skip


def sample_branch() -> Branch:
    return Branch(
        name=names.BRANCH_NAME,
        address=names.BRANCH_ADDRESS,
        phone=names.BRANCH_PHONE,
        licence_no=names.BRANCH_LICENCE,
    )


def masters_of(world: World, since: date) -> MasterData:
    """Everything with a code, valid from `since`; XS330 has no price on purpose."""
    first_day = since - timedelta(days=365)
    return MasterData(
        people=tuple(Person(code=p.code, name=p.name, roles=(p.role,)) for p in world.people),
        vehicles=tuple(
            Vehicle(code=r.van, name=f"{r.name}货车", plate=f"临A·D{r.van[-2:]}01")
            for r in world.routes
        ),
        parties=(
            Party(
                code=SUPPLIER,
                name="望汐啤酒有限公司",
                address="临汐市工业大道1号",
                supplier=True,
            ),
        ),
        routes=tuple(
            Route(
                code=route.code,
                name=route.name,
                person=route.driver,
                vehicle=route.van,
                stops=(),
            )
            for route in world.routes
        ),
        customers=tuple(_customer(customer, first_day) for customer in world.customers),
        products=tuple(_product(p) for p in (*world.products, world.unpriced, *world.empties)),
        price_lists=(_price_list(world, first_day),),
        places=(
            Place(code=WAREHOUSE, name="中心仓库", kind=LocationKind.WAREHOUSE),
            *(
                Place(code=r.van, name=f"{r.name}货车", kind=LocationKind.VAN, vehicle=r.van)
                for r in world.routes
            ),
        ),
        reasons=tuple(Reason(code=code, name=name) for code, name in REASONS),
    )


def stops_of(world: World) -> MasterData:
    """The rounds, once their customers are there."""
    return MasterData(
        routes=tuple(
            Route(
                code=route.code,
                name=route.name,
                person=route.driver,
                vehicle=route.van,
                stops=tuple(
                    customer.code
                    for customer in sorted(world.customers, key=lambda c: c.stop)
                    if customer.route == route.code
                ),
            )
            for route in world.routes
        )
    )


def _customer(customer: SampleCustomer, valid_from: date) -> Customer:
    party = Party(
        code=customer.code,
        name=customer.name,
        address=customer.address,
        contact=customer.contact,
        phone=customer.phone,
    )
    profile = Profile(
        valid_from=valid_from,
        customer_type=customer.channel,
        service_mode="direct" if customer.direct else "indirect",
        pay_terms_days=customer.credit_days,
        min_remaining_days=30 if customer.channel == "KA" else 0,
        salesperson=customer.salesperson,
        route=customer.route,
    )
    return Customer(party, profile)


def _product(product: SampleProduct) -> Product:
    return Product(
        code=product.code,
        name=product.name,
        short_name=product.short_name,
        brand=product.brand,
        product_group=product.group,
        kind=product.kind,
        base_unit_name=product.unit_name,
        spec=product.spec,
        ml_per_base=product.ml,
        shelf_life_days=product.shelf_life_days,
        removal_lead_days=30 if product.kind == "full" else 0,
        lot_tracked=product.kind == "full",
        packings=tuple(
            Packing(p.code, p.name, p.factor, p.gtin, p.is_default) for p in product.packings
        ),
    )


def _price_list(world: World, valid_from: date) -> PriceList:
    return PriceList(
        code="BASE",
        name="基本价目",
        kind="base",
        valid_from=valid_from,
        prices=tuple(
            Price(product=product.code, packing=packing.code, price_fen=packing.price_fen)
            for product in world.products
            for packing in product.packings
        ),
    )
