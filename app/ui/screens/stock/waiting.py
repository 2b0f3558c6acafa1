"""What waits in the warehouse: transfers under way, write-offs to approve, open claims."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from app.i18n import N_
from app.storage.queries.directory import products_by_code
from app.storage.queries.documents import FoundLine, documents_by_id
from app.storage.queries.stock_papers import (
    InTransit,
    cases,
    claims,
    in_transit,
    write_offs_waiting,
)
from app.storage.reader import Reader
from app.ui.language import Language
from app.ui.models.columns import Ask, Column, Look
from app.ui.models.listed import narrowed
from app.ui.models.table_model import Page

LOOKS: Mapping[str, Look] = {
    "transfer": Look("busy", "truck", N_("Under way")),
    "write_off": Look("warn", "hourglass", N_("Write-off to approve")),
    "claim": Look("warn", "triangle-alert", N_("Claim on a supplier")),
    "case": Look("bad", "shield-alert", N_("Stock that cannot be")),
}
CLAIMS: Mapping[str, str] = {
    "short": N_("short"),
    "rejected": N_("turned down"),
    "oversupply": N_("more than announced"),
    "damaged": N_("damaged"),
}


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """`lines` of a transfer; `qty` base units of a claim; `value_fen` of a write-off."""

    kind: str
    key: UUID
    number: str
    what: str
    detail: str
    who: str
    qty: int | None
    value_fen: int | None
    lines: tuple[InTransit, ...] = ()


def waiting(reader: Reader, ask: Ask, _offset: int, _limit: int) -> Page[WaitingRow]:
    """Everything that somebody has to do something about, the oldest of a kind first."""
    transfers: dict[UUID, list[InTransit]] = {}
    for line in in_transit(reader):
        transfers.setdefault(line.document_id, []).append(line)
    rows = [_transfer(lines) for lines in transfers.values()]
    found_lost = write_offs_waiting(reader)
    lost = documents_by_id(reader, [key for key, _by, _fen in found_lost])
    rows += [_write_off(key, by, fen, lost[key].lines) for key, by, fen in found_lost]
    rows += [
        WaitingRow(
            "case",
            case.id,
            "",
            f"{case.product_code}  {case.product_name}",
            case.place_name or case.place_code,
            "",
            case.qty,
            None,
        )
        for case in cases(reader)
    ]
    found = claims(reader)
    names = products_by_code(reader, {claim.product_code for claim in found})
    rows += [
        WaitingRow(
            "claim",
            claim.id,
            claim.receipt,
            f"{claim.product_code}  {names[claim.product_code].name}",
            claim.kind,
            claim.supplier_code,
            claim.qty,
            None,
        )
        for claim in found
    ]
    return narrowed(rows, ask, lambda row: (row.number, row.what, row.who))


def _transfer(lines: list[InTransit]) -> WaitingRow:
    first = lines[0]
    what = ", ".join(line.product_code for line in lines)
    return WaitingRow(
        "transfer",
        first.document_id,
        first.number,
        what,
        f"{first.source_code} → {first.target_code}",
        first.shipped_by,
        sum(line.shipped for line in lines),
        None,
        tuple(lines),
    )


def _write_off(key: UUID, who: str, value_fen: int, lines: Sequence[FoundLine]) -> WaitingRow:
    goods = ", ".join(dict.fromkeys(line.product_code for line in lines))
    why = ", ".join(dict.fromkeys(line.reason_code or "" for line in lines))
    units = sum(line.qty for line in lines)
    return WaitingRow("write_off", key, "", goods, why, who, units, value_fen)


def _detail(row: WaitingRow, t: Language) -> str:
    return t(CLAIMS.get(row.detail, row.detail)) if row.kind == "claim" else row.detail or "–"


COLUMNS: tuple[Column[WaitingRow], ...] = (
    Column(
        "kind", N_("What waits"), lambda row, t: t(LOOKS[row.kind].word), 180,
        look=lambda row: LOOKS[row.kind],
    ),
    Column("number", N_("Number"), lambda row, _t: row.number or "–", 180),
    Column("what", N_("Goods"), lambda row, _t: row.what or "–", 240),
    Column("detail", N_("Of what kind"), _detail, 160),
    Column("qty", N_("Units"), lambda row, t: "–" if row.qty is None else t.number(row.qty), 80,
           number=True),
    Column("value_fen", N_("Value"),
           lambda row, t: "–" if row.value_fen is None else t.money(row.value_fen), 100,
           number=True),
    Column("who", N_("Who"), lambda row, _t: row.who, 120),
)  # fmt: skip
