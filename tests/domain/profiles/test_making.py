"""Lines of files become records that intake can read, and each knows its line."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.counts import MAX_COUNT_LINES
from app.domain.orders import MAX_ORDER_LINES
from app.domain.problems import Problem
from app.domain.profiles.bodies import Given
from app.domain.profiles.goods import Article
from app.domain.profiles.making import MAX_RETURN_LINES, Document, Made, make_records
from app.domain.profiles.profile import Profile
from app.domain.profiles.reading import BadLine, read_lines
from app.domain.quantity import EACH
from app.domain.records.catalogue import RECORD_TYPES
from app.domain.records.reading import read_record
from app.domain.records.writing import write_body
from app.explain.profiles import LINE_FAULTS
from tests.support.profiles import BEER, JUICE, delimited

FETCHED_MS = 1_780_279_200_000  # 2026-06-01 10:00 in China
CHINA = Given(FETCHED_MS, 480)
CASE = "12900001000014"
KNOWN = {
    BEER: Article("HX500", "BTL", 1, {"CS": 12, "BTL": 1}),
    CASE: Article("HX500", "CS", 12, {"CS": 12, "BTL": 1}, price_fen=5350),
    JUICE: "XG330",
}


def made(profile: Profile, text: str, given: Given = CHINA) -> Made:
    return make_records(profile, read_lines(profile, text.encode()), KNOWN.get, given)


def one(profile: Profile, text: str, given: Given = CHINA) -> Document:
    result = made(profile, text, given)
    (document,) = result.documents
    assert_readable(result)
    return document


def assert_readable(result: Made) -> None:
    """Intake reads every record, and headers say how many lines they have."""
    for document in result.documents:
        for record in (document.header, *document.lines):
            known = RECORD_TYPES[record.type]
            fields = dict(record.fields)
            if known.header is not None:
                fields[known.fields[0].name] = (1, 1)
            assert not isinstance(
                read_record(record.type, write_body(record.type, fields)), Problem
            )
            assert record.sources
        if document.header.type != 14:
            assert document.header.fields["lines"] == len(document.lines)


def reasons(result: Made) -> list[tuple[int, str]]:
    return [(bad.number, bad.reason) for bad in result.bad]


def amounts(document: Document) -> list[tuple[object, object]]:
    return [(line.fields["product"], line.fields["qty_base"]) for line in document.lines]


def test_a_count_has_its_lines_and_each_knows_where_it_stood() -> None:
    document = one(delimited("count"), f"{BEER},7\n{CASE},2\n{JUICE},0\n")
    assert document.header.type == 16
    assert dict(document.header.fields) == {
        "place": "warehouse",
        "customer": None,
        "location": None,
        "started_ms": FETCHED_MS,
        "ended_ms": FETCHED_MS,
        "blind": True,
        "lines": 3,
    }
    bottle, case, none = document.lines
    assert bottle.type == 17
    assert bottle.fields["packs"] == bottle.fields["qty_base"] == 7
    assert (case.fields["packing"], case.fields["packs"], case.fields["qty_base"]) == ("CS", 2, 24)
    assert (none.fields["product"], none.fields["state"]) == ("XG330", "zero")
    assert [each.sources[0].number for each in document.lines] == [1, 2, 3]
    assert document.header.at_ms is None


def test_one_scan_is_one_piece_and_equal_ones_in_a_row_may_be_summed() -> None:
    text = f"{BEER}\n{BEER}\n{JUICE}\n{BEER}\n"
    assert amounts(one(delimited("count", "code"), text)) == [
        ("HX500", 1),
        ("HX500", 1),
        ("XG330", 1),
        ("HX500", 1),
    ]
    document = one(delimited("count", "code", sum=True), text)
    assert amounts(document) == [("HX500", 2), ("XG330", 1), ("HX500", 1)]
    assert [line.number for line in document.lines[0].sources] == [1, 2]


def test_goods_of_another_lot_are_other_goods() -> None:
    profile = delimited("count", "code", "lot", "expiry", sum=True)
    text = f"{BEER},L1,2026-10-01\n{BEER},L1,2026-10-01\n{BEER},L2,2026-10-01\n"
    document = one(profile, text)
    assert amounts(document) == [("HX500", 2), ("HX500", 1)]
    assert document.lines[0].fields["expiry"] == date(2026, 10, 1)


def test_parts_of_a_case_are_whole_bottles_or_bad() -> None:
    result = made(delimited("count"), f"{CASE},1.5\n{CASE},0.3\n")
    (document,) = result.documents
    (line,) = document.lines
    assert (line.fields["packs"], line.fields["loose"], line.fields["qty_base"]) == (1, 6, 18)
    assert reasons(result) == [(2, "not_whole")]


@pytest.mark.parametrize(
    ("qty", "packing", "packs", "loose"),
    [(65_535, "BTL", 65_535, None), (70_000, "BTL", 65_535, 4_465), (200_000, "CS", 16_666, 8)],
)
def test_many_pieces_are_counted_in_cases(
    qty: int, packing: str, packs: int, loose: int | None
) -> None:
    (line,) = one(delimited("count"), f"{BEER},{qty}\n").lines
    fields = line.fields
    assert (fields["packing"], fields["packs"], fields["loose"]) == (packing, packs, loose)
    assert fields["qty_base"] == qty


def test_more_than_a_count_can_bear_is_bad() -> None:
    result = made(delimited("count"), f"{BEER},1000001\n{JUICE},131070\n{JUICE},131071\n")
    assert reasons(result) == [(1, "too_many"), (3, "too_many")]


def test_a_quantity_below_zero_takes_back_what_was_scanned() -> None:
    assert amounts(one(delimited("count"), f"{BEER},5\n{JUICE},1\n{BEER},-2\n")) == [
        ("HX500", 3),
        ("XG330", 1),
    ]
    result = made(delimited("count"), f"{BEER},1\n{BEER},-2\n{JUICE},-1\n")
    assert (result.documents, reasons(result)) == (
        (),
        [(1, "negative"), (2, "negative"), (3, "negative")],
    )


def test_unknown_codes_go_to_intake_where_a_record_can_bear_them() -> None:
    result = made(delimited("count"), "NEW-1,4\n6291041500213,2\nsmall,1\n")
    (document,) = result.documents
    (line,) = document.lines
    assert (line.fields["product"], line.fields["packing"]) == ("NEW-1", EACH)
    assert reasons(result) == [(2, "unknown_barcode"), (3, "unknown_barcode")]
    assert [bad.text for bad in document.missing] == ["6291041500213,2", "small,1"]
    assert all(isinstance(bad, BadLine) and bad.column == "code" for bad in result.bad)


def test_a_packing_of_the_line_counts_before_that_of_the_barcode() -> None:
    profile = delimited("count", "code", "packing")
    result = made(profile, f"{BEER},CS\n{BEER},\n{BEER},KEG\n{JUICE},KEG\n")
    (document,) = result.documents
    assert amounts(document) == [("HX500", 12), ("HX500", 1), ("XG330", 1)]
    assert reasons(result) == [(3, "unknown_packing")]


def test_counts_are_kept_apart_by_their_place_only() -> None:
    profile = delimited("count", "location", "code")
    result = made(profile, f"WH1,{BEER}\nVAN1,{BEER}\nWH1,{JUICE}\n")
    assert [each.header.fields["location"] for each in result.documents] == ["WH1", "VAN1"]
    assert [len(each.lines) for each in result.documents] == [2, 1]
    assert_readable(result)


def test_other_fields_may_keep_documents_apart() -> None:
    profile = delimited("count", "document", "code", group=["document"])
    assert len(made(profile, f"1,{BEER}\n2,{BEER}\n").documents) == 2


@pytest.mark.parametrize("scans", [MAX_COUNT_LINES, MAX_COUNT_LINES + 1, 3000])
def test_a_long_count_of_few_goods_is_one_count(scans: int) -> None:
    text = "".join(f"{JUICE if place % 2 else BEER}\n" for place in range(scans))
    document = one(delimited("count", "code"), text)
    assert sum(int(str(qty)) for _, qty in amounts(document)) == scans
    assert len(document.lines) == (scans if scans == MAX_COUNT_LINES else 2)


def test_a_count_of_many_goods_is_split_and_no_product_is_in_two() -> None:
    lines = [f"P{place % 700:03},{place},L{place // 700}\n" for place in range(1, 1401)]
    result = made(delimited("count", "code", "qty", "lot"), "".join(lines))
    assert [len(each.lines) for each in result.documents] == [512, 512, 376]
    products = [{line.fields["product"] for line in each.lines} for each in result.documents]
    assert all(not one & two for one in products for two in products if one is not two)
    assert sum(len(each.lines) for each in result.documents) == 1400
    assert_readable(result)


@pytest.mark.parametrize(
    ("text", "utc_ms"),
    [
        ("2026-06-01,09:30:00", FETCHED_MS - 1_800_000),
        # a day alone is its end, or the hour of fetching when it is the same day
        ("2026-05-31,", 1_780_243_199_000),
        ("2026-06-01,", FETCHED_MS),
        # a clock that was never set tells nothing
        ("2000-01-01,00:00:07", None),
        (",", None),
    ],
)
def test_times_are_the_terminals_own(text: str, utc_ms: int | None) -> None:
    document = one(delimited("count", "code", "day", "time"), f"{BEER},{text}\n")
    assert document.lines[0].at_ms == utc_ms
    assert document.header.fields["ended_ms"] == (utc_ms or FETCHED_MS)


def test_a_count_lasts_from_its_first_to_its_last_scan() -> None:
    text = f"{BEER},2026-06-01T09:00:00\n{BEER},2026-06-01T08:00:00\n"
    document = one(delimited("count", "code", "at"), text)
    assert document.header.fields["started_ms"] == FETCHED_MS - 2 * 3_600_000
    assert document.header.fields["ended_ms"] == FETCHED_MS - 3_600_000


ORDER = ("customer", "code", "qty", "price", "wanted", "person")


def test_an_order_has_its_customer_its_prices_and_its_total() -> None:
    text = f"C0001,{CASE},5,53.50,2026-06-02,S01\nC0001,{BEER},3,4.5,2026-06-02,S01\n"
    document = one(delimited("order", *ORDER), text)
    assert document.header.type == 10
    assert document.header.person == "S01"
    fields = document.header.fields
    assert (fields["customer"], fields["total_fen"], fields["payment"]) == ("C0001", 28_100, "cash")
    assert fields["wanted"] == date(2026, 6, 2)
    case, bottle = document.lines
    assert dict(case.fields) == {
        "line": 1,
        "product": "HX500",
        "packing": "CS",
        "packs": 5,
        "qty_base": 60,
        "price_fen": 5350,
        "free": False,
        "net_fen": 26_750,
    }
    assert bottle.fields["line"] == 2


def test_an_order_without_prices_has_those_of_the_desk() -> None:
    document = one(delimited("order", *ORDER), f"C0001,{CASE},5,,,\n")
    assert document.lines[0].fields["price_fen"] == 5350
    # nobody said when, so as soon as it can be
    assert document.header.fields["wanted"] == date(2026, 6, 1)


def test_the_same_goods_twice_in_an_order_are_one_line() -> None:
    result = made(
        delimited("order", *ORDER),
        f"C0001,{CASE},5,53.5,,\nC0001,{BEER},1,4,,\nC0001,{CASE},2,53.5,,\nC0001,{CASE},1,50,,\n",
    )
    (document,) = result.documents
    assert amounts(document) == [("HX500", 84), ("HX500", 1)]
    assert [line.number for line in document.lines[0].sources] == [1, 3]
    assert reasons(result) == [(4, "second_price")]


def test_who_did_not_name_a_customer_may_be_helped() -> None:
    text = f"{CASE},5\n"
    assert reasons(made(delimited("order"), text)) == [(1, "no_customer")]
    document = one(delimited("order"), text, Given(FETCHED_MS, 480, customer="C0002"))
    assert document.header.fields["customer"] == "C0002"


@pytest.mark.parametrize(
    ("qty", "reason"),
    [("0", "no_quantity"), ("-1", "negative"), ("1.5", "not_whole"), ("10000", "too_many")],
)
def test_what_nobody_can_order(qty: str, reason: str) -> None:
    result = made(delimited("order", "customer", "code", "qty"), f"C0001,{CASE},{qty}\n")
    assert (result.documents, reasons(result)) == ((), [(1, reason)])


def test_a_customer_that_no_record_can_bear_takes_its_lines_along() -> None:
    result = made(delimited("order", "customer", "code", "qty"), f"Corner shop,{CASE},1\n")
    assert result.documents == ()
    assert [(bad.reason, bad.column) for bad in result.bad] == [("unfit", "customer")]


def test_each_head_of_an_order_is_an_order() -> None:
    profile = delimited(
        "order",
        layout={"delimiter": "|"},
        lines={"mark": "L|"},
        head={"mark": "H|", "columns": [{"field": "customer", "index": 2}]},
        columns=[{"field": "code", "index": 2}],
    )
    result = made(profile, f"H|C0001\nL|{CASE}\nH|C0001\nL|{CASE}\n")
    assert [len(each.lines) for each in result.documents] == [1, 1]


def test_a_long_order_is_several() -> None:
    text = "".join(f"C0001,P{place},1\n" for place in range(MAX_ORDER_LINES + 5))
    result = made(delimited("order", "customer", "code", "qty"), text)
    assert [len(each.lines) for each in result.documents] == [MAX_ORDER_LINES, 5]
    assert_readable(result)


RETURN = ("customer", "code", "qty", "lot", "expiry", "reason", "condition", "original")


def test_a_return_has_reasons_and_conditions() -> None:
    text = f"C0001,{BEER},3,L1,2026-06-10,EXP2,near,\nC0001,{CASE},1,,,DMG1,damaged,\n"
    document = one(delimited("return", *RETURN), text)
    assert dict(document.header.fields) == {
        "customer": "C0001",
        "mode": "return",
        "original": None,
    }
    assert dict(document.lines[0].fields) == {
        "product": "HX500",
        "lot": "L1",
        "expiry": date(2026, 6, 10),
        "qty_base": 3,
        "reason": "EXP2",
        "condition": "near",
    }
    assert amounts(document)[1] == ("HX500", 12)


def test_a_return_needs_a_reason_and_has_bounds() -> None:
    result = made(
        delimited("return", *RETURN), f"C0001,{BEER},3,,,,good,\nC0001,{BEER},3,,,long!,good,\n"
    )
    assert reasons(result) == [(1, "no_reason"), (2, "unfit")]
    text = "".join(f"C0001,P{place},1,,,DMG1,good,\n" for place in range(MAX_RETURN_LINES + 1))
    assert [len(each.lines) for each in made(delimited("return", *RETURN), text).documents] == [
        MAX_RETURN_LINES,
        1,
    ]


def test_goods_that_come_in_are_receipts() -> None:
    profile = delimited("receipt", "supplier", "code", "qty", "lot", "produced", "expiry")
    text = f"SUP1,{CASE},5,L1,2026-05-10,\nSUP2,{JUICE},240,,,2027-01-01\nSUP1,6291041500213,1,,,\n"
    result = made(profile, text, Given(FETCHED_MS, 480, location="WH1"))
    first, second = result.receipts
    assert (first.supplier, first.location) == ("SUP1", "WH1")
    (line,) = first.lines
    assert (line.product, line.qty, line.lot, line.produced) == (
        "HX500",
        60,
        "L1",
        date(2026, 5, 10),
    )
    assert second.lines[0].expiry == date(2027, 1, 1)
    assert [bad.number for bad in first.missing] == [3]
    assert result.documents == ()


def test_what_was_read_badly_stays_bad() -> None:
    result = made(delimited("count"), f"{BEER},x\n{BEER},1\n6291041500213,1\n")
    assert reasons(result) == [(1, "number"), (3, "unknown_barcode")]


TEXTS = st.text("AB12-.x啤 ", max_size=14)
LINES = st.lists(
    st.tuples(
        st.sampled_from([BEER, CASE, JUICE, "NEW", "6291041500213", "x"]) | TEXTS,
        st.integers(-5, 70_000).map(str) | st.sampled_from(["0.5", "1000001", "x", ""]),
        st.sampled_from(["C0001", "C0002", "", "shop", "TOO-LONG-A-CODE"]),
        st.sampled_from(["L1", "", "a lot of twenty-one c"]),
        st.sampled_from(["DMG1", "", "REASON"]),
    ),
    max_size=12,
)
KINDS: Any = st.sampled_from(["count", "order", "return", "receipt"])


@given(KINDS, LINES, st.booleans())
def test_every_line_is_in_a_record_or_bad_and_all_can_be_read(
    kind: str, rows: list[tuple[str, ...]], is_summed: bool
) -> None:
    profile = delimited(kind, "code", "qty", "customer", "lot", "reason", sum=is_summed)
    text = "".join(f"{','.join(row)}\n" for row in rows)
    result = made(profile, text)
    assert_readable(result)
    used = [
        line.number
        for document in result.documents
        for record in document.lines
        for line in record.sources
    ]
    used += [each.line.number for receipt in result.receipts for each in receipt.lines]
    bad = [each.number for each in result.bad]
    blank = [place for place, row in enumerate(rows, start=1) if not ",".join(row).strip()]
    if kind == "receipt" and is_summed:
        assert set(used) | set(bad) | set(blank) <= set(range(1, len(rows) + 1))
    else:
        assert sorted(used + bad + blank) == list(range(1, len(rows) + 1))
    assert {each.reason for each in result.bad} <= set(LINE_FAULTS)
