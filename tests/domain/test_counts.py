"""Counts: what was found against the book of that moment."""

import pytest

from app.domain.counts import (
    CountLine,
    LineState,
    check_approver,
    needs_recount,
    tolerance,
)
from app.errors import RuleBroken
from tests.support.domain_vectors import vector


def counted(found: int | None, book: int, state: LineState = LineState.COUNTED) -> CountLine:
    return CountLine(1, "P1", state, found, book)


def test_cnt_a_difference_is_against_the_book_at_the_time_of_counting() -> None:
    cnt = vector("CNT")
    line = counted(cnt["counted"], cnt["book_at_count"])
    assert line.difference == cnt["right_diff"] == -6
    book_now = cnt["book_at_count"] + cnt["later_moves"]
    assert counted(cnt["counted"], book_now).difference == cnt["wrong_diff_vs_current"]


def test_a_blank_is_not_zero() -> None:
    assert counted(None, 500, LineState.SKIPPED).difference is None
    assert not needs_recount(counted(None, 500, LineState.SKIPPED), 12)
    assert counted(0, 500, LineState.ZERO).difference == -500


@pytest.mark.parametrize(
    ("state", "found", "codes"),
    [
        (LineState.SKIPPED, None, []),
        (LineState.SKIPPED, 3, ["E_CNT_SKIPPED"]),
        (LineState.ZERO, 0, []),
        (LineState.ZERO, 3, ["E_CNT_QTY"]),
        (LineState.ZERO, None, ["E_CNT_QTY"]),
        (LineState.COUNTED, 3, []),
        (LineState.COUNTED, 0, []),
        (LineState.COUNTED, None, ["E_CNT_QTY"]),
        (LineState.COUNTED, -3, ["E_CNT_QTY"]),
    ],
)
def test_state_and_quantity_must_agree(
    state: LineState, found: int | None, codes: list[str]
) -> None:
    assert [problem.code for problem in counted(found, 10, state).check()] == codes


@pytest.mark.parametrize(("book", "allowed"), [(0, 12), (600, 12), (1_000, 20), (-1_000, 20)])
def test_a_count_may_differ_by_a_case_or_two_percent(book: int, allowed: int) -> None:
    assert tolerance(book, case_factor=12) == allowed
    assert not needs_recount(counted(book - allowed, book), 12)
    assert needs_recount(counted(book - allowed - 1, book), 12)


def test_nobody_approves_the_own_count() -> None:
    check_approver("LI", "WANG")
    with pytest.raises(RuleBroken, match="approver-is-counter"):
        check_approver("LI", "LI")
    with pytest.raises(RuleBroken):
        check_approver("LI", "li")
