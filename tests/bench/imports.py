"""Tables of 100 000 customers and of many stock moves, one row in a hundred bad, in each format.

Every import runs in a process of its own, so that its memory is its own.
"""

import csv
import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import xlsxwriter

from app.services.importing.reading import import_table
from app.services.masters import MasterData, put_masters
from app.services.receiving import GoodsReceipt, ReceivedLine, receive_goods
from app.storage import migrate
from app.storage.store.master_data import Party
from tests.bench.harness import ROOT, Report, elapsed_s
from tests.support.offices import CLERK, KEEPER, found_sample_branch, open_office

CUSTOMERS = 100_000
MOVES = int(os.environ.get("IMPORT_MOVES", "1000000"))
FORMATS = (("utf-8", "csv"), ("gb18030", "csv"), ("utf-8", "xlsx"))
Row = tuple[str, ...]


def run(report: Report) -> None:
    """Measure and add a section."""
    section = report.section(
        "Tables taken in",
        ("kind", "format", "rows", "seconds", "rows/s", "peak MiB", "bad rows", "all named"),
        "SQLite; one process each. Bad rows are one in a hundred; all named: each with its line.",
    )
    for kind, count in (("customers", CUSTOMERS), ("stock-moves", MOVES)):
        for encoding, suffix in FORMATS:
            with tempfile.TemporaryDirectory() as folder:
                file = Path(folder) / f"{kind}.{suffix}"
                _write(file, kind, count, encoding)
                told = json.loads(
                    subprocess.run(
                        [sys.executable, "-m", "tests.bench.imports", kind, str(file)],
                        check=True,
                        capture_output=True,
                        cwd=ROOT,
                    ).stdout
                )
                shape = suffix if suffix == "xlsx" else encoding
                speed = told["rows"] / told["seconds"]
                section.row(
                    kind, shape, told["rows"], told["seconds"], speed, told["peak_mib"],
                    told["bad"], "yes" if told["named"] else "NO",
                )  # fmt: skip


def _write(file: Path, kind: str, count: int, encoding: str) -> None:
    rows = _customers(count) if kind == "customers" else _moves(count)
    if file.suffix == ".xlsx":
        workbook = xlsxwriter.Workbook(file, {"constant_memory": True})
        sheet = workbook.add_worksheet()
        for line, cells in enumerate(rows):
            for place, cell in enumerate(cells):
                sheet.write_string(line, place, cell)
        workbook.close()
        return
    with file.open("w", encoding=encoding, newline="") as stream:
        csv.writer(stream).writerows(rows)


def _customers(count: int) -> Iterator[Row]:
    yield ("code", "name", "customer_type", "phone", "address")
    for number in range(1, count + 1):
        kind = "MOON" if number % 100 == 0 else "GROCERY"
        yield (f"N{number:06}", f"东浦烟酒店{number}", kind, "000-1234567", f"东浦路{number}号")


def _moves(count: int) -> Iterator[Row]:
    yield ("reference", "line", "source", "target", "product", "qty", "day")
    first = date(2016, 1, 1)
    for number in range(1, count + 1):
        day = first + timedelta(days=3650 * number // count)
        ends = ("SUPPLIER-SUP1", "WH1") if number % 2 else ("WH1", "VAN1")
        qty = "some" if number % 100 == 0 else "12"
        yield ("OLD", str(number), *ends, "XG330", qty, day.isoformat())


def import_one(kind: str, file: Path) -> dict[str, object]:
    """Take the file into a fresh branch."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        url = f"sqlite:///{data / 'tallydock.sqlite'}"
        migrate.upgrade(url)
        office = found_sample_branch(open_office(url, data))
        put_masters(office, CLERK, MasterData(parties=(Party(code="SUP1", name="厂"),)))
        receive_goods(office, KEEPER, GoodsReceipt("SUP1", "WH1", (ReceivedLine("XG330", 12),)))
        found: list[object] = []
        seconds = elapsed_s(lambda: found.append(import_table(office, CLERK, kind, file)))
        done = found[0]
        office.database.close()
        bad = getattr(done, "bad", [])
        lines = [each.line for each in bad]
        expected = [number + 1 for number in range(100, getattr(done, "rows", 0) + 1, 100)]
        return {
            "rows": getattr(done, "rows", 0),
            "seconds": seconds,
            "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
            "bad": getattr(done, "bad_rows", 0),
            "named": lines == expected[: len(lines)] and len(lines) == len(expected),
        }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(import_one(sys.argv[1], Path(sys.argv[2]))))
