"""Lines of files: nothing is dropped, nothing guessed, and everything has its place."""

import codecs
from itertools import islice
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.profiles import reading
from app.domain.profiles.profile import Profile
from app.domain.profiles.reading import (
    MAX_LINE_BYTES,
    Aside,
    BadLine,
    Entry,
    Line,
    read_file,
    read_lines,
)
from app.explain.profiles import LINE_FAULTS
from tests.support.profiles import BEER, JUICE, delimited, fixed


def bad_of(profile: Profile, data: bytes) -> list[tuple[int, str, str]]:
    return [(each.number, each.reason, each.column) for each in read_file(profile, data).bad]


def codes_of(profile: Profile, data: bytes) -> list[object]:
    return [line.fields["code"] for line in read_file(profile, data).lines]


def roles_of(profile: Profile, data: bytes) -> list[tuple[int, str]]:
    return [(each.number, each.role) for each in read_file(profile, data).asides]


def test_a_line_knows_where_it_stands() -> None:
    data = f"{BEER},12\r\n\r\n{JUICE},3".encode()
    first, last = read_file(delimited(), data).lines
    assert (first.number, first.offset, first.length) == (1, 0, 16)
    assert (last.number, last.offset, last.length) == (3, 20, 15)
    assert data[last.offset : last.offset + last.length].decode() == last.text


@pytest.mark.parametrize("end", [b"\r\n", b"\n", b"\r"])
def test_every_line_end_is_one(end: bytes) -> None:
    assert codes_of(delimited(), end.join([b"A,1", b"B,2", b""])) == ["A", "B"]
    assert codes_of(delimited(), end.join([b"A,1", b"B,2"])) == ["A", "B"]


def test_an_empty_file_has_no_lines() -> None:
    assert list(read_lines(delimited(), b"")) == []


def test_a_bad_line_keeps_its_bytes_and_says_where() -> None:
    data = b"A,1\nB,\xff\xfe\nC,x\n"
    first, second = read_file(delimited(), data).bad
    assert (first.reason, first.data) == ("encoding", b"B,\xff\xfe")
    assert first.text == "B,��"
    assert (second.reason, second.column, second.number) == ("number", "qty", 3)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"A\n", (1, "too_few_pieces", "qty")),
        (b",1\n", (1, "empty", "code")),
        (b"A,\n", (1, "empty", "qty")),
        (b'"A,1\n', (1, "open_quote", "")),
        (b'"A""B,1\n', (1, "open_quote", "")),
    ],
)
def test_why_a_line_is_bad(data: bytes, expected: tuple[int, str, str]) -> None:
    assert bad_of(delimited(), data) == [expected]


def test_quotes_hold_commas_and_quotes() -> None:
    data = b'"A,1",2\n"A""B", 3\n "C" ,4\nD"E,5\n"","6"\n'
    read = read_file(delimited(), data)
    assert [line.fields["code"] for line in read.lines] == ["A,1", 'A"B', "C", 'D"E']
    assert [(bad.number, bad.reason) for bad in read.bad] == [(5, "empty")]


def test_the_number_of_pieces_may_be_said() -> None:
    profile = delimited(layout={"delimiter": ",", "pieces": [2, 3]})
    assert bad_of(profile, b"A\nA,1\nA,1,x\nA,1,x,y\n") == [
        (1, "too_few_pieces", ""),
        (4, "too_many_pieces", ""),
    ]


def test_a_delimiter_may_be_several_characters() -> None:
    profile = delimited(layout={"delimiter": " | ", "quote": ""})
    assert codes_of(profile, b'A"|B | 1\n') == ['A"|B']


CODE_QTY = ({"field": "code", "at": [1, 6]}, {"field": "qty", "at": [7, 10]})


def test_fixed_pieces_by_bytes_and_by_characters() -> None:
    by_bytes = fixed(*CODE_QTY, encoding="gb18030", layout={"record": 10})
    assert codes_of(by_bytes, "啤酒A   12\n".encode("gb18030")) == ["啤酒A"]
    assert bad_of(by_bytes, "啤酒AB    12\n".encode("gb18030")) == [(1, "too_wide", "")]
    assert codes_of(by_bytes, "啤酒AB  12\n".encode("gb18030")) == ["啤酒AB"]
    by_signs = fixed(*CODE_QTY, encoding="gb18030", layout={"record": 10, "unit": "characters"})
    assert codes_of(by_signs, "啤酒AB    12\n".encode("gb18030")) == ["啤酒AB"]


