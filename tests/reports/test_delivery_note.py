"""Delivery notes as printed: what stands on them, read back from the finished PDF."""

import io
from dataclasses import replace
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.capital import capital_amount
from app.domain.money import yuan
from app.errors import NotFound, UsageError
from app.reports import delivery_note
from app.reports.delivery_note import DRAFT, ORIGINAL, Mark
from tests.support.notes import make_line, make_note
from tests.support.pdfs import (
    barcodes,
    check_syntax,
    extents_mm,
    page_sizes_mm,
    page_texts,
    print_notes,
    run_tool,
    sums,
)

PAPERS = ("a4", "241x140")
SIZES_MM = {"a4": (210.0, 297.0), "241x140": (241.0, 140.0)}
MARGINS_MM = {"a4": (11.5, 9.5, 11.5, 9.5), "241x140": (16.0, 4.9, 16.0, 5.8)}
REPRINT = Mark("reprint", 2, 1_781_742_000_000, 480, "王芳")


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("lines", [1, 40, 1000])
def test_is_a_sound_file_with_embedded_fonts_inside_its_margins(
    paper: str, language: str, lines: int, tmp_path: Path
) -> None:
    data = print_notes(make_note(lines, language=language), paper=paper)
    check_syntax(data, tmp_path)
    fonts = run_tool(data, tmp_path, "pdffonts").splitlines()[2:]
    assert [font.split()[-5:-2] for font in fonts] == [["yes", "yes", "yes"]] * 2
    assert page_sizes_mm(data) == {SIZES_MM[paper]}
    least_left, least_bottom, least_right, least_top = MARGINS_MM[paper]
    width, height = SIZES_MM[paper]
    for left, bottom, right, top in extents_mm(data):
        assert left >= least_left
        assert bottom >= least_bottom
        assert right <= width - least_right
        assert top <= height - least_top


@pytest.mark.parametrize("paper", PAPERS)
def test_says_what_the_note_says(paper: str, tmp_path: Path) -> None:
    note = make_note(3)
    text = run_tool(print_notes(note, paper=paper), tmp_path, "pdftotext", after=("-",))
    total_fen = sum(line.net_fen for line in note.lines)
    for words in (
        "送货单",
        note.number,
        note.branch_name,
        note.branch_address,
        note.branch_phone,
        note.branch_licence,
        note.customer_code,
        note.customer_name,
        note.customer_phone,
        "萬小姐",
        "R03 / 12",
        "2026-06-18",
        note.order_numbers[0],
        "雪山清爽啤酒",
        "330ml×24",
        "L260602A",
        "2026-05-31",
        "270天",
        "8箱5瓶",
        "60.00",
        "第二联 客户（红）",
        "第1次打印",
        "第1页/共1页",
        capital_amount(total_fen),
        f"¥{yuan(total_fen)}",
        "千升",
        "数量当面点清",
        "不是发票",
        "不得代替发票使用",
        "拒收",
        "收货人签字/盖章",
        "王芳",
        "校验码 9f31c07a",
    ):
        assert words in text


def test_speaks_the_language_of_the_customer() -> None:
    text = "".join(page_texts(print_notes(make_note(7, language="en"))))
    for words in (
        "Delivery Note",
        "Page 1 of 1",
        "Page subtotal",
        "free",
        "It is not an invoice and",
    ):
        assert words in text
    assert "送货单" not in text


@pytest.mark.parametrize("paper", PAPERS)
def test_the_barcode_of_every_page_reads_back(paper: str) -> None:
    data = print_notes(make_note(40), make_note(2, seq=124), paper=paper)
    texts = page_texts(data)
    for page in range(len(texts)):
        expected = "0127-DN-2606-000123-6" if page + 1 < len(texts) else "0127-DN-2606-000124-6"
        assert barcodes(data, page) == [expected]
        assert expected in texts[page]


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("lines", [1, 40, 1000])
def test_page_subtotals_lead_to_the_total(paper: str, lines: int) -> None:
    note = make_note(lines)
    pages = page_texts(print_notes(note, paper=paper))
    carried = 0
    for number, text in enumerate(pages, start=1):
        assert f"第{number}页/共{len(pages)}页" in text
        assert sums(text, "承前页") == (carried if number > 1 else None)
        carried += sums(text, "本页小计") or 0
        last = number == len(pages)
        assert sums(text, "转次页") == (None if last else carried)
        assert sums(text, "合计") == (carried if last else None)
        assert ("金额大写" in text) == last
        assert ("收货人签字/盖章" in text) == last
    assert carried == sum(line.net_fen for line in note.lines)


def test_every_line_stands_on_exactly_one_page() -> None:
    note = make_note(300)
    lots = [replace(line, lot_code=f"LOT{line.line_no:04}") for line in note.lines]
    text = "".join(page_texts(print_notes(replace(note, lines=tuple(lots)), paper="241x140")))
    assert all(text.count(f"LOT{number:04}") == 1 for number in range(1, 301))


