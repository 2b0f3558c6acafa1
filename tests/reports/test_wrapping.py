"""Line breaks in mixed Chinese and Latin text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.reports.fonts import EmbeddedFont, load_face
from app.reports.wrapping import wrap

SIZE = 90


@pytest.fixture
def font() -> EmbeddedFont:
    return EmbeddedFont("F0", load_face("Regular"))


def test_short_text_is_one_line(font: EmbeddedFont) -> None:
    assert wrap(font, SIZE, 1000, "雪山啤酒") == ("雪山啤酒",)


def test_closing_marks_do_not_start_a_line(font: EmbeddedFont) -> None:
    assert wrap(font, SIZE, 5 * SIZE, "一二三四五，六七") == ("一二三四", "五，六七")
    assert wrap(font, SIZE, 3 * SIZE, "一二（三四") == ("一二", "（三四")


def test_latin_words_stay_whole_where_they_can(font: EmbeddedFont) -> None:
    assert wrap(font, SIZE, 500, "Snow Mountain Pilsner") == ("Snow", "Mountain", "Pilsner")
    assert wrap(font, SIZE, 5 * SIZE, "雪山啤酒Pilsner") == ("雪山啤酒", "Pilsner")


@given(st.text(max_size=200), st.integers(2 * SIZE, 20 * SIZE))
def test_lines_fit_and_lose_nothing_but_blanks(text: str, width: int) -> None:
    font = EmbeddedFont("F0", load_face("Regular"))
    lines = wrap(font, SIZE, width, text, max_lines=1000)
    for line in lines:
        assert font.run(line).width * SIZE <= width * 1000 or len(line) == 1
    assert "".join("".join(lines).split()) == "".join(text.split())


@given(st.text(min_size=1, max_size=300), st.integers(1, 4))
def test_never_more_lines_than_allowed(text: str, most: int) -> None:
    font = EmbeddedFont("F0", load_face("Regular"))
    assert len(wrap(font, SIZE, 4 * SIZE, text, max_lines=most)) <= most