def test_a_fixed_line_has_its_length() -> None:
    profile = fixed(*CODE_QTY, layout={"record": 10})
    assert bad_of(profile, b"ABCDEF  12\nABCDEF 12\nABCDEF   12\n") == [
        (2, "too_short", ""),
        (3, "too_wide", ""),
    ]
    loose = fixed(*CODE_QTY)
    assert bad_of(loose, b"ABCDEF12\nABCDEF\nABC\n") == [
        (2, "too_short", "qty"),
        (3, "too_short", "qty"),
    ]


def test_a_cut_character_of_two_bytes_is_bad() -> None:
    profile = fixed(
        {"field": "code", "at": [1, 3]}, {"field": "qty", "at": [4, 6]}, encoding="gb18030"
    )
    assert codes_of(profile, "A啤12\n".encode("gb18030")) == ["A啤"]
    # the line is whole, but the piece ends inside a character
    assert bad_of(profile, "啤酒12\n".encode("gb18030")) == [(1, "encoding", "code")]


def test_records_without_line_ends() -> None:
    profile = fixed(*CODE_QTY, layout={"record": 10, "line_end": "none"})
    read = read_file(profile, b"ABCDEF  12GHIJKL0003MNOPQR")
    assert [(each.number, each.offset) for each in read.lines] == [(1, 0), (2, 10)]
    assert [(each.number, each.reason) for each in read.bad] == [(3, "too_short")]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (codecs.BOM_UTF8 + "啤酒,1\n".encode(), "啤酒"),
        (codecs.BOM_UTF16_LE + "啤酒,1\r\n".encode("utf-16-le"), "啤酒"),
        (codecs.BOM_UTF16_BE + "啤酒,1\r\n".encode("utf-16-be"), "啤酒"),
        ("啤酒,1\n".encode(), "啤酒"),
        ("啤酒,1\n".encode("gb18030"), "啤酒"),
        # a line end inside a character of two bytes is none
        (codecs.BOM_UTF16_LE + "\u0a0d\u0d0a,1\n".encode("utf-16-le"), "\u0a0d\u0d0a"),
        (codecs.BOM_UTF16_LE + "਀Ā,1\n".encode("utf-16-le"), "਀Ā"),
    ],
)
def test_auto_believes_the_mark_then_utf_8_then_gb18030(data: bytes, code: str) -> None:
    assert codes_of(delimited(encoding="auto"), data + data[:0]) == [code]


def test_utf_16_lines_have_their_places() -> None:
    text = "A,1\r\nB,2\rC,3\nD,4"
    data = codecs.BOM_UTF16_LE + text.encode("utf-16-le")
    lines = read_file(delimited(encoding="auto"), data).lines
    assert [line.text for line in lines] == ["A,1", "B,2", "C,3", "D,4"]
    for line in lines:
        assert data[line.offset : line.offset + line.length].decode("utf-16-le") == line.text


def test_latin_1_reads_every_byte() -> None:
    assert codes_of(delimited(encoding="latin-1"), "Märzen,1\n".encode("latin-1")) == ["Märzen"]


def test_what_fills_the_last_block_is_no_line() -> None:
    data = b"A,1\r\n" + b"\x1a" * 123
    (aside,) = read_file(delimited(), data).asides
    assert (aside.role, aside.offset, aside.length) == ("filling", 5, 123)
    assert codes_of(delimited(), data) == ["A"]


def test_lines_that_are_no_goods_say_what_they_are() -> None:
    profile = delimited(lines={"skip": 1, "comment": "#", "tail": 1})
    data = b"barcode,quantity\n# note\nA,1\n\nEnd,9\n\n"
    assert codes_of(profile, data) == ["A"]
    assert roles_of(profile, data) == [
        (1, "skipped"),
        (2, "comment"),
        (4, "blank"),
        (5, "tail"),
        (6, "blank"),
    ]


def test_titles_may_be_in_another_encoding() -> None:
    data = "条码,数量\n".encode("gb18030") + b"A,1\n"
    assert roles_of(delimited(lines={"skip": 1}), data) == [(1, "skipped")]


