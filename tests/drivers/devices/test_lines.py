"""Records as lines of text, and back without losing a byte."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.devices.lines import read_lines, write_line


@given(st.lists(st.lists(st.binary(max_size=20), min_size=1, max_size=5), max_size=8))
def test_every_byte_comes_back(records: list[list[bytes]]) -> None:
    text = b"".join(map(write_line, records))
    assert read_lines(text) == [tuple(record) for record in records]
    assert text.count(b"\n") == len(records)


@pytest.mark.parametrize(
    ("text", "records"),
    [
        (b"", []),
        (b"1\t2\n3\t4", [(b"1", b"2"), (b"3", b"4")]),
        (b"\r\n", [(b"",)]),
        (b"a\x10Ib\x10Pc\x10\r\n", [(b"a\tb\x10c\x10",)]),
        ("货\t物\r\n".encode("gb18030"), [("货".encode("gb18030"), "物".encode("gb18030"))]),
    ],
)
def test_lines_from_elsewhere(text: bytes, records: list[tuple[bytes, ...]]) -> None:
    assert read_lines(text) == records
