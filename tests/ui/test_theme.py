"""Both themes name the same tokens, and every text can be read on its ground."""

import pytest

import resources
from app.ui.screens.docking.states import LOOKS
from app.ui.theme import THEMES, colours, stylesheet

_GROUNDS_OF_TEXT = ("window", "surface", "sunken", "hover", "selection", "rail")
_PAIRS = [
    *(("text", ground) for ground in _GROUNDS_OF_TEXT),
    *(("muted", ground) for ground in ("window", "surface", "sunken", "hover", "rail")),
    ("on_accent", "accent"),
    ("on_accent", "accent_hover"),
    ("accent", "surface"),
    ("accent", "accent_soft"),
    ("surface", "text"),
    *((tone, f"{tone}_soft") for tone in ("ok", "warn", "bad", "busy", "idle")),
    *((tone, "surface") for tone in ("ok", "warn", "bad", "busy", "idle")),
    *((tone, "selection") for tone in ("ok", "warn", "bad", "busy", "idle")),
]


def luminance(colour: str) -> float:
    def linear(part: str) -> float:
        value = int(part, 16) / 255
        return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(colour[at : at + 2]) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("text", "ground"), _PAIRS)
def test_text_reads_on_its_ground_as_wcag_aa_asks(theme: str, text: str, ground: str) -> None:
    tokens = colours(theme)
    assert contrast(tokens[text], tokens[ground]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("edge", ["outline", "accent"])
def test_edges_of_controls_stand_out(theme: str, edge: str) -> None:
    tokens = colours(theme)
    assert contrast(tokens[edge], tokens["surface"]) >= 3


def test_both_themes_have_the_same_tokens() -> None:
    assert colours("light").keys() == colours("dark").keys()


@pytest.mark.parametrize("theme", THEMES)
def test_style_sheet_uses_only_tokens_that_exist(theme: str) -> None:
    assert "$" not in stylesheet(theme)


def test_every_state_has_its_drawing_and_its_tone() -> None:
    for look in LOOKS.values():
        assert resources.path("icons", f"{look.icon}.svg").exists()
        assert f"{look.tone}_soft" in colours("light")
