"""Rows over pages: all of them, in order, and never a page that looks forgotten."""

from hypothesis import given
from hypothesis import strategies as st

from app.reports.pagination import paginate

HEIGHTS = st.lists(st.integers(10, 60), max_size=120)


@given(HEIGHTS, st.integers(120, 400), st.integers(120, 400), st.integers(0, 100))
def test_every_row_stands_once_and_fits(
    heights: list[int], first: int, other: int, closing: int
) -> None:
    pages = paginate(heights, first, other, closing)
    assert [row for page in pages for row in page] == list(range(len(heights)))
    for number, page in enumerate(pages):
        room = other if number else first
        used = sum(heights[row] for row in page)
        assert used + (closing if number == len(pages) - 1 else 0) <= room


@given(HEIGHTS, st.integers(180, 400), st.integers(180, 400), st.integers(0, 60))
def test_the_closing_has_company(heights: list[int], first: int, other: int, closing: int) -> None:
    pages = paginate(heights, first, other, closing)
    if len(pages) > 1:
        assert len(pages[-1]) >= 2


def test_a_row_higher_than_a_page_does_not_stop_the_rest() -> None:
    assert paginate([50, 900, 50], 100, 100, 40) == [range(1), range(1, 2), range(2, 3)]


def test_no_rows_are_one_page() -> None:
    assert paginate([], 100, 100, 500) == [range(0)]
