"""Layouts are data, and bad data is refused with the place and the remedy."""

from pathlib import Path

import pytest

import resources
from app.errors import SettingsError
from app.reports.layout import load_layout, papers, read_layout
from app.reports.wording import load_wording

GOOD = resources.path("layouts", "delivery_note.241x140.toml").read_text("utf-8")


def test_names_the_papers_of_a_document() -> None:
    assert papers("delivery_note") == ("241x140", "a4")


@pytest.mark.parametrize("paper", ["a4", "241x140"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_word_a_layout_asks_for_exists(paper: str, language: str) -> None:
    layout = load_layout("delivery_note", paper)
    words = load_wording("delivery_note", language)
    rows = (*layout.head, *layout.repeated_head, *layout.closing)
    asked = {cell.field for row in rows for cell in row}
    asked |= {column.label for column in layout.columns} | set(layout.signatures)
    assert asked <= set(words)


@pytest.mark.parametrize(
    ("old", "new", "setting"),
    [
        ("width_mm = 241", "width_mm = 0", "paper.width_mm"),
        ("body_pt = 9,", "body_pt = 7,", "type.body_pt"),
        ('align = "center"', 'align = "middle"', "columns[0].align"),
        ("width_mm = 17", 'width_mm = "wide"', "columns.width_mm"),
        ("width_mm = 46.2", "width_mm = 60", "columns"),
        ('field = "customer", share = 52', "share = 52", "head.field"),
        ('document = "delivery_note"', "document = 7", "document"),
        ("[signatures]", "[signatures", ""),
    ],
)
def test_names_what_is_wrong(old: str, new: str, setting: str, tmp_path: Path) -> None:
    file = tmp_path / "delivery_note.mine.toml"
    file.write_text(GOOD.replace(old, new, 1), "utf-8")
    with pytest.raises(SettingsError) as refused:
        read_layout(file)
    assert refused.value.fields["setting"] == setting
    assert refused.value.fields["file"] == str(file)
    assert refused.value.fields["allowed"]
