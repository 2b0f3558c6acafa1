"""The columns of the list of returns, and of the lines of one."""

from collections.abc import Mapping

from app.i18n import N_
from app.storage.queries.returns import FoundReturnLine, ReturnRow
from app.ui.language import Language
from app.ui.models.columns import Column, Look

LOOKS: Mapping[str, Look] = {
    "requested": Look("warn", "hourglass", N_("Waits for approval")),
    "approved": Look("busy", "check", N_("Approved")),
    "rejected": Look("bad", "ban", N_("Rejected")),
    "received": Look("warn", "package-open", N_("To be looked at")),
    "posted": Look("ok", "circle-check", N_("Credited")),
}
GROUPS: Mapping[str, frozenset[str]] = {
    "open": frozenset({"requested", "approved", "received"}),
    "done": frozenset({"posted", "rejected"}),
    "all": frozenset(),
}
MODES: Mapping[str, str] = {
    "return": N_("return"),
    "exchange": N_("exchange"),
    "swap": N_("freshness swap"),
}
EMPTIES = {"empties": N_("empties")}
CONDITIONS: Mapping[str, str] = {
    "good": N_("good"),
    "near": N_("near expiry"),
    "damaged": N_("damaged"),
    "expired": N_("expired"),
}
DISPOSITIONS: Mapping[str, str] = {
    "sellable": N_("back on sale"),
    "near_expiry": N_("on sale, near expiry"),
    "damaged": N_("lost, damaged"),
    "expired": N_("lost, expired"),
    "recall": N_("to the supplier, recall"),
    "supplier_claim": N_("to the supplier, claim"),
}


def look_of(row: ReturnRow) -> Look:
    return LOOKS.get(row.state, Look("idle", "info", row.state))


def _disposition(row: FoundReturnLine, t: Language) -> str:
    return t(DISPOSITIONS.get(row.disposition, row.disposition)) if row.disposition else "–"


COLUMNS: tuple[Column[ReturnRow], ...] = (
    Column("number", N_("Return"), lambda row, t: row.number or t("not issued"), 180),
    Column("state", N_("State"), lambda row, t: t(look_of(row).word), 160, look=look_of),
    Column(
        "customer_name",
        N_("Customer"),
        lambda row, _t: f"{row.customer_code}  {row.customer_name}",
        240,
    ),
    Column("business_date", N_("Day"), lambda row, t: t.date(row.business_date), 110),
    Column(
        "mode",
        N_("Kind"),
        lambda row, t: t(MODES.get(row.mode) or EMPTIES.get(row.mode, row.mode)),
        110,
    ),
    Column("qty", N_("Units"), lambda row, t: t.number(row.qty), 80, number=True),
    Column("net_fen", N_("Credit"), lambda row, t: t.money(row.net_fen), 110, number=True),
    Column("created_by", N_("Entered by"), lambda row, _t: row.created_by, 110),
)
LINE_COLUMNS: tuple[Column[FoundReturnLine], ...] = (
    Column(
        "product_name",
        N_("Product"),
        lambda row, _t: f"{row.product_code}  {row.product_name}",
        240,
    ),
    Column("lot_code", N_("Lot"), lambda row, _t: row.lot_code or "–", 100),
    Column("qty", N_("Asked"), lambda row, t: t.number(row.qty), 80, number=True),
    Column(
        "accepted",
        N_("Accepted"),
        lambda row, t: "–" if row.accepted is None else t.number(row.accepted),
        90,
        number=True,
    ),
    Column("reason_code", N_("Reason"), lambda row, _t: row.reason_code or "–", 90),
    Column("condition", N_("Condition"), lambda row, t: t(CONDITIONS.get(row.condition, "–")), 110),
    Column("disposition", N_("Where it went"), _disposition, 180),
    Column(
        "no_reference",
        N_("Delivery"),
        lambda row, t: t("unknown") if row.no_reference else t("known"),
        90,
    ),
    Column("net_fen", N_("Credit"), lambda row, t: t.money(row.net_fen), 100, number=True),
)
