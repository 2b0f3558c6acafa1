"""What of a file is new: grown, the same, collected anew."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.continuing import Before, News, Verdict, digest_of, news_of

LINES = st.lists(st.text(max_size=6), max_size=8)


def bytes_of(lines: list[str]) -> bytes:
    return sha256("\n".join(lines).encode()).digest()


def before(lines: list[str], state: str = "held") -> Before:
    return Before(len(lines), digest_of(lines), bytes_of(lines), state)


def test_what_nobody_took_is_new() -> None:
    assert news_of(["a"], bytes_of(["a"]), None) == News(Verdict.NEW, 0)


@given(LINES.filter(bool), LINES.filter(bool))
def test_a_file_that_grew_adds_what_it_grew_by(old: list[str], more: list[str]) -> None:
    now = old + more
    assert news_of(now, bytes_of(now), before(old)) == News(Verdict.GROWN, len(old))
    doubtful = news_of(now, bytes_of(now), before(old, "clearing"))
    assert doubtful == News(Verdict.DOUBTFUL, len(old))
    assert news_of(now, bytes_of(now), before(old, "cleared")) == News(Verdict.NEW, 0)


@given(LINES.filter(bool), st.sampled_from(["held", "clearing"]))
def test_the_same_file_adds_nothing(lines: list[str], state: str) -> None:
    same = news_of(lines, bytes_of(lines), before(lines, state))
    assert same == News(Verdict.SAME, len(lines))
    # a first line with a date, or another end of the lines
    assert news_of(lines, b"other bytes", before(lines, state)) == same


@given(LINES.filter(bool))
def test_a_file_that_is_still_listed_after_it_was_deleted_counts_once(lines: list[str]) -> None:
    found = news_of(lines, bytes_of(lines), before(lines, "cleared"))
    assert found == News(Verdict.AGAIN, len(lines))


@pytest.mark.parametrize("now", [["b"], ["b", "a"], ["a"], []])
def test_a_file_that_begins_otherwise_is_new(now: list[str]) -> None:
    assert news_of(now, bytes_of(now), before(["a", "b"])) == News(Verdict.NEW, 0)


def test_where_lines_are_cut_counts() -> None:
    assert digest_of(["ab", "c"]) != digest_of(["a", "bc"])
