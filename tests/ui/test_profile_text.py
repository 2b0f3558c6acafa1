"""The text of a profile and the plain values of its form say the same."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import resources
from app.domain.profiles.profile import FIELDS
from app.domain.profiles.table import Fault
from app.i18n import Translator
from app.services.profiles import profile_of
from app.ui.language import Language
from app.ui.screens.profiles.column_model import READ_FIELDS
from app.ui.screens.profiles.plain_text import (
    Plain,
    plain_of,
    put,
    text_from,
    value_at,
    words_of,
    words_text,
)
from app.ui.screens.profiles.settings_form import place_of, place_text
from app.ui.screens.profiles.understanding import with_form
from app.ui.screens.profiles.words import FIELD_WORDS, fault_words

BUILT_IN = sorted(resources.path("profiles").glob("*.toml"))
KEYS = st.lists(st.sampled_from("abc"), min_size=1, max_size=3).map(tuple)


@pytest.mark.parametrize("file", BUILT_IN, ids=lambda file: file.stem)
def test_every_profile_is_the_same_after_the_form(file: Path) -> None:
    plain = plain_of(file.read_text("utf-8"))
    again = profile_of(text_from(plain).encode(), file.name)
    assert again == profile_of(file.read_bytes(), file.name)


@pytest.mark.parametrize("file", BUILT_IN, ids=lambda file: file.stem)
def test_cut_the_other_way_and_back_nothing_else_is_lost(file: Path) -> None:
    plain = plain_of(file.read_text("utf-8"))
    is_fixed = value_at(plain, ("layout", "form")) == "fixed"
    other = with_form(plain, "delimited" if is_fixed else "fixed")
    back = with_form(other, "fixed" if is_fixed else "delimited")
    kept = {key: each for key, each in plain.items() if key in ("code", "kind", "lines", "samples")}
    assert {key: back.get(key) for key in kept} == kept
    names = [each.get("field") for each in plain["columns"]]
    assert [each.get("field") for each in back["columns"]] == names


@given(st.lists(st.tuples(KEYS, st.one_of(st.none(), st.integers(1, 3))), max_size=8))
def test_what_is_put_is_there_and_what_is_taken_away_leaves_no_empty_table(
    changes: list[tuple[tuple[str, ...], int | None]],
) -> None:
    plain: Plain = {}
    for path, value in changes:
        put(plain, path, value)
        assert value_at(plain, path) == value
    assert not any(each == {} for each in _tables(plain))


def _tables(plain: Plain) -> list[Plain]:
    inner = [each for each in plain.values() if isinstance(each, dict)]
    return [*inner, *(each for table in inner for each in _tables(table))]


def test_odd_values_of_a_text_can_be_written_again() -> None:
    plain = plain_of('a = 1.5\nb = 2026-06-01\nc = [1, {x = 2}]\nd = [[{y = 3}], "z"]\n')
    assert plain_of(text_from(plain)) == plain
    with pytest.raises(ValueError, match="document"):
        plain_of("a =")


def test_words_and_places_are_read_as_they_are_shown() -> None:
    assert words_of(words_text({"1": "near", "2": "expired"})) == {"1": "near", "2": "expired"}
    with pytest.raises(ValueError, match="near"):
        words_of("near")
    assert place_of("4 - 17", True) == (None, [4, 17])
    assert place_of("4", True) == (None, [4, 4])
    assert place_of("4", False) == (4, None)
    assert place_of("four", False) == (None, None)
    for column in ({"at": [4, 17]}, {"at": [4, 4]}):
        assert place_of(place_text(column), True) == (None, column["at"])
    assert place_text({"index": 3}) == "3"


def test_every_field_has_a_word_and_every_fault_a_place(language: Language) -> None:
    assert set(FIELD_WORDS) == set(FIELDS)
    assert set(READ_FIELDS) <= set(FIELD_WORDS)
    fault = Fault("columns[2].pattern", "pattern", "YYYX")
    assert fault_words(fault, language) == (
        "Column 2 › Pattern: this is not a pattern of what stands here (“YYYX”)."
    )
    needed = Fault("constants.place", "needed")
    assert fault_words(needed, language) == (
        "Holds for all lines › Counted in: this has to be there."
    )
    language.translator = Translator("zh")
    assert fault_words(needed, language) == "对所有行有效 › 盘点位置：此项必填。"
