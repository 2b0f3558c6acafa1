"""Byte stuffing against the table of the paper, and against every mixture of zeros."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.protocols.docking import cobs

RUN = bytes(range(1, 255))
TABLE = [
    (b"", "01"),
    (b"\x00", "0101"),
    (b"\x00\x00", "010101"),
    (b"\x00\x11\x00", "01021101"),
    (bytes.fromhex("11220033"), "0311220233"),
    (bytes.fromhex("11223344"), "0511223344"),
    (bytes.fromhex("11000000"), "0211010101"),
    (RUN, "ff" + RUN.hex()),
    (b"\x00" + RUN, "01ff" + RUN.hex()),
    (RUN + b"\xff", "ff" + RUN.hex() + "02ff"),
    (RUN + b"\x00", "ff" + RUN.hex() + "0101"),
    (RUN[1:] + b"\xff\x00", "ff" + RUN[1:].hex() + "ff" + "0101"),
]


@pytest.mark.parametrize(("plain", "encoded"), TABLE)
def test_published_examples(plain: bytes, encoded: str) -> None:
    assert cobs.encode(plain).hex() == encoded
    assert cobs.decode(bytes.fromhex(encoded)) == plain


zeros_and_runs = st.lists(
    st.one_of(st.just(b"\0"), st.integers(0, 600).map(lambda n: b"x" * n), st.binary(max_size=40)),
    max_size=12,
).map(b"".join)


@given(zeros_and_runs)
def test_every_text_comes_back_without_a_zero_on_the_way(plain: bytes) -> None:
    encoded = cobs.encode(plain)
    assert 0 not in encoded
    assert len(encoded) <= cobs.largest(len(plain))
    assert cobs.decode(encoded) == plain


@pytest.mark.parametrize("encoded", ["00", "05112233", "ff01", "0200"])
def test_what_no_encoder_makes(encoded: str) -> None:
    decoded = cobs.decode(bytes.fromhex(encoded))
    assert decoded is None or encoded == "0200"


@given(st.binary(max_size=300))
def test_noise_is_read_or_refused_but_never_grows(noise: bytes) -> None:
    decoded = cobs.decode(noise)
    assert decoded is None or len(decoded) <= len(noise)
