"""Check values of the transfer protocols, all computed by C code of the standard library."""

import binascii
import zlib


def crc16(data: bytes) -> int:
    """CRC-16/XMODEM: polynomial 0x1021, begins at 0; b"123456789" gives 0x31C3."""
    return binascii.crc_hqx(data, 0)


def crc32(data: bytes) -> int:
    """CRC-32/ISO-HDLC, as ZMODEM sends it low byte first; b"123456789" gives 0xCBF43926."""
    return zlib.crc32(data)


def checksum(data: bytes) -> int:
    """Sum of all bytes modulo 256: XMODEM's first check."""
    return sum(data) & 0xFF
