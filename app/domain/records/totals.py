"""Compares what a terminal says it sent with what arrived."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from app.domain.problems import Problem, problem

END_OF_DAY = 69

# The quantity of a type that control totals add up.
QUANTITY_FIELDS: Mapping[int, str] = MappingProxyType(
    {11: "qty_base", 13: "delivered", 17: "qty_base"}
)


@dataclass(frozen=True, slots=True)
class Arrived:
    """A record as control totals see it: its quantity in base units and its cash in fen."""

    type: int
    seq: int
    qty_base: int = 0
    cash_fen: int = 0


def measure(type_no: int, seq: int, fields: Mapping[str, Any]) -> Arrived:
    """What a record that was read adds to the control totals."""
    name = QUANTITY_FIELDS.get(type_no)
    qty_base = fields[name] or 0 if name else 0
    is_cash = type_no == 30 and fields["method"] == "cash" and not fields["void"]
    return Arrived(type_no, seq, qty_base, fields["amount_fen"] if is_cash else 0)


def check_totals(declared: Mapping[str, Any], arrived: Iterable[Arrived]) -> list[Problem]:
    """Problems between the fields of an end-of-day record and the records of its batch.

    Counts and sums are over the records from `first_seq` to `last_seq`; the end-of-day record
    itself does not count. X_SEQ_GAP names missing numbers; E_TOTALS one total that differs.
    """
    first, last = declared["first_seq"], declared["last_seq"]
    in_span = [a for a in arrived if first <= a.seq <= last]
    gaps = missing_seqs(first, last, {a.seq for a in in_span})
    found = [problem("X_SEQ_GAP", first=gap[0], last=gap[-1]) for gap in gaps]
    covered = [a for a in in_span if a.type != END_OF_DAY]
    counts = Counter(a.type for a in covered)
    declared_counts = {number: n for number, n in declared["counts"].items() if n}
    declared_counts.pop(END_OF_DAY, None)
    for number in sorted(counts.keys() | declared_counts.keys()):
        expected = declared_counts.get(number, 0)
        found += _compare(f"count of type {number}", expected, counts[number])
    found += _compare("quantity", declared["qty_sum"], sum(a.qty_base for a in covered))
    found += _compare("cash", declared["cash_fen"], sum(a.cash_fen for a in covered))
    return found


def missing_seqs(first: int, last: int, present: set[int]) -> list[range]:
    """Runs of numbers in `first`..`last` that are not present."""
    gaps = []
    expected = first
    for seq in (*sorted(seq for seq in present if first <= seq <= last), last + 1):
        if seq > expected:
            gaps.append(range(expected, seq))
        expected = seq + 1
    return gaps


def _compare(what: str, declared: int, received: int) -> list[Problem]:
    if declared == received:
        return []
    return [problem("E_TOTALS", what, declared=declared, received=received)]
