"""Sealed batches of a given number of records, for tests of the way and not of the content."""

import random
from pathlib import Path

from drivers.protocols.docking.batch import BatchHeader, encode_record, seal_batch

TERMINAL = 7
RECORD_BYTES = 1000
EVENT = 60
BEGAN_MS = 1_780_000_000_000


def write_batch(path: Path, records: int, *, first_seq: int = 1, batch_no: int = 1) -> Path:
    """Seal a batch of records of 1000 random bytes each, always the same ones."""
    sealed = [make_record(seq) for seq in range(first_seq, first_seq + records)]
    last_seq = first_seq + records - 1
    header = BatchHeader(
        branch=1,
        terminal=TERMINAL,
        epoch=1,
        batch_no=batch_no,
        seq_from=first_seq,
        seq_to=last_seq,
        person="S01",
        opened_ms=BEGAN_MS + first_seq,
        closed_ms=BEGAN_MS + last_seq,
        app_version="1.0",
        schema_version=1,
    )
    path.write_bytes(seal_batch(header, sealed))
    return path


def make_record(seq: int) -> bytes:
    """The record of that sequence."""
    body = {1: random.Random(seq).randbytes(RECORD_BYTES)}
    return encode_record(EVENT, seq, BEGAN_MS + seq, 480, "S01", body)
