"""Sender against receiver: ZMODEM, byte by byte, over bad lines, cut and resumed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.protocols.transfer.events import FileSkipped
from drivers.protocols.transfer.listing import OutgoingFile
from drivers.protocols.transfer.zmodem_frames import Kind, encode_header, encode_hex_header
from drivers.protocols.transfer.zmodem_receiver import ZmodemReceiver
from drivers.protocols.transfer.zmodem_sender import ZmodemSender
from tests.support.transfer_lines import Flipping, Side, converse
from tests.support.transfers import random_bytes

SIZES = (0, 1, 1023, 1024, 1025, 50_000)
DATA = random_bytes(50_000)


def sender_of(*sizes: int) -> Side:
    files = [OutgoingFile(f"{size}.txt".encode(), DATA[:size], 1_700_000_000) for size in sizes]
    return Side(ZmodemSender(files, 0.0))


@pytest.mark.parametrize("step", [None, 1, 7])
def test_files_arrive(step: int | None) -> None:
    sender, receiver = sender_of(*SIZES), Side(ZmodemReceiver(0.0))
    converse(sender, receiver, step=step)
    assert not sender.failed + receiver.failed
    assert [(offer.name, offer.size, data) for offer, data in receiver.files] == [
        (f"{size}.txt", size, DATA[:size]) for size in SIZES
    ]


@pytest.mark.parametrize(
    "abilities", [b"\0\0\0\0", b"\0\x04\0\x23", b"\x7f\0\0\x03", b"\0\0\0\x63"]
)
def test_receivers_that_can_do_less(abilities: bytes) -> None:
    """No duplex, a small buffer, CRC-16, and one that wants all control characters escaped."""
    sender, receiver = sender_of(0, 50_000), Side(ZmodemReceiver(0.0))
    usual = encode_hex_header(Kind.ZRINIT, b"\0\0\0\x23")
    lesser = encode_hex_header(Kind.ZRINIT, abilities)
    converse(sender, receiver, lambda data: data.replace(usual, lesser))
    assert not sender.failed + receiver.failed
    assert [data for _, data in receiver.files] == [b"", DATA]


def test_a_receiver_that_acknowledges_nothing_is_streamed_to_all_the_same() -> None:
    class Mute(ZmodemReceiver):
        def _write(self, kind: Kind, argument: int | bytes = 0) -> None:
            if kind is not Kind.ZACK:
                super()._write(kind, argument)

    sender, receiver = sender_of(50_000), Side(Mute(0.0))
    converse(sender, receiver)
    assert not sender.failed + receiver.failed
    assert receiver.files[0][1] == DATA


def test_nothing_to_send() -> None:
    sender, receiver = sender_of(), Side(ZmodemReceiver(0.0))
    converse(sender, receiver)
    assert not sender.failed + receiver.failed


@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 10_000), rate=st.sampled_from([1e-4, 1e-3]))
def test_whatever_the_line_does_no_wrong_file_comes_out(seed: int, rate: float) -> None:
    sender, receiver = sender_of(0, 700, 20_000), Side(ZmodemReceiver(0.0))
    converse(sender, receiver, Flipping(rate, seed, drop_rate=rate / 2))
    right = [b"", DATA[:700], DATA[:20_000]]
    assert [data for _, data in receiver.files] == right[: len(receiver.files)]
    if not receiver.failed or not sender.failed:
        assert len(receiver.files) == 3


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 10_000))
def test_a_little_noise_is_overcome(seed: int) -> None:
    sender, receiver = sender_of(20_000), Side(ZmodemReceiver(0.0))
    converse(sender, receiver, Flipping(5e-5, seed, drop_rate=5e-5))
    assert not receiver.failed
    assert receiver.files[0][1] == DATA[:20_000]


@settings(deadline=None, max_examples=50)
@given(size=st.integers(0, 50_000), spoilt=st.integers(0, 2))
def test_a_beginning_is_used_only_if_it_is_the_same(size: int, spoilt: int) -> None:
    kept = bytearray(DATA[:size])
    if spoilt and size:
        kept[-1 if spoilt == 1 else 0] ^= 1
    sender = sender_of(50_000)
    receiver = Side(ZmodemReceiver(0.0), kept={"50000.txt": bytes(kept)})
    converse(sender, receiver)
    assert receiver.files[0][1] == DATA
    assert receiver.begun_at == [size if kept == DATA[:size] else 0]


def test_a_sender_that_counts_one_byte_less_is_believed_for_those() -> None:
    sender = sender_of(50_000)
    prove = sender.engine._prove
    sender.engine._prove = lambda size_bytes: prove(size_bytes - 1)
    receiver = Side(ZmodemReceiver(0.0), kept={"50000.txt": DATA[:5000]})
    converse(sender, receiver)
    assert receiver.begun_at == [4999]
    assert receiver.files[0][1] == DATA


def test_a_sender_that_cannot_prove_a_beginning_begins_at_0() -> None:
    sender = sender_of(50_000)
    sender.engine._prove = lambda _: None
    receiver = Side(ZmodemReceiver(0.0), kept={"50000.txt": DATA[:5000]})
    converse(sender, receiver)
    assert receiver.begun_at == [0]
    assert receiver.files[0][1] == DATA


def test_a_beginning_longer_than_the_file_is_not_used() -> None:
    receiver = Side(ZmodemReceiver(0.0), kept={"1000.txt": DATA[:1001]})
    converse(sender_of(1000), receiver)
    assert receiver.begun_at == [0]
    assert receiver.files[0][1] == DATA[:1000]


def test_a_receiver_that_did_not_compare_its_beginning_gets_nothing() -> None:
    sender = sender_of(50_000)
    sender.hear(encode_hex_header(Kind.ZRINIT, b"\0\0\0\x23"), 0.0)
    sender.hear(encode_hex_header(Kind.ZRPOS, 1000), 0.0)
    assert sender.failed == "out_of_step"


def test_a_receiver_that_has_the_same_file_already_has_it() -> None:
    sender = sender_of(50_000)
    sender.hear(encode_hex_header(Kind.ZRINIT, b"\0\0\0\x23"), 0.0)
    sender.hear(encode_hex_header(Kind.ZCRC), 0.0)
    sender.hear(encode_hex_header(Kind.ZSKIP), 0.0)
    assert not sender.skipped
    again = sender_of(50_000)
    again.hear(encode_hex_header(Kind.ZRINIT, b"\0\0\0\x23"), 0.0)
    again.hear(encode_hex_header(Kind.ZSKIP), 0.0)
    assert again.skipped == [FileSkipped("50000.txt", "skipped_by_peer")]


def test_a_file_that_is_too_large_is_skipped_and_the_next_one_taken() -> None:
    sender, receiver = sender_of(2000, 1000), Side(ZmodemReceiver(0.0, max_file_bytes=1500))
    converse(sender, receiver)
    assert receiver.skipped == [FileSkipped("2000.txt", "file_too_large")]
    assert [data for _, data in receiver.files] == [DATA[:1000]]


def test_a_sender_that_is_started_anew_never_adds_to_the_file_before() -> None:
    receiver = Side(ZmodemReceiver(0.0))
    first = sender_of(50_000)
    for _ in range(4):
        receiver.hear(first.engine.outgoing(), 0.0)
        first.hear(receiver.engine.outgoing(), 0.0)
        first.act(first.engine.tick(0.0))
    second = sender_of(20_000)
    second.hear(encode_hex_header(Kind.ZRINIT, b"\0\0\0\x23"), 0.0)
    receiver.hear(second.engine.outgoing().partition(b"\r")[2], 1.0)
    assert receiver.failed == "out_of_step"


def test_data_that_are_here_already_are_passed_over() -> None:
    receiver = Side(ZmodemReceiver(0.0))
    sender = sender_of(3000)
    converse_until_data(sender, receiver)
    piece = sender.engine.outgoing()
    receiver.hear(piece, 0.0)
    receiver.hear(encode_header(Kind.ZDATA, 0, use_crc32=True) + piece, 0.0)
    assert bytes(receiver.data) == DATA[: len(receiver.data)]
    converse(sender, receiver)
    assert receiver.files[0][1] == DATA[:3000]


def converse_until_data(sender: Side, receiver: Side) -> None:
    while not receiver.begun_at:
        receiver.act(receiver.engine.tick(0.0))
        sender.hear(receiver.engine.outgoing(), 0.0)
        receiver.hear(sender.engine.outgoing(), 0.0)
    sender.hear(receiver.engine.outgoing(), 0.0)
    receiver.hear(sender.engine.outgoing(), 0.0)
    sender.act(sender.engine.tick(0.0))