def test_a_tail_that_is_missing_or_not_the_last_is_told() -> None:
    profile = delimited(lines={"tail_mark": "EOF"})
    assert bad_of(profile, b"A,1\nEOF\n") == []
    assert bad_of(profile, b"A,1\nB,2\n") == [(3, "no_tail", "")]
    assert bad_of(profile, b"") == [(1, "no_tail", "")]
    assert bad_of(profile, b"A,1\nEOF\nB,2\nEOF\n") == [
        (3, "after_tail", ""),
        (4, "after_tail", ""),
    ]


@pytest.mark.parametrize(
    ("tail", "bad"),
    [
        (b"T|2\n", []),
        (b"T|0002\n", []),
        (b"T|3\n", [(3, "count_differs", "")]),
        (b"T|\n", [(3, "number", "")]),
        (b"T|-2\n", [(3, "number", "")]),
        (b"", [(3, "no_tail", "")]),
    ],
)
def test_the_last_line_counts_the_others(tail: bytes, bad: list[tuple[int, str, str]]) -> None:
    lines = {"tail_mark": "T|", "count": {"in": "tail", "index": 2}}
    profile = delimited(layout={"delimiter": "|"}, lines=lines)
    assert bad_of(profile, b"A|1\nB|x\n" + tail) == [(2, "number", "qty"), *bad]


def test_the_first_line_counts_the_others() -> None:
    profile = delimited(lines={"skip": 1, "count": {"in": "head"}})
    assert bad_of(profile, b"") == [(1, "no_count", "")]
    assert bad_of(profile, b"2\nA,1\n\nB,1\n") == []
    assert bad_of(profile, b"3\nA,1\nB,1\n") == [(1, "count_differs", "")]
    assert bad_of(profile, b"two\nA,1\n") == [(1, "number", "")]


def test_a_count_may_count_more_than_goods() -> None:
    lines = {"tail": 1, "skip": 1, "count": {"in": "tail", "at": [2, 5], "extra": 2}}
    profile = fixed(*CODE_QTY, lines=lines)
    assert bad_of(profile, b"HEAD\nABCDEF  12\nT0003\n") == []


@pytest.mark.parametrize("cut", range(1, 12))
def test_a_file_that_was_cut_off_is_told_wherever_it_was_cut(cut: int) -> None:
    profile = delimited(lines={"closed": True})
    data = b"A,100\nB,200\n"
    read = read_file(profile, data[:-cut])
    whole = data[:-cut].endswith(b"\n")
    assert [bad.reason for bad in read.bad] == ([] if whole or cut == 12 else ["cut_off"])


def test_a_last_line_without_an_end_is_fine_when_nobody_says_otherwise() -> None:
    assert codes_of(delimited(), b"A,1\nB,2") == ["A", "B"]


HEADS: dict[str, Any] = {
    "layout": {"delimiter": "|"},
    "lines": {"mark": "L|"},
    "columns": [{"field": "code", "index": 2}, {"field": "qty", "index": 3}],
    "head": {"mark": "H|", "columns": [{"field": "day", "index": 2}]},
}


def test_a_head_holds_for_the_lines_behind_it() -> None:
    data = b"H|2026-06-01\nL|A|1\nH|2026-06-02\nL|B|2\n"
    first, second = read_file(delimited(**HEADS), data).lines
    assert (str(first.fields["day"]), first.head) == ("2026-06-01", 1)
    assert (str(second.fields["day"]), second.head) == ("2026-06-02", 3)


def test_goods_never_go_to_the_head_before_a_bad_one() -> None:
    data = b"L|A|1\nH|2026-06-01\nL|A|1\nH|tomorrow\nL|B|2\nX|?\n"
    assert bad_of(delimited(**HEADS), data) == [
        (1, "no_head", ""),
        (4, "date", "day"),
        (5, "no_head", ""),
        (6, "unknown_line", ""),
    ]


def test_a_line_of_its_own_comes_before_its_head_and_its_constants() -> None:
    changes = HEADS | {
        "columns": [*HEADS["columns"], {"field": "place", "index": 4, "optional": True}]
    }
    data = b"H|2026-06-01\nL|A|1|van\nL|A|1|\n"
    first, second = read_file(delimited(**changes), data).lines
    assert (first.fields["place"], second.fields["place"]) == ("van", "warehouse")


