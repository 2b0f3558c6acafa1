"""Tables of others are taken in: every bad row named, everything good once, and out again alike."""

from __future__ import annotations

import csv
import random
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from app.domain.rights import Actor, Right
from app.errors import PermissionDenied, UsageError
from app.services.importing.catalogue import KINDS
from app.services.importing.reading import import_table, read_mapping
from app.services.importing.sheets import guarded, read_rows, unguarded
from app.services.importing.writing import export_table, write_bad_rows, write_template
from app.services.masters import MasterData, put_masters
from app.services.office import Office
from app.services.replaying import replay
from app.storage.queries.directory import customers_by_code
from app.storage.store.master_data import (
    Asset,
    CreditPolicy,
    PastSale,
    PromotionRule,
    PromotionTerms,
    Reason,
    Target,
    Territory,
)
from app.storage.tables import party
from tests.support.offices import CLERK
from tests.support.trades import assert_sound, stock_of

DAY = date(2026, 6, 1)
HEADS = ["code", "name", "customer_type", "phone"]


def write(file: Path, rows: list[list[str]], encoding: str = "utf-8", delimiter: str = ",") -> Path:
    if file.suffix == ".xlsx":
        workbook = xlsxwriter.Workbook(file)
        sheet = workbook.add_worksheet()
        for line, cells in enumerate(rows):
            for place, cell in enumerate(cells):
                sheet.write_string(line, place, cell)
        workbook.close()
        return file
    with file.open("w", encoding=encoding, newline="") as stream:
        csv.writer(stream, delimiter=delimiter).writerows(rows)
    return file


def customers(count: int, bad_every: int = 100) -> tuple[list[list[str]], list[int]]:
    """Rows with their heads, and the lines of the bad ones."""
    rows, bad = [HEADS], []
    for number in range(1, count + 1):
        kind = "GROCERY"
        if number % bad_every == 0:
            kind = "MOON"
            bad.append(number + 1)
        rows.append([f"N{number:05}", f"东浦烟酒店{number}", kind, "000-1234567"])
    return rows, bad


@pytest.mark.parametrize(
    ("name", "encoding", "delimiter"),
    [
        ("a.csv", "utf-8", ","),
        ("a.csv", "utf-8-sig", ";"),
        ("a.csv", "gb18030", ","),
        ("a.csv", "utf-16", "\t"),
        ("a.xlsx", "", ","),
    ],
)
def test_a_thousand_rows_with_ten_bad_ones_in_every_encoding(
    office: Office, tmp_path: Path, name: str, encoding: str, delimiter: str
) -> None:
    rows, bad = customers(1000)
    file = write(tmp_path / name, rows, encoding, delimiter)
    done = import_table(office, CLERK, "customers", file)
    assert (done.rows, done.imported, done.bad_rows) == (1000, 990, 10)
    assert [each.line for each in done.bad] == bad
    assert {(each.column, each.value, each.code) for each in done.bad} == {
        ("customer_type", "MOON", "unknown-word")
    }
    with office.database.read() as reader:
        assert customers_by_code(reader, ["N00001"], DAY)["N00001"].name == "东浦烟酒店1"
        assert len(customers_by_code(reader, None, DAY)) == 992


def test_a_dry_run_and_all_or_nothing_write_nothing(office: Office, tmp_path: Path) -> None:
    rows, _bad = customers(100)
    file = write(tmp_path / "a.csv", rows)
    for options in ({"dry_run": True}, {"all_or_nothing": True}):
        done = import_table(office, CLERK, "customers", file, **options)  # type: ignore[arg-type]
        assert done.bad_rows == 1
        with office.database.read() as reader:
            count = reader.connection.scalar(select(func.count()).select_from(party))
        assert count == 3
    write_bad_rows(tmp_path / "bad.csv", done.bad)
    assert next(read_rows(tmp_path / "bad.csv"))[1] == ["line", "column", "value", "code"]


