"""Strict CBOR: the same bytes as another library writes, and a refusal for everything else."""

import cbor2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.protocols.docking.cbor import CborError, decode, encode

integers = st.integers(-(1 << 64), (1 << 64) - 1)
leaves = st.one_of(
    integers, st.booleans(), st.none(), st.binary(max_size=300), st.text(max_size=40)
)
values = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(st.integers(0, (1 << 64) - 1), inner, max_size=5)
        | st.dictionaries(st.text(max_size=30), inner, max_size=5)
    ),
    max_leaves=20,
)


@settings(max_examples=300)
@given(values)
def test_agrees_with_an_independent_library(value: object) -> None:
    encoded = encode(value)
    assert encoded == cbor2.dumps(value, canonical=True)
    assert decode(encoded, max_depth=40) == value


REFUSED = [
    ("", "truncated"),
    ("18", "truncated"),
    ("4461", "truncated"),
    ("8201", "too_many_items"),
    ("1817", "not_minimal"),
    ("190001", "not_minimal"),
    ("1a0000ffff", "not_minimal"),
    ("1b00000000ffffffff", "not_minimal"),
    ("1c", "indefinite_or_reserved"),
    ("5fff", "indefinite_or_reserved"),
    ("9fff", "indefinite_or_reserved"),
    ("bfff", "indefinite_or_reserved"),
    ("a201000100", "key_twice_or_out_of_order"),
    ("a202000100", "key_twice_or_out_of_order"),
    ("a1413100", "key"),
    ("a2613100613100", "key_twice_or_out_of_order"),
    ("a26131000000", "key_twice_or_out_of_order"),
    ("a12000", "key"),
    ("a1f500", "key"),
    ("a18000", "too_deep"),
    ("f93c00", "simple_or_float"),
    ("fb7ff8000000000000", "simple_or_float"),
    ("f97e00", "simple_or_float"),
    ("f7", "simple_or_float"),
    ("e0", "simple_or_float"),
    ("ff", "simple_or_float"),
    ("c000", "tag"),
    ("c249010000000000000000", "tag"),
    ("d81c80", "tag"),
    ("61ff", "utf8"),
    ("63eda080", "utf8"),
    ("0000", "trailing_bytes"),
    ("9affffffff", "too_many_items"),
    ("bb7fffffffffffffff", "too_many_items"),
    ("5b7fffffffffffffff", "truncated"),
]


@pytest.mark.parametrize(("encoded", "reason"), REFUSED)
def test_refused(encoded: str, reason: str) -> None:
    with pytest.raises(CborError) as caught:
        decode(bytes.fromhex(encoded))
    assert caught.value.reason == reason


def test_caps() -> None:
    with pytest.raises(CborError, match="too_deep"):
        decode(b"\x81" * 9 + b"\x00")
    with pytest.raises(CborError, match="too_many_items"):
        decode(encode([0] * 4096))
    with pytest.raises(CborError, match="too_long"):
        decode(encode(b"x" * 65_536))
    assert decode(b"\x81" * 8 + b"\x00") == [[[[[[[[0]]]]]]]]


def test_number_keys_come_before_text_keys() -> None:
    assert encode({"": 0, 24: 0}) == bytes.fromhex("a21818006000")


@pytest.mark.parametrize("value", [1.5, {b"a": 1}, {-1: 1}, {True: 1}, 1 << 64, object(), {1.0: 0}])
def test_cannot_be_encoded(value: object) -> None:
    with pytest.raises(CborError):
        encode(value)


@settings(max_examples=400)
@given(st.binary(max_size=60))
def test_noise_is_refused_or_is_the_one_encoding(noise: bytes) -> None:
    try:
        value = decode(noise)
    except CborError:
        return
    assert encode(value) == noise
