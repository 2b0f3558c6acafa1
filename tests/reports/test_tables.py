"""Reports in all their formats: the same numbers, footing, and texts that stay texts."""

import csv
import io
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from app.errors import RuleBroken
from app.i18n import Translator
from app.reports.registry import REPORTS, WRITERS
from app.reports.stock_statement import StatementLine
from app.reports.table import ReportDefinition, Table, TableColumn
from tests.support.pdfs import check_syntax, extents_mm, page_sizes_mm, page_texts

ENGLISH = Translator("en")
QUANTITIES = st.integers(0, 10_000)


def make_line(code: str = "P1", *, opening: int = 100, issues: int = 30) -> StatementLine:
    return StatementLine(
        product_code=code,
        product_name="雪山纯生啤酒",
        packing_name="箱",
        packing_factor=12,
        base_name="瓶",
        opening=opening,
        receipts=24,
        returns=1,
        issues=issues,
        transfers=-6,
        adjustments=-2,
        closing=opening + 24 + 1 - issues - 6 - 2,
    )


def statement(*lines: StatementLine, notes: tuple[str, ...] = ()) -> Table:
    return REPORTS["stock-statement"].table(lines, ENGLISH, notes)


def written(table: Table, file_format: str, t: Translator = ENGLISH) -> bytes:
    stream = io.BytesIO()
    WRITERS[file_format](table, stream, t)
    return stream.getvalue()


def csv_rows(table: Table) -> list[list[str]]:
    text = written(table, "csv").decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))


def xlsx_rows(table: Table) -> list[list[object]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(written(table, "xlsx")))
    return [list(row) for row in book.get_sheet_by_index(0).to_python()]


SIGNED = st.integers(-100, 100)


@given(QUANTITIES, QUANTITIES, QUANTITIES, QUANTITIES, SIGNED, SIGNED)
def test_a_statement_that_does_not_foot_is_refused(
    opening: int, receipts: int, returns: int, issues: int, transfers: int, adjustments: int
) -> None:
    closing = opening + receipts + returns - issues + transfers + adjustments
    moved = (opening, receipts, returns, issues, transfers, adjustments)
    good = StatementLine("P1", "酒", "箱", 12, "瓶", *moved, closing)
    bad = StatementLine("P1", "酒", "箱", 12, "瓶", *moved, closing + 1)
    assert statement(good).rows[0][9] == closing
    with pytest.raises(RuleBroken):
        statement(good, bad)


def test_totals_foot_like_the_rows() -> None:
    table = statement(*[make_line(f"P{n}", opening=n * 10) for n in range(50)])
    opening, receipts, returns, issues, transfers, adjustments, closing = table.totals[3:10]
    assert (opening, receipts, issues) == (12_250, 1200, 1500)
    ins = opening + receipts + returns  # type: ignore[operator]
    assert ins - issues + transfers + adjustments == closing  # type: ignore[operator]


def test_shows_the_closing_stock_in_packings() -> None:
    assert statement(make_line(opening=113)).rows[0][-1] == "8箱4瓶"
    loose = StatementLine("P9", "杯", "只", 1, "只", 0, 5, 0, 0, 0, 0, 5)
    assert statement(loose).rows[0][2] == "只"
    assert statement(loose).rows[0][-1] == "5只"


def test_pdf_repeats_its_head_and_ends_with_totals(tmp_path: Path) -> None:
    lines = [make_line(f"P{n:03}") for n in range(100)]
    data = written(statement(*lines, notes=("临川主仓", "2026-06-01 - 2026-06-30")), "pdf")
    check_syntax(data, tmp_path)
    pages = page_texts(data)
    assert len(pages) > 2
    assert page_sizes_mm(data) == {(297.0, 210.0)}
    for number, text in enumerate(pages, start=1):
        assert f"Page {number} of {len(pages)}" in text
        assert "Stock statement" in text
        assert "临川主仓" in text
        assert "Opening" in text
        assert ("Total" in text) == (number == len(pages))
    assert all(f"P{n:03}" in "".join(pages) for n in range(100))
    assert "10,000" in pages[-1]
    for left, bottom, right, top in extents_mm(data):
        assert left > 11
        assert bottom > 9
        assert right < 286
        assert top < 200


def test_workbook_and_csv_hold_the_same_numbers() -> None:
    table = statement(make_line("P1"), make_line("P2", opening=70))
    rows = xlsx_rows(table)
    assert rows[0][0] == "Stock statement"
    assert rows[2][3] == "Opening (base units)"
    assert rows[3][:4] == ["P1", "雪山纯生啤酒", "箱=12瓶", 100.0]
    assert rows[5][0] == "Total"
    assert rows[5][3] == 170.0
    lines = csv_rows(table)
    assert lines[0][3] == "Opening (base units)"
    assert lines[1][:4] == ["P1", "雪山纯生啤酒", "箱=12瓶", "100"]
    assert lines[3][0] == "Total"
    assert lines[3][3:10] == ["170", "48", "2", "60", "-12", "-4", "144"]


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", " =1+1", "＝1", "https://example.org", "001"]
)
def test_texts_never_become_formulas_links_or_numbers(text: str) -> None:
    table = statement(make_line(text))
    assert xlsx_rows(table)[3][0] == text
    cell = csv_rows(table)[1][0]
    assert cell.removeprefix("'") == text
    assert not cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "＝"))


def test_money_and_days_have_their_own_shape() -> None:
    report = ReportDefinition(
        name="sales",
        title="Sales",
        version=1,
        parameters=(),
        columns=(
            TableColumn("day", "Day", "date", 10),
            TableColumn("amount", "Amount", "money", 10, "CNY", summed=True),
        ),
        row=lambda line: (line[0], line[1]),
    )
    days = [(date(2026, 6, 18), 123_456), (date(2026, 6, 19), -5), (date(2026, 6, 20), None)]
    table = report.table(days, ENGLISH)
    assert table.totals == (None, 123_451)
    assert csv_rows(table)[1:] == [
        ["2026-06-18", "1234.56"],
        ["2026-06-19", "-0.05"],
        ["2026-06-20", ""],
        ["Total", "1234.51"],
    ]
    assert xlsx_rows(table)[3] == [date(2026, 6, 18), 1234.56]
    assert "1,234.51" in page_texts(written(table, "pdf"))[0]


@pytest.mark.parametrize("file_format", sorted(WRITERS))
@pytest.mark.parametrize("name", sorted(REPORTS))
def test_an_empty_report_is_written_and_equal_ones_are_equal(name: str, file_format: str) -> None:
    table = REPORTS[name].table([], ENGLISH)
    data = written(table, file_format)
    assert data
    assert data == written(table, file_format)
