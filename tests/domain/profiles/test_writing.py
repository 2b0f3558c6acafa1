"""Rows into files: what is written is read as the same, and what could not be is left out."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.profiles.plain import from_plain
from app.domain.profiles.profile import Listing, Value
from app.domain.profiles.reading import read_file
from app.domain.profiles.writing import LeftOut, write_lines, write_list
from tests.support.profiles import BEER, delimited, fixed, only_goods, plain, rows_of


def listing(columns: list[dict[str, Any]], **changes: Any) -> Listing:
    changes = {"what": "products", "file": "LIST.TXT", "columns": columns} | changes
    profile = from_plain(plain(list=changes))
    assert profile.listing is not None
    return profile.listing


PRODUCTS: list[dict[str, Value | int]] = [
    {
        "code": "HX500",
        "name": "望汐清爽啤酒 500ml",
        "gtin": BEER,
        "price": Decimal("53.5"),
        "stock": 12,
    },
    {"code": "XG330", "name": "汐果", "gtin": "2900001000017", "price": Decimal(36), "stock": -3},
]


def test_a_list_by_commas() -> None:
    columns = [
        {"field": "gtin", "index": 1},
        {"field": "name", "index": 3},
        {"field": "price", "index": 4, "decimal": ","},
    ]
    written = write_list(listing(columns, titles="barcode,,name,price"), PRODUCTS)
    assert written.left_out == ()
    assert written.data.decode() == (
        f'barcode,,name,price\r\n{BEER},,望汐清爽啤酒 500ml,"53,5"\r\n2900001000017,,汐果,36\r\n'
    )


FIXED = {"form": "fixed", "line_end": "lf"}


def test_a_list_of_fixed_places_counts_bytes_and_cuts_no_character() -> None:
    columns = [
        {"field": "gtin", "at": [1, 14]},
        {"field": "name", "at": [15, 24], "cut": True},
        {"field": "price", "at": [25, 30], "implied": 2, "align": "right", "fill": "0"},
        {"at": [31, 31], "literal": "|"},
        {"field": "stock", "at": [32, 36], "align": "right", "fill": "0"},
    ]
    written = write_list(listing(columns, layout=FIXED, encoding="gb18030"), PRODUCTS)
    first, second, _ = written.data.split(b"\n")
    assert first == b"6901234567892 " + "望汐清爽啤".encode("gb18030") + b"005350|00012"
    assert second == b"2900001000017 " + "汐果".encode("gb18030").ljust(10) + b"003600|-0003"
    by_signs = FIXED | {"unit": "characters"}
    written = write_list(listing(columns, layout=by_signs, encoding="gb18030"), PRODUCTS)
    assert written.data.decode("gb18030").startswith("6901234567892 望汐清爽啤酒 500005350|00012\n")


def test_rows_that_do_not_fit_are_told_and_never_cut_silently() -> None:
    columns = [
        {"field": "code", "at": [1, 4]},
        {"field": "price", "at": [5, 8], "implied": 2, "align": "right", "fill": "0"},
    ]
    rows: list[dict[str, Value | int]] = [
        {"code": "HX500", "price": 1},
        {"code": "HX5", "price": Decimal("0.005")},
        {"code": "HX6", "price": 100},
        {"code": "HX7"},
        {"code": "啤酒", "price": 1},
        {"code": "HX8", "price": 99},
    ]
    written = write_list(listing(columns, layout=FIXED, encoding="latin-1"), rows)
    assert written.data == b"HX8 9900\n"
    assert written.left_out == (
        LeftOut(1, "code", "too_wide"),
        LeftOut(2, "price", "number"),
        LeftOut(3, "price", "too_wide"),
        LeftOut(4, "price", "empty"),
        LeftOut(5, "code", "encoding"),
    )


def test_names_may_lose_what_the_encoding_has_not() -> None:
    columns = [{"field": "code", "index": 1}, {"field": "name", "index": 2, "cut": True}]
    rows: list[dict[str, Value | int]] = [{"code": "A", "name": "啤酒\r\nX,1"}]
    plain_layout = {"delimiter": ",", "quote": "", "line_end": "lf"}
    written = write_list(listing(columns, layout=plain_layout, encoding="latin-1"), rows)
    assert written == type(written)(b"A,?? X 1\n", ())


def test_auto_is_written_as_utf_8_with_a_mark() -> None:
    written = write_list(listing([{"field": "name", "index": 1}], encoding="auto"), PRODUCTS)
    assert written.data.decode("utf-8-sig").splitlines() == ["望汐清爽啤酒 500ml", "汐果"]
    assert written.data.startswith(b"\xef\xbb\xbf")


def test_customers_are_listed_too() -> None:
    columns = [{"field": "customer", "index": 1}, {"field": "phone", "index": 2, "optional": True}]
    found = listing(columns, what="customers", layout={"delimiter": "\t", "line_end": "lf"})
    rows: list[dict[str, Value | int]] = [
        {"customer": "C0001", "phone": "000-1"},
        {"customer": "C2"},
    ]
    assert write_list(found, rows).data == b"C0001\t000-1\nC2\t\n"


@pytest.mark.parametrize(
    ("profile", "row"),
    [
        (delimited(lines={"comment": "#"}), {"code": "#1", "qty": 1}),
        (delimited(lines={"tail_mark": "EOF"}), {"code": "EOF1", "qty": 1}),
        (delimited(), {"code": " A", "qty": 1}),
        (delimited(), {"code": "A\nB", "qty": 1}),
        (delimited(), {"code": "\ufeffA", "qty": 1}),
        (delimited(), {"code": "A\x1a", "qty": 1}),
        (delimited(layout={"delimiter": ";", "quote": ""}), {"code": "A;B", "qty": 1}),
        (
            fixed({"field": "code", "at": [1, 9], "fill": "0", "align": "right"}),
            {"code": "123"},
        ),
        (
            fixed({"field": "code", "at": [1, 9], "strip_zeros": True}),
            {"code": "0123"},
        ),
        (
            delimited(columns=[{"field": "code", "index": 1, "skip": ["X"]}]),
            {"code": "X"},
        ),
        (
            delimited(columns=[{"field": "code", "index": 1, "words": {"A": "B"}}]),
            {"code": "A"},
        ),
    ],
)
def test_what_would_be_read_as_something_else_is_left_out(profile: Any, row: Any) -> None:
    written = write_lines(profile, [row])
    assert written.data == b""
    assert len(written.left_out) == 1


WIDE = {"align": "right", "fill": "0"}
PROFILES = (
    delimited("count", "code", "qty", "day", "time", "lot", "condition"),
    delimited("count", "code", "at", encoding="auto"),
    delimited("count", "code", "qty", "name", encoding="gb18030", sum=True),
    delimited("count", "code", "qty", layout={"delimiter": ";", "quote": ""}, encoding="latin-1"),
    delimited("count", "code", "qty", layout={"delimiter": " | ", "quote": "'", "line_end": "cr"}),
    fixed(
        {"field": "code", "at": [1, 14]},
        {"field": "qty", "at": [16, 24], "sign": "overpunch", "implied": 2} | WIDE,
        {"at": [25, 25], "literal": "|"},
        {"field": "day", "at": [26, 33], "pattern": "YYYYMMDD", "optional": True},
        encoding="gb18030",
        layout={"record": 40},
    ),
    fixed(
        {"field": "code", "at": [1, 14], "check": "add-mod10"},
        {"field": "qty", "at": [15, 20], "sign": "trailing"} | WIDE,
        layout={"record": 20, "line_end": "none"},
    ),
    fixed(
        {"field": "code", "at": [1, 12]},
        {"field": "name", "at": [13, 20], "optional": True},
        {"field": "qty", "at": [21, 26], "decimal": ","},
        encoding="utf-8",
        layout={"unit": "characters", "line_end": "lf"},
    ),
)


@given(st.data(), st.sampled_from(PROFILES))
def test_what_is_written_is_read_as_the_same(data: st.DataObject, profile: Any) -> None:
    bare = only_goods(profile)
    rows = data.draw(st.lists(rows_of(bare), max_size=6))
    written = write_lines(bare, rows)
    read = read_file(bare, written.data)
    left_out = {each.row for each in written.left_out}
    kept = [row for place, row in enumerate(rows, start=1) if place not in left_out]
    assert read.bad == ()
    assert [dict(line.fields) for line in read.lines] == kept