def test_lines_may_be_passed_over_by_a_word() -> None:
    columns = [{"index": 1, "skip": ["-"]}, {"field": "code", "index": 2}]
    profile = delimited(columns=columns)
    data = b"+,A\n-,\n -,B\n+,C\n"
    assert codes_of(profile, data) == ["A", "C"]
    assert roles_of(profile, data) == [(2, "ignored"), (3, "ignored")]
    only = delimited(columns=[{"index": 1, "keep": ["+"]}, {"field": "code", "index": 2}])
    assert roles_of(only, data) == [(2, "ignored"), (3, "ignored")]


def test_a_line_beyond_all_measure_is_bad_and_short() -> None:
    data = b"A," + b"1" * (MAX_LINE_BYTES + 50) + b"\nB,1\n"
    (bad,) = read_file(delimited(), data).bad
    assert (bad.reason, bad.length, len(bad.data)) == ("too_long", len(data) - 5, MAX_LINE_BYTES)
    assert codes_of(delimited(), data) == ["B"]


def test_files_have_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_LINES", 3)
    monkeypatch.setattr(reading, "MAX_FILE_BYTES", 40)
    data = b"A,1\n" * 5
    read = read_file(delimited(), data)
    assert len(read.lines) == 3
    assert [(each.reason, each.offset, each.length) for each in read.bad] == [
        ("too_many_lines", 12, 8)
    ]
    assert bad_of(delimited(), b"A,1\n" * 11) == [(1, "file_too_large", "")]


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_a_hundred_thousand_lines_are_read_one_by_one(end: bytes) -> None:
    data = end.join(f"{BEER},{place % 1000}".encode() for place in range(100_000)) + end
    entries = read_lines(delimited(), data)
    first = next(entries)
    assert isinstance(first, Line)
    assert first.text == f"{BEER},0"
    assert sum(isinstance(each, Line) for each in entries) == 99_999


def test_only_what_is_asked_for_is_read() -> None:
    data = b"A,1\n" * 1_000_000
    assert len(list(islice(read_lines(delimited(), data), 5))) == 5


def span(entry: Entry) -> range:
    return range(entry.offset, entry.offset + entry.length)


PROFILES = (
    delimited(),
    delimited(encoding="auto"),
    delimited(encoding="gb18030", lines={"comment": "#", "tail": 1, "skip": 1}),
    delimited(encoding="latin-1", lines={"tail_mark": "T", "count": {"in": "tail", "index": 2}}),
    delimited(lines={"skip": 1, "count": {"in": "head"}, "closed": True}),
    delimited(**HEADS),
    fixed(*CODE_QTY, layout={"record": 10}),
    fixed(*CODE_QTY, encoding="auto", layout={"record": 10, "line_end": "none"}),
    fixed(*CODE_QTY, encoding="auto", layout={"unit": "characters"}),
)
NOISE = st.one_of(
    st.binary(max_size=80),
    st.text('AB,12|HLT#"\r\n\x1a ', max_size=80).map(str.encode),
    st.text("A,1\r\n啤酒", max_size=40).map(
        lambda text: codecs.BOM_UTF16_LE + text.encode("utf-16-le")
    ),
)


@given(st.sampled_from(PROFILES), NOISE)
def test_every_byte_is_in_one_entry_or_ends_a_line(profile: Profile, data: bytes) -> None:
    entries = list(read_lines(profile, data))
    covered = [place for entry in entries for place in span(entry) if not _told_again(entry)]
    assert len(covered) == len(set(covered))
    rest = bytes(byte for place, byte in enumerate(data) if place not in set(covered))
    assert set(rest) <= set(b"\r\n\0") | set(codecs.BOM_UTF8 + codecs.BOM_UTF16_LE[:2] + b"\xfe")
    for entry in entries:
        assert entry.number >= 0
        if isinstance(entry, BadLine):
            assert entry.reason in LINE_FAULTS
            assert entry.data == data[entry.offset : entry.offset + entry.length]
        if isinstance(entry, Aside):
            assert entry.role


def _told_again(entry: Entry) -> bool:
    """A first line that says a wrong number is told twice: as what it is, and at the end."""
    return isinstance(entry, BadLine) and entry.reason == "count_differs" and entry.number == 1