def test_headings_may_be_chinese_or_mapped(office: Office, tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", [["编码", "名称", "客户类型"], ["X1", "店", "杂货店"]])
    assert import_table(office, CLERK, "customers", file).imported == 1
    theirs = write(tmp_path / "b.csv", [["客户号", "店名"], ["X2", "店二"]])
    with pytest.raises(UsageError):
        import_table(office, CLERK, "customers", theirs)
    (tmp_path / "map.toml").write_text(
        '[columns]\ncode = "客户号"\nname = "店名"\n[constants]\ncustomer_type = "CVS"\n', "utf-8"
    )
    mapping = read_mapping(tmp_path / "map.toml")
    assert import_table(office, CLERK, "customers", theirs, mapping=mapping).imported == 1
    with pytest.raises(UsageError):
        read_mapping(tmp_path / "nothing.toml")


def test_codes_that_are_nowhere_are_named_and_the_others_taken_in(
    office: Office, tmp_path: Path
) -> None:
    rows = [["code", "name", "customer_type", "route"]]
    rows += [[f"R{n}", "店", "CVS", "R99" if n in (3, 7) else "R01"] for n in range(10)]
    done = import_table(office, CLERK, "customers", write(tmp_path / "a.csv", rows))
    assert (done.imported, [each.line for each in done.bad]) == (8, [5, 9])
    assert {(each.column, each.code) for each in done.bad} == {("route", "not-found")}


def test_a_row_that_stands_twice_names_the_first(office: Office, tmp_path: Path) -> None:
    rows = [HEADS, ["A", "a", "CVS", ""], ["B", "b", "CVS", ""], ["A", "c", "CVS", ""]]
    done = import_table(office, CLERK, "customers", write(tmp_path / "a.csv", rows))
    assert (done.imported, done.bad[0].line, done.bad[0].value) == (2, 4, "A (2)")


@pytest.mark.parametrize(
    ("kind", "column", "cell", "code"),
    [
        ("people", "hire_date", "2026-02-30", "no-day"),
        ("people", "hire_date", "yesterday", "no-day"),
        ("people", "active", "perhaps", "no-flag"),
        ("people", "code", "with space", "no-code"),
        ("people", "name", "x" * 201, "too-long"),
        ("people", "name", " ", "missing"),
        ("packings", "factor", "1.5", "no-number"),
        ("packings", "factor", "0", "out-of-range"),
        ("prices", "price_fen", "1.234", "no-money"),
        ("prices", "price_fen", "-1", "out-of-range"),
    ],
)
def test_a_cell_that_cannot_be_is_named(
    office: Office, tmp_path: Path, kind: str, column: str, cell: str, code: str
) -> None:
    fine = {
        "people": {"code": "P9", "name": "n"},
        "packings": {"product": "HX500", "code": "PLT", "name": "托", "factor": "720"},
        "prices": {
            "list": "L", "list_kind": "base", "product": "HX500", "packing": "CS",
            "price_fen": "53.50", "valid_from": "2026/6/1",
        },
    }[kind]  # fmt: skip
    rows = [list(fine), list(fine.values())]
    assert import_table(office, CLERK, kind, write(tmp_path / "a.csv", rows)).imported == 1
    row = fine | {column: cell}
    done = import_table(
        office, CLERK, kind, write(tmp_path / "b.csv", [list(row), list(row.values())])
    )
    assert (done.imported, done.bad[0].column, done.bad[0].code) == (0, column, code)


def test_figures_are_read_as_people_type_them(office: Office, tmp_path: Path) -> None:
    rows = [
        ["customer", "valid_from", "limit_fen"],
        ["C0001", "20260601", "１，２３４.5"],
        ["C0002", "2026.6.1", "¥ 1,000"],
    ]
    assert import_table(office, CLERK, "credit", write(tmp_path / "a.xlsx", rows)).imported == 2
    export_table(office, CLERK, "credit", tmp_path / "b.csv")
    assert [cells[2] for _, cells in read_rows(tmp_path / "b.csv")][1:] == ["1234.50", "1000.00"]


STOCK = ["reference", "line", "place", "product", "qty", "day", "lot", "produced"]
MOVES = ["reference", "line", "source", "target", "product", "qty", "day", "lot", "reason"]


def test_opening_stock_is_booked_once_however_often_it_is_brought(
    office: Office, tmp_path: Path, new_url: object
) -> None:
    rows = [
        STOCK,
        ["OPEN", "1", "WH1", "XG330", "120", "2026-05-01", "OLD", "2026-04-01"],
        ["OPEN", "2", "WH1", "XG330", "12", "2026-05-01", "", ""],
        ["OPEN", "3", "NOWHERE", "XG330", "12", "2026-05-01", "", ""],
    ]
    file = write(tmp_path / "a.csv", rows)
    before = stock_of(office, "WH1", "XG330")
    done = import_table(office, CLERK, "opening-stock", file)
    assert (done.imported, done.bad[0].line, done.bad[0].column) == (2, 4, "place")
    again = import_table(office, CLERK, "opening-stock", file)
    assert (again.imported, again.unchanged) == (0, 2)
    assert stock_of(office, "WH1", "XG330") == before + 132
    assert_sound(office)
    assert replay(office, CLERK, new_url(empty=True)).differing == ()  # type: ignore[operator]


def test_moves_that_would_take_what_is_not_there_are_refused_one_by_one(
    office: Office, tmp_path: Path
) -> None:
    rows = [MOVES]
    rows += [
        ["M", str(n), "WH1", "VAN1", "XG330", "9999" if n == 5 else "1", "2026-05-20", "L2605B", ""]
        for n in range(1, 9)
    ]
    done = import_table(office, CLERK, "stock-moves", write(tmp_path / "a.csv", rows))
    assert (done.imported, [each.line for each in done.bad]) == (7, [6])
    assert done.bad[0].code == "negative-stock"
    assert stock_of(office, "VAN1", "XG330") == 7


def test_orders_of_another_system_are_taken_once(office: Office, tmp_path: Path) -> None:
    rows = [
        ["reference", "customer", "wanted", "product", "quantity"],
        ["EXT-1", "C0001", "2026-06-02", "HX500", "5"],
        ["EXT-1", "C0001", "2026-06-02", "XG330", "2CS"],
        ["EXT-2", "C0002", "2026-06-02", "HX500", "3+4"],
    ]
    file = write(tmp_path / "a.csv", rows)
    assert import_table(office, CLERK, "orders", file).imported == 3
    again = import_table(office, CLERK, "orders", file)
    assert (again.imported, again.unchanged) == (0, 3)


def fill(office: Office) -> None:
    """At least one row of every kind."""
    put_masters(
        office,
        CLERK,
        MasterData(
            territories=(Territory(code="EAST", name="东浦"),),
            reasons=(Reason(code="DMG", name="破损", sellable=False, supplier_claim=True),),
            credit=(CreditPolicy(customer="C0001", valid_from=DAY, limit_fen=123450),),
            assets=(Asset(code="CL-1", name="冷柜", state="in_store", customer="C0001"),),
            targets=(Target(period="2026-06", value=6000, person="S01"),),
            past_sales=(PastSale(day=DAY, customer="C0001", product="HX500", qty=-3, net_fen=-99),),
            promotions=(
                PromotionTerms(
                    code="PR1",
                    name="买十赠一",
                    valid_from=DAY,
                    scope={"types": ("GROCERY", "CVS")},
                    rules=(
                        PromotionRule(kind="buy_x_get_y", params='{"buy": 120, "get": 12}'),
                        PromotionRule(kind="pct_off", params='{"off_bp": 100}'),
                    ),
                ),
            ),
        ),
    )


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_what_was_written_out_is_read_in_again_and_nothing_changes(
    office: Office, tmp_path: Path, suffix: str
) -> None:
    fill(office)
    rows = [["reference", "customer", "wanted", "product", "quantity"]]
    rows.append(["EXT-1", "C0001", "2026-06-02", "HX500", "5CS+3"])
    import_table(office, CLERK, "orders", write(tmp_path / "o.csv", rows))
    stock = [STOCK, ["OPEN", "1", "WH1", "XG330", "120", "2026-05-01", "OLD", "2026-04-01"]]
    import_table(office, CLERK, "opening-stock", write(tmp_path / "s.csv", stock))
    moves = [MOVES, ["M", "1", "WH1", "VAN1", "XG330", "1", "2026-05-20", "OLD", "moved house"]]
    import_table(office, CLERK, "stock-moves", write(tmp_path / "m.csv", moves))
    for name in KINDS:
        first, second = (tmp_path / f"{name}-{n}.{suffix}" for n in (1, 2))
        count = export_table(office, CLERK, name, first)
        assert count or name == "suppliers"
        done = import_table(office, CLERK, name, first)
        assert (done.bad, done.rows) == ([], count), name
        export_table(office, CLERK, name, second)
        assert list(read_rows(first)) == list(read_rows(second)), name
    assert_sound(office)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    names=st.lists(
        st.text(
            st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\x85\u2028\u2029"),
            min_size=1,
            max_size=20,
        ).filter(lambda text: text.strip() == text),
        min_size=1,
        max_size=4,
    )
)
@pytest.mark.parametrize("new_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_any_name_comes_back_as_it_was(
    office: Office, tmp_path: Path, suffix: str, names: list[str]
) -> None:
    tricky = [*names, "=1+1", "'=x", '"quoted", 逗号', "007", "@home", "-5"]
    put_masters(
        office,
        CLERK,
        MasterData(reasons=tuple(Reason(code=f"X{n}", name=each) for n, each in enumerate(tricky))),
    )
    file = tmp_path / f"reasons-{random.randrange(10**9)}.{suffix}"
    export_table(office, CLERK, "reasons", file)
    found = {cells[0]: cells[1] for _, cells in read_rows(file)}
    assert [found[f"X{n}"] for n in range(len(tricky))] == tricky


def test_formulas_are_guarded_and_unguarded() -> None:
    for text in ("=1", "+1", "-1", "@a", "'x", "plain", "", "'=1", "＝1"):
        assert unguarded(guarded(text)) == text


def test_templates_name_every_column(tmp_path: Path) -> None:
    for name, kind in KINDS.items():
        file = tmp_path / f"{name}.csv"
        write_template(name, file)
        assert next(read_rows(file))[1] == [column.name for column in kind.columns]


def test_who_may_not_change_master_data_imports_none(office: Office, tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", [HEADS])
    with pytest.raises(PermissionDenied):
        import_table(office, Actor("x", frozenset({Right.REPORT})), "customers", file)
    for bad in ("moons", "customers"):
        with pytest.raises(UsageError):
            import_table(office, CLERK, bad, tmp_path / "nothing.csv")
    (tmp_path / "broken.xlsx").write_bytes(b"no workbook")
    with pytest.raises(UsageError):
        import_table(office, CLERK, "customers", tmp_path / "broken.xlsx")
