"""What a customer owes, against what was agreed."""

import pytest

from app.domain.credit import CreditMode, Exposure, Terms, Verdict, judge_credit
from tests.support.domain_vectors import vector

NOTHING = Exposure(0, 0, 0, 0)


def test_c1_an_order_that_goes_beyond_the_limit_is_held() -> None:
    c1 = vector("C1")
    owed = Exposure(
        c1["open_ar"],
        c1["unposted_delivered"],
        c1["confirmed_orders"],
        c1["unallocated_receipts"],
    )
    assert owed.total_fen == c1["exposure"]
    terms = Terms(c1["limit"], 0, CreditMode.HOLD)
    assert judge_credit(terms, owed, c1["new_order"]) == (Verdict.HOLD, c1["over"])
    assert judge_credit(terms, owed, c1["available"]) == (Verdict.FINE, 0)


@pytest.mark.parametrize(
    ("terms", "new_fen", "overdue", "expected"),
    [
        (None, 10**9, 99, (Verdict.FINE, 0)),
        (Terms(100, 0, CreditMode.WARN), 101, 0, (Verdict.WARN, 1)),
        (Terms(100, 0, CreditMode.CASH_ONLY), 1, 0, (Verdict.HOLD, 0)),
        (Terms(100, 10, CreditMode.HOLD), 1, 10, (Verdict.FINE, 0)),
        (Terms(100, 10, CreditMode.HOLD), 1, 11, (Verdict.HOLD, 0)),
        (Terms(100, 0, CreditMode.HOLD), 1, 999, (Verdict.FINE, 0)),
    ],
)
def test_what_was_agreed_decides(
    terms: Terms | None, new_fen: int, overdue: int, expected: tuple[Verdict, int]
) -> None:
    assert judge_credit(terms, NOTHING, new_fen, overdue) == expected
