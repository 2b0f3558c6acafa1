"""The columns of the list of orders, and of the lines of one."""

from collections.abc import Mapping

from app.i18n import N_
from app.storage.queries.orders import OpenLine, OrderRow
from app.ui.language import Language
from app.ui.models.columns import Column, Look

LOOKS: Mapping[str, Look] = {
    "received": Look("idle", "circle-dashed", N_("Received")),
    "held": Look("warn", "hourglass", N_("Held")),
    "confirmed": Look("busy", "check", N_("Confirmed")),
    "partly_delivered": Look("warn", "truck", N_("Partly delivered")),
    "delivered": Look("ok", "circle-check", N_("Delivered")),
    "closed": Look("idle", "circle-check", N_("Closed short")),
    "rejected": Look("bad", "ban", N_("Rejected")),
    "cancelled": Look("bad", "x", N_("Cancelled")),
}
GROUPS: Mapping[str, frozenset[str]] = {
    "all": frozenset(),
    "held": frozenset({"held"}),
    "open": frozenset({"received", "held", "confirmed", "partly_delivered"}),
    "done": frozenset({"delivered", "closed", "rejected", "cancelled"}),
}
HOLDS: Mapping[str, str] = {
    "E_CREDIT": N_("beyond the credit"),
    "E_STOCK": N_("not enough in stock"),
    "E_TWIN": N_("ordered twice"),
    "E_PRICE_HOLD": N_("another price than ours"),
    "E_PRICE_FLOOR": N_("below the least price"),
}
CLASSES: Mapping[str, str] = {
    "purchase": N_("purchase"),
    "direct": N_("direct"),
    "distributed": N_("distributed"),
}
ORIGINS: Mapping[str, str] = {
    "visit": N_("visit"),
    "phone": N_("phone"),
    "wholesaler": N_("wholesaler"),
    "host": N_("host"),
}


def _customer(row: OrderRow, _t: Language) -> str:
    return f"{row.customer_code}  {row.customer_name}"


def _product(row: OpenLine, _t: Language) -> str:
    return f"{row.product_code}  {row.product_name}"


COLUMNS: tuple[Column[OrderRow], ...] = (
    Column("number", N_("Order"), lambda row, t: row.number or t("not issued"), 190),
    Column(
        "state",
        N_("State"),
        lambda row, t: t(LOOKS[row.state].word),
        130,
        look=lambda row: LOOKS[row.state],
    ),
    Column("customer_code", N_("Customer"), _customer, 220),
    Column("wanted_date", N_("Wanted"), lambda row, t: t.date(row.wanted_date), 100),
    Column("order_class", N_("Class"), lambda row, t: t(CLASSES[row.order_class]), 90),
    Column("origin", N_("Origin"), lambda row, t: t(ORIGINS[row.origin]), 80),
    Column("lines", N_("Lines"), lambda row, t: t.number(row.lines), 60, number=True),
    Column("net_fen", N_("Amount"), lambda row, t: t.money(row.net_fen), 130, number=True),
    Column("salesperson", N_("Salesperson"), lambda row, _t: row.salesperson, 110),
    Column(
        "business_date", N_("Ordered"), lambda row, t: t.date(row.business_date), 100, hidden=True
    ),
)

LINE_COLUMNS: tuple[Column[OpenLine], ...] = (
    Column("line_no", N_("Line"), lambda row, _t: str(row.line_no), 50, number=True),
    Column(
        "product_code",
        N_("Product"),
        lambda row, _t: f"{row.product_code}  {row.product_name}",
        220,
    ),
    Column("ordered", N_("Ordered"), lambda row, t: t.number(row.ordered), 104, number=True),
    Column("delivered", N_("Delivered"), lambda row, t: t.number(row.delivered), 104, number=True),
    Column("underway", N_("On the way"), lambda row, t: t.number(row.underway), 104, number=True),
    Column("remaining", N_("Remaining"), lambda row, t: t.number(row.remaining), 104, number=True),
    Column("reserved", N_("Reserved"), lambda row, t: t.number(row.reserved), 104, number=True),
    Column("net_fen", N_("Amount"), lambda row, t: t.money(row.net_fen), 100, number=True),
)
