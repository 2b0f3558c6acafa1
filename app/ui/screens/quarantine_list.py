"""The rows, columns and totals of the quarantine."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from app.clock import Clock
from app.explain import problem_sentence, word
from app.i18n import N_
from app.storage.queries.docking import board
from app.storage.queries.held import HeldTotals, held_totals
from app.storage.queries.quarantine import OpenItem, open_items
from app.storage.reader import Reader
from app.ui.language import Language
from app.ui.models.columns import Ask, Column, Look
from app.ui.models.listed import narrowed
from app.ui.models.table_model import Page
from app.ui.screens.day import day_span_ms

CHOOSABLE = frozenset({"product", "customer", "location", "person", "document"})
_NAMES = {"document": "number"}
_KINDS = {"price": N_("price")}
_LOOK = Look("warn", "triangle-alert", "")
_SUGGESTED = Look("busy", "hourglass", "")


@dataclass(frozen=True, slots=True)
class Totals:
    """Records received today, how many of them and of all days wait, and what is held with them."""

    records: int
    waiting_today: int
    waiting: int
    items: int
    held: HeldTotals


def waiting(reader: Reader, ask: Ask, _offset: int, _limit: int) -> Page[OpenItem]:
    return narrowed(open_items(reader), ask, _words_of)


def read_totals(reader: Reader, clock: Clock) -> Totals:
    first_ms, last_ms = day_span_ms(clock)
    items = open_items(reader)
    return Totals(
        sum(row.records for row in board(reader, first_ms, last_ms)),
        sum(len(item.seqs) for item in items if item.created_ms >= first_ms),
        sum(len(item.seqs) for item in items),
        len(items),
        held_totals(reader),
    )


def reason_of(item: OpenItem, t: Language) -> str:
    """Return why the line waits and what to do, in the language of the window."""
    named = _NAMES.get(item.kind, item.kind)
    fields = {named: item.raw_value, item.field: item.raw_value, **_details(item.detail)}
    return problem_sentence(item.code, fields, t.translator)


def _details(detail: str) -> Mapping[str, object]:
    try:
        found = json.loads(detail)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _words_of(item: OpenItem) -> tuple[str | None, ...]:
    return (item.code, item.kind, item.raw_value, str(item.terminal_no), item.person_code)


def _value(item: OpenItem, _t: Language) -> str:
    return item.raw_value or "–"


def _kind(item: OpenItem, t: Language) -> str:
    return t(_KINDS[item.kind]) if item.kind in _KINDS else word(item.kind, t.translator)


def _reason(item: OpenItem, t: Language) -> str:
    return reason_of(item, t)


def _terminal(item: OpenItem, t: Language) -> str:
    return t("{terminal}, batch {batch}", terminal=item.terminal_no, batch=item.batch_no)


def _person(item: OpenItem, _t: Language) -> str:
    return item.person_code


def _look(item: OpenItem) -> Look:
    return _LOOK if item.proposed_by is None else _SUGGESTED


def _equal(item: OpenItem, t: Language) -> str:
    return t.number(item.equal)


def _qty(item: OpenItem, t: Language) -> str:
    return "–" if item.qty is None else t.number(item.qty)


def _amount(item: OpenItem, t: Language) -> str:
    return "–" if item.amount_fen is None else t.money(item.amount_fen)


COLUMNS: tuple[Column[OpenItem], ...] = (
    Column("raw_value", N_("Came as"), _value, 202, look=_look),
    Column("kind", N_("Meant as"), _kind, 96),
    Column("equal", N_("Equal lines"), _equal, 90, number=True),
    Column("terminal_no", N_("Terminal"), _terminal, 96),
    Column("person_code", N_("Person"), _person, 68),
    Column("qty", N_("Units"), _qty, 70, number=True, hidden=True),
    Column("amount_fen", N_("Amount"), _amount, 98, number=True, hidden=True),
    Column("code", N_("Why it waits"), _reason, 200),
)
