"""Stock counts: what was found, against what the book said at that moment."""

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from app.domain.money import BASIS_POINTS
from app.domain.problems import Problem, problem
from app.domain.states import Transitions
from app.errors import RuleBroken

MAX_COUNT_LINES = 512


class CountState(StrEnum):
    PLANNED = "planned"
    OPEN = "open"
    SUBMITTED = "submitted"
    RECOUNT = "recount"
    APPROVED = "approved"
    POSTED = "posted"
    REVERSED = "reversed"


class CountEvent(StrEnum):
    START = "start"
    SUBMIT = "submit"
    ASK_RECOUNT = "ask_recount"
    APPROVE = "approve"
    POST = "post"
    REVERSE = "reverse"


COUNT_TRANSITIONS = Transitions(
    MappingProxyType(
        {
            (CountState.PLANNED, CountEvent.START): CountState.OPEN,
            (CountState.OPEN, CountEvent.SUBMIT): CountState.SUBMITTED,
            (CountState.SUBMITTED, CountEvent.ASK_RECOUNT): CountState.RECOUNT,
            (CountState.SUBMITTED, CountEvent.APPROVE): CountState.APPROVED,
            (CountState.RECOUNT, CountEvent.SUBMIT): CountState.SUBMITTED,
            (CountState.APPROVED, CountEvent.POST): CountState.POSTED,
            (CountState.POSTED, CountEvent.REVERSE): CountState.REVERSED,
        }
    )
)


class LineState(StrEnum):
    """Whether a line was counted; a blank (skipped) line says nothing, least of all zero."""

    COUNTED = "counted"
    ZERO = "zero"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class CountLine:
    """One counted product; `book_at_count` is the book as of the time of counting."""

    line_no: int
    product: str
    state: LineState
    counted: int | None
    book_at_count: int

    def check(self) -> list[Problem]:
        """E_CNT_SKIPPED, E_CNT_QTY when state and quantity contradict each other."""
        where = f"line {self.line_no}"
        if self.state is LineState.SKIPPED:
            return [] if self.counted is None else [problem("E_CNT_SKIPPED", where)]
        if self.state is LineState.ZERO:
            fits = self.counted == 0
        else:
            fits = self.counted is not None and self.counted >= 0
        return [] if fits else [problem("E_CNT_QTY", where)]

    @property
    def difference(self) -> int | None:
        """Counted minus book, None for a line that was not counted."""
        return None if self.counted is None else self.counted - self.book_at_count


def tolerance(book: int, case_factor: int, rate_bp: int = 200) -> int:
    """Base units a count may differ without a recount: one case or a share of the book."""
    return max(case_factor, abs(book) * rate_bp // BASIS_POINTS)


def needs_recount(line: CountLine, case_factor: int) -> bool:
    """Whether the line is further off than its tolerance."""
    return abs(line.difference or 0) > tolerance(line.book_at_count, case_factor)


def check_approver(counter: str, approver: str) -> None:
    """RuleBroken("approver-is-counter") when somebody approves the own count.

    Codes of people are in capitals; what somebody signs in with need not be.
    """
    if counter.casefold() == approver.casefold():
        raise RuleBroken("approver-is-counter", user=approver)