@pytest.mark.parametrize(
    ("terms", "shown"),
    [("cash", "现结"), ("30d", "账期30天"), ("月底结清", "月底结清"), ("d", "d")],
)
def test_terms_are_worded(terms: str, shown: str) -> None:
    assert f"结算方式：{shown}" in page_texts(print_notes(make_note(1, payment_terms=terms)))[0]


def test_a_note_without_lines_is_still_a_whole_form() -> None:
    (text,) = page_texts(print_notes(make_note(0)))
    assert sums(text, "合计") == 0
    assert "人民币零元整" in text


def test_marks_tell_original_reprint_and_draft_apart() -> None:
    note = make_note(2)
    data = print_notes(note, note, note, marks=(ORIGINAL, REPRINT, DRAFT))
    original, reprint, draft = page_texts(data)
    assert "第1次打印" in original
    assert "重印 第2次 2026-06-18 08:20 王芳" in reprint
    assert draft.count("草稿 不作凭证") == 2
    assert note.number in original
    assert note.number in reprint
    assert note.number not in draft
    assert barcodes(data, 2) == []


def test_a_reprint_differs_from_the_original_only_in_its_mark() -> None:
    original, reprint = page_texts(
        print_notes(make_note(2), make_note(2), marks=(ORIGINAL, REPRINT))
    )
    assert original.replace("第1次打印", "") == reprint.replace(
        "重印 第2次 2026-06-18 08:20 王芳", ""
    )


def test_copies_share_their_pages_and_name_themselves() -> None:
    notes = [make_note(30, seq=seq) for seq in range(3)]
    one = print_notes(*notes, paper="241x140")
    four = print_notes(*notes, paper="241x140", copies=delivery_note.COPIES)
    texts = page_texts(four)
    assert len(texts) == 4 * len(page_texts(one))
    assert len(four) < 1.5 * len(one)
    names = (
        "第一联 存根（白）",
        "第二联 客户（红）",
        "第三联 财务记账（黄）",
        "第四联 仓库/司机（蓝）",
    )
    for name in names:
        assert sum(name in text for text in texts) == len(texts) // 4


def test_names_file_and_outline_after_the_notes() -> None:
    data = print_notes(make_note(2, seq=1), make_note(2, seq=2), copies=("office", "customer"))
    document = pdfium.PdfDocument(data)
    information = document.get_metadata_dict()
    titles = [entry.get_title() for entry in document.get_toc()]
    pages = [entry.get_dest().get_index() for entry in document.get_toc()]
    document.close()
    assert information["Title"] == "送货单 0127-DN-2606-000001-6 - 0127-DN-2606-000002-6 (2)"
    assert information["Author"] == "临川市丰收商贸有限公司"
    assert information["CreationDate"] == ""
    assert titles[0] == "0127-DN-2606-000001-6 第一联 存根（白）"
    assert pages == [0, 1, 2, 3]


def test_equal_notes_give_equal_bytes() -> None:
    notes = [make_note(25, seq=seq, language="zh" if seq % 2 else "en") for seq in range(4)]
    assert print_notes(*notes) == print_notes(*notes)


def test_reports_how_many_pages_it_wrote() -> None:
    notes = [make_note(1), make_note(100)]
    written = delivery_note.write(notes, io.BytesIO(), "241x140", ("customer", "office"))
    assert written.note_pages[0] == 1
    assert written.pages == 2 * sum(written.note_pages)
    assert written.missing_glyphs == ()


def test_refuses_what_cannot_be_printed() -> None:
    with pytest.raises(UsageError):
        print_notes()
    with pytest.raises(UsageError):
        print_notes(make_note(1), copies=("pink",))
    with pytest.raises(NotFound):
        print_notes(make_note(1), paper="a3")


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(st.integers(-99_999_99, 99_999_999_99), st.integers(0, 300), st.integers(1, 40)),
        max_size=60,
    ),
    st.sampled_from(PAPERS),
)
def test_whatever_the_lines_are_pages_add_up(drawn: list[tuple[int, int, int]], paper: str) -> None:
    lines = tuple(
        replace(make_line(number), net_fen=net_fen, packs=packs, product_name="雪山啤酒" * length)
        for number, (net_fen, packs, length) in enumerate(drawn, start=1)
    )
    texts = page_texts(print_notes(make_note(0, lines=lines), paper=paper))
    total_fen = sum(line.net_fen for line in lines)
    assert sum(sums(text, "本页小计") or 0 for text in texts) == total_fen
    assert sums(texts[-1], "合计") == total_fen
    assert capital_amount(total_fen) in texts[-1].replace("\n", "")
    assert [sums(text, "承前页") for text in texts[1:]] == [
        sums(text, "转次页") for text in texts[:-1]
    ]
