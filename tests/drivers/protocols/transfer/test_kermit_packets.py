"""Packets of Kermit: what real ones say, how they are checked, and how the next one is found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.protocols.transfer.kermit_packets import (
    MAX_LONG,
    TYPES,
    Packet,
    PacketReader,
    block_check,
    crc16_kermit,
    encode_packet,
)

SAMPLES = [
    # (wire, agreed check, packet): G-Kermit 2.01 and C-Kermit 10 beta 8 wrote these.
    (
        b"\x019 S~' @-#Y3~*!J*0+++F\"U1AL\r",
        1,
        Packet("S", 0, b"~' @-#Y3~*!J*0+++F\"U1A"),
    ),
    (
        b'\x019 S~/ @-#Y3~^>J)0___V"U1@O\r',
        3,
        Packet("S", 0, b'~/ @-#Y3~^>J)0___V"U1@'),
    ),
    (b'\x01,"A""B81!5-JT\r', 3, Packet("A", 2, b'""B81!5')),
    (b"\x01*#Dhello+)Y\r", 3, Packet("D", 3, b"hello")),
    (b"\x01%$Z(,*\r", 3, Packet("Z", 4)),
    (b"\x01%%B 8;\r", 3, Packet("B", 5)),
    (b"\x01# N3\r", 3, Packet("N", 0)),  # the most seen packet of all, in the manual's section 6
]

packets = st.builds(
    Packet,
    kind=st.sampled_from([chr(kind) for kind in TYPES if chr(kind) not in "NS"]),
    number=st.integers(0, 63),
    data=st.binary(max_size=300).map(lambda data: data.replace(b"\x01", b"")),
)


def test_the_published_check_value() -> None:
    assert crc16_kermit(b"123456789") == 0x2189


def test_the_three_checks_of_one_text() -> None:
    total = sum(b"123456789")
    assert block_check(b"123456789", 1) == bytes([(total + (total >> 6 & 3)) % 64 + 32])
    assert block_check(b"123456789", 2) == bytes([(total >> 6) + 32, (total & 63) + 32])
    assert block_check(b"123456789", 3) == bytes([0x2 + 32, 0x189 // 64 + 32, 0x189 % 64 + 32])


@pytest.mark.parametrize(("wire", "check", "packet"), SAMPLES)
def test_real_packets_whole_in_bytes_and_with_rubbish(
    wire: bytes, check: int, packet: Packet
) -> None:
    def reader() -> PacketReader:
        fresh = PacketReader()
        fresh.check = check
        return fresh

    assert reader().feed(wire) == [packet]
    slow = reader()
    assert [found for byte in wire for found in slow.feed(bytes([byte]))] == [packet]
    assert reader().feed(b"login: \r\n\x11" + wire + b"$ rubbish\r\n") == [packet]
    assert reader().feed(b"\x01!!" + wire + wire) == [packet, packet]


@pytest.mark.parametrize(("wire", "check", "packet"), SAMPLES)
def test_what_was_written_is_written_again(wire: bytes, check: int, packet: Packet) -> None:
    used = 1 if packet.kind in "SN" else check  # these two never have another one here
    assert encode_packet(packet, used) == wire


@pytest.mark.parametrize("check", [1, 2, 3])
@pytest.mark.parametrize("size", [0, 1, 89, 90, 91, 92, 500, MAX_LONG - 3])
def test_long_and_short_ones(check: int, size: int) -> None:
    packet = Packet("D", 63, b"~" * size)
    reader = PacketReader()
    reader.check = check
    wire = encode_packet(packet, check)
    assert (wire[1:2] == b" ") == (size + 2 + check > 94)
    assert reader.feed(wire[:-1]) == [packet]
    assert reader.damaged_packets == 0


@given(packet=packets, at=st.integers(0), bit=st.integers(0, 7))
def test_one_flipped_bit_is_always_noticed(packet: Packet, at: int, bit: int) -> None:
    wire = bytearray(encode_packet(packet, 3))
    at %= len(wire) - 1
    wire[at] ^= 1 << bit
    reader = PacketReader()
    reader.check = 3
    reader.feed(bytes(wire))
    reader.give_up()
    assert reader.feed(encode_packet(Packet("Z", 9), 3)) == [Packet("Z", 9)]
    assert reader.damaged_packets or at == 0


@given(first=packets, second=packets, cut=st.integers(1, 20))
def test_a_packet_that_lost_its_end_does_not_cost_the_next_one(
    first: Packet, second: Packet, cut: int
) -> None:
    reader = PacketReader()
    reader.check = 3
    wire = encode_packet(first, 3)
    assert reader.feed(wire[: -1 - cut] + encode_packet(second, 3))[-1:] == [second]


@given(noise=st.lists(st.binary(max_size=64), max_size=20))
def test_noise_is_dropped_and_never_kept(noise: list[bytes]) -> None:
    reader = PacketReader()
    for piece in noise:
        reader.feed(piece)
        assert len(reader._kept) <= MAX_LONG + 8
    reader.give_up()
    assert not reader.is_inside


def test_a_flood_of_beginnings_is_only_counted() -> None:
    reader = PacketReader()
    assert reader.feed(b"\x01" * 200_000) == []
    assert reader.feed(b"\x01 !D~~" * 50_000) == []
    assert reader.damaged_packets >= 200_000
    assert len(reader._kept) < 16
