"""The columns of the list of deliveries."""

from collections.abc import Mapping

from app.i18n import N_
from app.storage.queries.deliveries import DeliveryRow
from app.ui.language import Language
from app.ui.models.columns import Column, Look

LOOKS: Mapping[str, Look] = {
    "draft": Look("idle", "circle-dashed", N_("Draft")),
    "dropped": Look("idle", "x", N_("Dropped")),
    "picked": Look("idle", "package-open", N_("Picked")),
    "loaded": Look("busy", "truck", N_("On the van")),
    "delivered": Look("ok", "circle-check", N_("Delivered")),
    "partly_delivered": Look("warn", "triangle-alert", N_("Partly delivered")),
    "refused": Look("bad", "ban", N_("Refused")),
    "not_attempted": Look("warn", "clock", N_("Not attempted")),
    "reversed": Look("bad", "undo-2", N_("Reversed")),
}
_POSTED: Mapping[str | None, Look] = {
    "full": Look("ok", "check", N_("Posted")),
    "part": Look("warn", "check", N_("Posted, in part")),
    "refused": Look("bad", "check", N_("Posted, refused")),
    "missed": Look("warn", "check", N_("Posted, missed")),
}
GROUPS: Mapping[str, frozenset[str]] = {
    "all": frozenset(),
    "waiting": frozenset({"draft", "picked"}),
    "loaded": frozenset({"loaded"}),
    "done": frozenset(
        {"delivered", "partly_delivered", "refused", "not_attempted", "posted", "reversed"}
    ),
}


def look_of(row: DeliveryRow) -> Look:
    if row.state == "posted":
        return _POSTED.get(row.result, _POSTED["full"])
    return LOOKS[row.state]


def words_of(row: DeliveryRow) -> tuple[str | None, ...]:
    """What the filter of the list looks at."""
    return (
        row.number,
        row.route_code,
        row.customer_code,
        row.customer_name,
        row.van,
        row.driver,
        row.load_no,
    )


def _number(row: DeliveryRow, t: Language) -> str:
    return row.number or t("not issued")


def _stop(row: DeliveryRow, _t: Language) -> str:
    return f"{row.route_code} · {row.stop_seq}" if row.route_code else ""


def _customer(row: DeliveryRow, _t: Language) -> str:
    return row.customer_name


def _code(row: DeliveryRow, _t: Language) -> str:
    return row.customer_code


def _state(row: DeliveryRow, t: Language) -> str:
    return t(look_of(row).word)


def _amount(row: DeliveryRow, t: Language) -> str:
    return t.money(row.net_fen)


def _lines(row: DeliveryRow, t: Language) -> str:
    return t.number(row.lines)


def _copies(row: DeliveryRow, t: Language) -> str:
    return t.number(row.copies) if row.copies else "–"


COLUMNS: tuple[Column[DeliveryRow], ...] = (
    Column("number", N_("Number"), _number, 172),
    Column("route_code", N_("Stop"), _stop, 76),
    Column("customer_name", N_("Customer"), _customer, 136),
    Column("state", N_("State"), _state, 130, look=look_of),
    Column("net_fen", N_("Amount"), _amount, 92, number=True),
    Column("lines", N_("Lines"), _lines, 66, number=True, hidden=True),
    Column("copies", N_("Printed"), _copies, 72, number=True),
    Column("customer_code", N_("Customer code"), _code, 110, hidden=True),
)
