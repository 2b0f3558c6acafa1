"""One person suggests, another one confirms."""

import pytest

from app.domain.evidence import Proposal, check_author, check_second
from app.errors import RuleBroken


def test_a_proposal_is_read_as_it_was_written() -> None:
    said = Proposal("reject", 'a "quoted" reason, 原因')
    assert Proposal.read(said.text) == said


@pytest.mark.parametrize(
    ("first", "second", "both"),
    [("a", "b", "a · b"), ("a", "a", "a"), ("", "b", "b"), ("", "", "")],
)
def test_what_both_said_is_kept(first: str, second: str, both: str) -> None:
    assert Proposal("fix", first).confirmed_by(Proposal("fix", second)) == both


def test_nobody_is_two_persons() -> None:
    check_second("anna", "bert")
    with pytest.raises(RuleBroken, match="proposer-confirms"):
        check_second("Anna", "anna")


def test_nobody_decides_about_the_own_records() -> None:
    check_author("S01", "anna")
    check_author("", "")
    with pytest.raises(RuleBroken, match="resolver-is-author"):
        check_author("S01", "s01")
