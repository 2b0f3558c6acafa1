"""Printing and reporting as services: files, marks, figures that agree."""

from datetime import date
from pathlib import Path

import pytest

from app.charts.chart import ChartData
from app.errors import NotFound, OutputError, UsageError
from app.i18n import Translator
from app.services.office import Office
from app.services.printing import print_delivery_notes
from app.services.reporting import Asked, run_report, save_report
from tests.support.offices import CLERK, DAY, NEXT_DAY, Terminal
from tests.support.trades import deliver, load_orders, stock_of

T = Translator("en")


@pytest.fixture
def number(office: Office, terminal: Terminal) -> str:
    terminal.order("C0001", ("HX500", 10))
    terminal.upload(office)
    return load_orders(office).numbers[0]


def marks(office: Office) -> list[tuple[int, str]]:
    with office.database.read() as reader:
        query = "SELECT copy_no, mark FROM print_log ORDER BY copy_no"
        return [tuple(row) for row in reader.connection.exec_driver_sql(query)]


def test_a_note_is_printed_once_and_then_marked(
    office: Office, number: str, tmp_path: Path
) -> None:
    report = print_delivery_notes(office, CLERK, tmp_path / "notes.pdf", day=NEXT_DAY)
    assert report.numbers == (number,)
    assert report.file.read_bytes().startswith(b"%PDF")
    print_delivery_notes(office, CLERK, tmp_path / "again.pdf", number=number)
    assert marks(office) == [(1, "original"), (2, "reprint")]


def test_nothing_to_print_is_said(office: Office, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        print_delivery_notes(office, CLERK, tmp_path / "notes.pdf", day=NEXT_DAY)


def test_a_file_that_cannot_be_written_counts_as_not_printed(
    office: Office, number: str, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputError):
        print_delivery_notes(office, CLERK, tmp_path / "file" / "notes.pdf", number=number)
    assert marks(office) == []


def test_the_statement_adds_up(office: Office, terminal: Terminal, number: str) -> None:
    deliver(office, terminal, number)
    run = run_report(office, CLERK, "stock-statement", Asked(d_from=DAY, d_to=NEXT_DAY), T)
    rows = {row[0]: row for row in run.table.rows}
    names = [column.name for column in run.table.columns]
    beer = dict(zip(names, rows["HX500"], strict=True))
    assert (beer["opening"], beer["receipts"], beer["issues"]) == (0, 600, 120)
    assert beer["closing"] == stock_of(office, "WH1") + stock_of(office, "VAN1") == 480


@pytest.mark.parametrize("kind", ["csv", "xlsx", "pdf"])
def test_a_report_comes_in_every_format(office: Office, tmp_path: Path, kind: str) -> None:
    run = run_report(office, CLERK, "stock-statement", Asked(d_from=DAY, d_to=DAY), T)
    out = save_report(run, tmp_path / f"report.{kind}", kind, T, no_drawing)
    assert out.stat().st_size > 100


def test_the_chart_is_handed_to_whoever_draws(office: Office, tmp_path: Path) -> None:
    drawn: list[ChartData] = []
    asked = Asked(d_from=DAY, d_to=NEXT_DAY, product="HX500", location="WH1")
    run = run_report(office, CLERK, "stock-over-time", asked, T)
    save_report(run, tmp_path / "x.png", "png", T, lambda chart, _file, _t: drawn.append(chart))
    (chart,) = drawn
    assert chart.series[2].ys == (600, 600)


def test_what_cannot_be_reported_is_said(office: Office, tmp_path: Path) -> None:
    backwards = Asked(d_from=date(2026, 6, 2), d_to=date(2026, 6, 1))
    with pytest.raises(UsageError):
        run_report(office, CLERK, "stock-statement", backwards, T)
    with pytest.raises(NotFound):
        run_report(office, CLERK, "nonsense", Asked(d_from=DAY, d_to=DAY), T)
    with pytest.raises(UsageError):
        run_report(office, CLERK, "stock-over-time", Asked(d_from=DAY, d_to=DAY), T)
    run = run_report(office, CLERK, "stock-statement", Asked(d_from=DAY, d_to=DAY), T)
    with pytest.raises(UsageError):
        save_report(run, tmp_path / "x.png", "png", T, no_drawing)


def no_drawing(_chart: ChartData, _file: Path, _t: Translator) -> None:
    raise AssertionError
