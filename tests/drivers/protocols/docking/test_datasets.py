"""Contents and deltas of data sets: a delta leads to the new content, rubbish is only refused."""

from hashlib import sha256
from random import Random

import cbor2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.protocols.docking import cbor
from drivers.protocols.docking.datasets import (
    MAX_BYTES,
    MAX_ITEMS,
    DatasetError,
    apply_delta,
    decode_rows,
    delta,
    encode_rows,
)

EMPTY = encode_rows([], 1)
plain = st.one_of(
    st.integers(-(1 << 64), (1 << 64) - 1),
    st.booleans(),
    st.none(),
    st.binary(max_size=8),
    st.text(max_size=8),
)
# few different ones, so that two contents share keys
few = st.sampled_from([0, 1, True, False, None, "", "1", b"1", 24, -1])
values = plain | st.lists(plain, max_size=3)


@st.composite
def contents(draw: st.DrawFn, key_columns: int) -> bytes:
    keys = st.tuples(*[few | plain] * key_columns)
    keyed = draw(st.dictionaries(keys.map(cbor.encode), values, max_size=12))
    return encode_rows(
        [[*as_list(cbor.decode(key)), value] for key, value in keyed.items()], key_columns
    )


def as_list(value: object) -> list[object]:
    assert isinstance(value, list)
    return value


@st.composite
def pairs(draw: st.DrawFn) -> tuple[bytes, bytes, int]:
    columns = draw(st.integers(1, 3))
    return draw(contents(columns)), draw(contents(columns)), columns


@settings(max_examples=300)
@given(pairs())
def test_a_delta_leads_from_the_old_content_to_the_new(pair: tuple[bytes, bytes, int]) -> None:
    old, new, columns = pair
    assert apply_delta(old, delta(old, new, columns), columns) == new


@given(contents(2), st.randoms())
def test_the_order_of_the_rows_does_not_matter(content: bytes, random: Random) -> None:
    rows = decode_rows(content, 2)
    random.shuffle(rows)
    assert encode_rows(rows, 2) == content


@given(contents(1))
def test_another_library_reads_the_same_rows(content: bytes) -> None:
    assert cbor2.loads(content) == decode_rows(content, 1)


@given(contents(1))
def test_what_did_not_change_is_not_sent(content: bytes) -> None:
    assert delta(content, content, 1) == cbor.encode({1: [], 2: []})


def test_a_delta_holds_what_is_new_what_is_other_and_what_is_gone() -> None:
    old = encode_rows([["A", 1], ["B", 2], ["C", 3]], 1)
    new = encode_rows([["B", 2], ["C", 4], ["D", 5]], 1)
    assert cbor.decode(delta(old, new, 1)) == {1: [["C", 4], ["D", 5]], 2: [["A"]]}


def test_true_and_one_are_two_keys_and_two_values() -> None:
    old = encode_rows([[1, True], [True, 1]], 1)
    new = encode_rows([[1, 1], [True, 1]], 1)
    assert cbor.decode(delta(old, new, 1)) == {1: [[1, 1]], 2: []}


def test_rows_may_get_another_column() -> None:
    old, new = encode_rows([["A", 1]], 1), encode_rows([["A", 1, "x"]], 1)
    assert apply_delta(old, delta(old, new, 1), 1) == new


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([["A", 1], ["A", 2]], "key_twice"),
        ([[]], "key"),
        ([["A", 1.5]], "value"),
        ([["A", "\ud800"]], "value"),
        ([["A", 1 << 64]], "value"),
        ([["A", [[1]]]], "too_deep"),
        ([["A", b"x" * MAX_BYTES]], "too_long"),
        ([["A", *[0] * MAX_ITEMS]], "too_many_items"),
    ],
)
def test_rows_that_are_no_data_set_are_refused(rows: list[list[object]], reason: str) -> None:
    with pytest.raises(DatasetError) as refused:
        encode_rows(rows, 1)
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "truncated"),
        (cbor.encode(1), "rows"),
        (cbor.encode([1]), "rows"),
        (cbor.encode([["B"], ["A"]]), "key_twice_or_out_of_order"),
        (cbor.encode([["A"], ["A"]]), "key_twice_or_out_of_order"),
        (cbor.encode([[]]), "key"),
        (cbor.encode([["A", [[1]]]]), "too_deep"),
        (EMPTY + b"\0", "trailing_bytes"),
        (b"\x9a\xff\xff\xff\xff", "too_many_items"),
        (bytes(MAX_BYTES + 1), "too_long"),
    ],
)
def test_bytes_that_are_no_content_are_refused(content: bytes, reason: str) -> None:
    with pytest.raises(DatasetError) as refused:
        decode_rows(content, 1)
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (cbor.encode([]), "delta"),
        (cbor.encode({1: []}), "delta"),
        (cbor.encode({1: [], 2: [], 3: []}), "delta"),
        (cbor.encode({1: [["B"], ["A"]], 2: []}), "key_twice_or_out_of_order"),
        (cbor.encode({1: [], 2: [["A", 1]]}), "key"),
        (cbor.encode({1: [], 2: [["B"]]}), "base"),
        (cbor.encode({1: [["A", 2]], 2: [["A"]]}), "key_twice"),
    ],
)
def test_a_change_of_something_else_is_refused(change: bytes, reason: str) -> None:
    with pytest.raises(DatasetError) as refused:
        apply_delta(encode_rows([["A", 1]], 1), change, 1)
    assert refused.value.reason == reason


def test_what_a_change_makes_is_no_larger_than_a_data_set_may_be() -> None:
    half = b"x" * (MAX_BYTES // 2)
    old = encode_rows([["A", half]], 1)
    change = cbor.encode({1: [["B", half]], 2: []})
    with pytest.raises(DatasetError) as refused:
        apply_delta(old, change, 1)
    assert refused.value.reason == "too_long"


@pytest.mark.parametrize("key_columns", [-1, 0, 3])
def test_a_key_is_at_least_one_column_and_at_most_the_row(key_columns: int) -> None:
    with pytest.raises(DatasetError):
        decode_rows(encode_rows([["A", 1]], 1), key_columns)


@settings(max_examples=300)
@given(st.binary(max_size=60), st.binary(max_size=60), st.integers(-1, 4))
def test_rubbish_raises_nothing_but_its_own_error(old: bytes, change: bytes, columns: int) -> None:
    for base in (old, EMPTY):
        try:
            made = apply_delta(base, change, columns)
        except DatasetError:
            continue
        assert encode_rows(decode_rows(made, columns), columns) == made


@settings(max_examples=300)
@given(pairs(), st.data())
def test_a_flipped_bit_is_refused_or_gives_another_content(
    pair: tuple[bytes, bytes, int], data: st.DataObject
) -> None:
    old, new, columns = pair
    change = bytearray(delta(old, new, columns))
    place = data.draw(st.integers(0, len(change) * 8 - 1))
    change[place // 8] ^= 1 << place % 8
    try:
        made = apply_delta(old, bytes(change), columns)
    except DatasetError:
        return
    assert encode_rows(decode_rows(made, columns), columns) == made
    assert sha256(made).digest() != sha256(new).digest()
