"""Names nobody thought of: rare, missing, endless and hostile ones, on paper."""

import io
from dataclasses import replace
from pathlib import Path

import pytest

from app.reports import delivery_note
from tests.support.notes import make_line, make_note
from tests.support.pdfs import barcodes, check_syntax, extents_mm, page_texts, print_notes, sums

HOSTILE = (
    "<b>粗体</b> &amp; <font color='red'>",
    "(未闭合 \\ ) Tj ET Q /F0 9 Tf (",
    '=HYPERLINK("http://x")',
    "line one\nline two\ttab\r\x0b",
    "\x00\x01\x1b[2J\x7f",
    "%s {} {0} $x",
    "\u202e倒写\u200b零宽",
    "'; DROP TABLE delivery; --",
    "",
    "\ud800 lone half",
)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("paper", ["a4", "241x140"])
def test_hostile_text_stays_text(text: str, paper: str, tmp_path: Path) -> None:
    note = make_note(
        2,
        customer_name=text,
        customer_address=text,
        remark=text,
        branch_name=text,
        order_numbers=(text,),
        prepared_by=text,
        lines=(
            replace(make_line(1), product_name=text, spec=text, lot_code=text, remark=text),
            replace(make_line(2), packing_name=text, base_name=text, product_code=text),
        ),
    )
    data = print_notes(note, paper=paper)
    check_syntax(data, tmp_path)
    (page,) = page_texts(data)
    assert sums(page, "合计") == sum(line.net_fen for line in note.lines)
    assert barcodes(data) == [note.barcode_text]
    if "<b>" in text or "Tj" in text:
        assert text.split(maxsplit=1)[0] in page


def test_rare_characters_of_names_are_printed() -> None:
    name = "萬喆堃㛃䶮镕犇鑫淼焱垚"
    stream = io.BytesIO()
    written = delivery_note.write([make_note(1, customer_name=name)], stream)
    assert written.missing_glyphs == ()
    assert name in page_texts(stream.getvalue())[0]


def test_characters_without_a_glyph_are_boxed_reported_and_still_copied_out() -> None:
    stream = io.BytesIO()
    written = delivery_note.write([make_note(1, customer_name="𠮷野家🍺店")], stream)
    assert written.missing_glyphs == ("🍺", "𠮷")
    assert "𠮷野家🍺店" in page_texts(stream.getvalue())[0]


@pytest.mark.parametrize("name", ["长" * 400, "W" * 400, "no-break " * 60])
@pytest.mark.parametrize("paper", ["a4", "241x140"])
def test_endless_names_wrap_and_end_in_an_ellipsis(name: str, paper: str) -> None:
    note = make_note(1, customer_name=name, customer_address=name, branch_name=name)
    note = replace(note, lines=(replace(note.lines[0], product_name=name, lot_code=name),))
    data = print_notes(note, paper=paper)
    assert "…" in page_texts(data)[0]
    width = 210 if paper == "a4" else 241
    for left, _, right, _ in extents_mm(data):
        assert left > 10
        assert right < width - 10


def test_huge_amounts_stay_in_their_column() -> None:
    line = replace(make_line(1), price_fen=99_999_999_99, net_fen=123_456_789_012_34, packs=99_999)
    data = print_notes(make_note(1, lines=(line,)), paper="241x140")
    assert "123,456,789,012.34" in page_texts(data)[0]
    assert all(right < 225 for _, _, right, _ in extents_mm(data))
