"""Every message through CBOR and back, and every way to spoil one."""

import pytest

from drivers.protocols.docking import cbor
from drivers.protocols.docking.codes import FAULTS, Code, Party, fault_of
from drivers.protocols.docking.message_codec import KINDS, decode_message, encode_message
from drivers.protocols.docking.messages import Message, MessageError
from tests.support.wire_samples import SAMPLES


@pytest.mark.parametrize("message", SAMPLES)
def test_there_and_back(message: Message) -> None:
    assert decode_message(encode_message(message)) == message


def test_every_kind_has_a_sample() -> None:
    assert {type(message) for message in SAMPLES} == {make for _, make, _ in KINDS}
    assert [kind for kind, _, _ in KINDS] == [*range(1, 26), *range(30, 35)]


@pytest.mark.parametrize("message", SAMPLES)
def test_a_field_of_a_later_version_is_ignored(message: Message) -> None:
    body = cbor.decode(encode_message(message))
    assert isinstance(body, dict)
    assert decode_message(cbor.encode(body | {90: [1, 2]})) == message


@pytest.mark.parametrize("message", SAMPLES)
def test_each_field_missing_or_of_another_type(message: Message) -> None:
    body = cbor.decode(encode_message(message))
    assert isinstance(body, dict)
    for key in body:
        for spoiled in (-1, "x" * 300, [[]], b"x" * 17_000, {1: 1}, True):
            with pytest.raises(MessageError):
                decode_message(cbor.encode(body | {key: spoiled}))
        rules = next(rules for kind, _, rules in KINDS if kind == body[0])
        if key and not rules[key - 1].optional:
            with pytest.raises(MessageError) as caught:
                decode_message(cbor.encode({k: v for k, v in body.items() if k != key}))
            assert caught.value.code is Code.MESSAGE_MALFORMED


def test_unknown_kind_is_told_apart() -> None:
    with pytest.raises(MessageError) as caught:
        decode_message(cbor.encode({0: 40, 1: 1}))
    assert (caught.value.code, caught.value.kind) == (Code.MESSAGE_UNKNOWN, 40)


@pytest.mark.parametrize("data", [b"", b"\x00", cbor.encode([1]), cbor.encode({1: 1}), b"\xff"])
def test_not_a_message(data: bytes) -> None:
    with pytest.raises(MessageError) as caught:
        decode_message(data)
    assert caught.value.code is Code.MESSAGE_MALFORMED


def test_every_code_names_a_party_at_fault() -> None:
    assert set(FAULTS) == set(Code)
    assert fault_of(9999).party is Party.NOBODY
    assert fault_of(Code.PEER_SILENT).retry_helps
    assert not fault_of(Code.VERSION_UNSUPPORTED).retry_helps
