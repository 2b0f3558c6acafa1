"""Document numbers and their series."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.numbering import (
    GAPLESS,
    DocumentKind,
    DocumentNumber,
    NumberSeries,
    missing_numbers,
    month_of,
    parse_number,
    terminal_series,
)
from app.errors import RuleBroken
from tests.support.domain_vectors import vector
from tests.support.properties import moderate

NOTE = DocumentNumber(127, DocumentKind.DN, "2606", 123)


def test_n1_a_delivery_note_number() -> None:
    assert str(NOTE) == "0127-DN-2606-000123-6"
    assert NOTE.check == vector("N1")["doc_cd"]
    assert parse_number("0127-DN-2606-000123-6") == NOTE


@given(st.integers(0, 9999), st.sampled_from(DocumentKind), st.integers(1, 999_999), st.dates())
@moderate
def test_a_number_reads_back(branch: int, kind: DocumentKind, seq: int, day: date) -> None:
    number = DocumentNumber(branch, kind, month_of(day), seq)
    assert parse_number(str(number)) == number


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0127-DN-2606-000123-5",
        "0127-XX-2606-000123-6",
        "0127-DN-2613-000123-6",
        "127-DN-2606-000123-6",
        "0127-DN-2606-000123-6 ",
        "０１２７-DN-2606-000123-6",
    ],
)
def test_a_mistyped_number_is_refused(text: str) -> None:
    with pytest.raises(RuleBroken, match="number"):
        parse_number(text)


@pytest.mark.parametrize(
    ("branch", "yymm", "seq"),
    [(10_000, "2606", 1), (-1, "2606", 1), (1, "2600", 1), (1, "2606", 0), (1, "2606", 1_000_000)],
)
def test_parts_that_do_not_fit_are_refused(branch: int, yymm: str, seq: int) -> None:
    with pytest.raises(RuleBroken, match="number"):
        DocumentNumber(branch, DocumentKind.DN, yymm, seq)


def test_every_kind_has_its_own_two_digits() -> None:
    digits = [kind.digits for kind in DocumentKind]
    assert len(set(digits)) == len(digits)
    assert DocumentKind.DN.digits == "02"
    assert all(len(two) == 2 for two in digits)


def test_papers_for_auditors_are_gapless() -> None:
    gapless = {"DN", "RN", "RC", "PR", "TR", "CT", "ST", "RV", "WO", "IM", "CN"}
    assert {kind.value for kind in GAPLESS} == gapless


@given(st.lists(st.tuples(st.sampled_from(DocumentKind), st.sampled_from(["2606", "2607"]))))
@moderate
def test_inv_18_a_series_counts_from_one_without_a_gap(
    wanted: list[tuple[DocumentKind, str]],
) -> None:
    counters: dict[tuple[DocumentKind, str], NumberSeries] = {}
    issued: list[DocumentNumber] = []
    for kind, yymm in wanted:
        series = counters.get((kind, yymm), NumberSeries(127, kind, yymm))
        number, counters[kind, yymm] = series.issue()
        issued.append(number)
    assert len(set(map(str, issued))) == len(issued)
    for kind, yymm in counters:
        seqs = [number.seq for number in issued if (number.kind, number.yymm) == (kind, yymm)]
        assert seqs == list(range(1, len(seqs) + 1))
        assert missing_numbers(seqs) == []


def test_missing_numbers_of_a_series_are_named() -> None:
    assert missing_numbers([5, 2, 1]) == [3, 4]
    assert missing_numbers([2]) == [1]
    assert missing_numbers([]) == []


def test_a_terminals_own_series_names_branch_terminal_and_year() -> None:
    assert terminal_series(127, 3, 2026) == "0127-T003-26-"
