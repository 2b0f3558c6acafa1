"""What two Kermits agree on, and what they tell of a file."""

from dataclasses import replace
from datetime import UTC, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.protocols.transfer.kermit_attributes import (
    Attributes,
    add_attributes,
    decode_held,
    encode_attributes,
    encode_held,
)
from drivers.protocols.transfer.kermit_packets import MAX_LONG
from drivers.protocols.transfer.kermit_parameters import (
    ATTRIBUTES,
    LONG_PACKETS,
    OFFER,
    RESEND,
    WINDOWS,
    Parameters,
    agree,
    answer,
    decode_parameters,
    encode_parameters,
)

CKERMIT = b'~/ @-#Y3~^>J)0___V"U1@'
GKERMIT = b"~' @-#Y3~*!J*0+++F\"U1A"
SEVEN_BITS = replace(OFFER, high=ord("&"))


def test_what_ckermit_wishes() -> None:
    wishes = decode_parameters(CKERMIT)
    assert (wishes.max_short, wishes.timeout_s, wishes.padding, wishes.end) == (94, 15, 0, 13)
    assert (wishes.high, wishes.check, wishes.repeat) == (ord("Y"), 3, ord("~"))
    assert wishes.abilities & (LONG_PACKETS | WINDOWS | ATTRIBUTES | RESEND) == 30
    assert (wishes.window, wishes.max_long) == (30, 95 * 42 + 9)


def test_what_gkermit_wishes() -> None:
    wishes = decode_parameters(GKERMIT)
    assert wishes.abilities == LONG_PACKETS | ATTRIBUTES
    assert (wishes.window, wishes.max_long) == (1, 4000)


def test_our_own_wishes_come_back() -> None:
    assert decode_parameters(encode_parameters(OFFER)) == OFFER


def test_the_poorest_kermit_gets_what_the_first_manual_says() -> None:
    for wishes in (b"", b"~", b"H* @-#"):
        agreed = agree(decode_parameters(wishes), answer(decode_parameters(wishes), OFFER), OFFER)
        assert (agreed.check, agreed.window, agreed.abilities) == (1, 1, 0)
        assert (agreed.quoting.high, agreed.quoting.repeat) == (0, 0)
        assert agreed.max_data <= 91


@pytest.mark.parametrize(
    ("sender", "receiver", "high"),
    [
        (OFFER, OFFER, 0),
        (SEVEN_BITS, OFFER, ord("&")),
        (OFFER, SEVEN_BITS, ord("&")),
        (SEVEN_BITS, SEVEN_BITS, ord("&")),
        (SEVEN_BITS, replace(OFFER, high=ord("N")), ord("&")),
        (replace(OFFER, high=ord("N")), SEVEN_BITS, 0),
    ],
)
def test_eighth_bits_are_quoted_if_one_side_needs_it_and_both_agree(
    sender: Parameters, receiver: Parameters, high: int
) -> None:
    said = answer(sender, receiver)
    there, here = agree(sender, said, encoding=sender), agree(said, sender, encoding=sender)
    assert there.quoting == here.quoting
    assert here.quoting.high == high


@given(sender=st.binary(max_size=40), receiver=st.sampled_from([OFFER, SEVEN_BITS]))
def test_any_greeting_ends_in_something_both_understand_alike(
    sender: bytes, receiver: Parameters
) -> None:
    theirs = decode_parameters(sender)
    said = decode_parameters(encode_parameters(answer(theirs, receiver)))
    here, there = agree(theirs, said, encoding=theirs), agree(said, theirs, encoding=theirs)
    assert (here.quoting, here.check, here.window) == (there.quoting, there.check, there.window)
    assert 10 <= here.max_data <= MAX_LONG


def test_attributes_of_ckermit() -> None:
    data = b'."U1""B8#119700101 00:00:10!!81%10000,#644-!#@ '
    assert add_attributes(Attributes(), data, UTC) == Attributes(10000, 10, True, False, True)


def test_attributes_come_in_several_packets() -> None:
    known = add_attributes(Attributes(), b'1"12', UTC)
    known = add_attributes(known, b'"#AMJ+!R', UTC)
    assert known == Attributes(12, None, False, True, False)
    assert add_attributes(known, b"@ ", UTC).is_last


@pytest.mark.parametrize(
    "date", [b"20261399 00:00:00", b"yesterday", b"", b"\xff" * 17, b"00000000 00:00:00"]
)
def test_dates_that_are_none(date: bytes) -> None:
    assert add_attributes(Attributes(), bytes([35, len(date) + 32]) + date, UTC).mtime is None


def test_times_of_day_are_those_of_the_zone() -> None:
    peking = timezone(timedelta(hours=8))
    wire = encode_attributes(Attributes(0, 0), peking)
    assert b"19700101 08:00:00" in wire
    assert add_attributes(Attributes(), wire, peking).mtime == 0
    assert add_attributes(Attributes(), b"#100010101 00:00:00", None).mtime is None


@given(known=st.builds(Attributes, size=st.none() | st.integers(0, 2**40), resend=st.booleans()))
def test_attributes_come_back(known: Attributes) -> None:
    told = add_attributes(Attributes(), encode_attributes(known, UTC), UTC)
    assert told == replace(known, is_binary=True, is_last=True)


@given(data=st.binary(max_size=100))
def test_noise_as_attributes(data: bytes) -> None:
    known = add_attributes(Attributes(), data, UTC)
    assert known.size is None or known.size < 10**15
    assert decode_held(data) >= 0


@pytest.mark.parametrize(("held", "wire"), [(0, b""), (-1, b""), (9, b"1!9"), (98304, b"1%98304")])
def test_how_much_is_held(held: int, wire: bytes) -> None:
    assert encode_held(held) == wire
    assert decode_held(wire) == max(0, held)
