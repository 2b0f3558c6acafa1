"""Puts records that are in no batch yet into sealed batches, and reads batch files in."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from pathlib import Path

from drivers.devices.simulated.store import Identity, SealedBatch, StoredRecord, TerminalStore
from drivers.protocols.docking import cbor
from drivers.protocols.docking.batch import (
    Batch,
    BatchHeader,
    Record,
    chain_after,
    open_batch,
    open_record,
    seal_batch,
    to_be_signed,
)

APP_VERSION = "1.0"
SCHEMA_VERSION = 1
MOST_RECORDS = 20_000
MOST_BYTES = 3 * 1024 * 1024  # of the 4 MiB that a batch may have
LINE_TYPES = frozenset({11, 13, 15, 17, 21, 23, 25, 26, 31})
"""Records that belong to the header before them; a document lies in one batch."""
_TOTALS, _SIGNATURE = 8, 16

Sign = Callable[[bytes], bytes]
"""Makes the 64 bytes of an Ed25519 signature."""


def read_batch_file(path: Path) -> tuple[Batch, list[StoredRecord]]:
    """Return a sealed batch and its records, damaged ones too, byte for byte."""
    batch = open_batch(path.read_bytes())
    records = []
    for place, record in enumerate(batch.records):
        seq = batch.header.seq_from + place if record.seq is None else record.seq
        ts_ms = record.ts_ms if isinstance(record, Record) else batch.header.opened_ms
        records.append(StoredRecord(seq, ts_ms, record.data, batch.header.batch_no))
    return batch, records


def seal_loose_records(store: TerminalStore, sign: Sign, wrong_totals: bool = False) -> None:
    """Seal all loose records of `store`; with `wrong_totals` the control totals do not add up."""
    identity = store.identity()
    batch_no, chain = identity.last_batch_no, store.standing().chain
    for origin, group in groupby(store.loose_records(), key=lambda record: record.origin):
        for records in _portions(list(group)):
            batch_no = max(batch_no + 1, origin)
            batch = _seal(identity, batch_no, records, (chain, sign), wrong_totals)
            digest = hashlib.sha256(b"".join(record.data for record in records)).digest()
            chain = chain_after(chain, digest)
            store.keep_batch(batch, [record.seq for record in records], chain)


def _portions(records: Sequence[StoredRecord]) -> Iterator[Sequence[StoredRecord]]:
    """Parts that fit into a batch, cut only between documents."""
    start = 0
    while start < len(records):
        end, size_bytes = start, 0
        while end < len(records) and end - start < MOST_RECORDS:
            size_bytes += len(records[end].data)
            if size_bytes > MOST_BYTES:
                break
            end += 1
        cut = end
        while start < cut < len(records) and _is_line(records[cut]):
            cut -= 1
        # A single document larger than a batch is cut all the same; the desk will refuse it.
        end = cut if cut > start else end
        yield records[start:end]
        start = end


def _is_line(record: StoredRecord) -> bool:
    opened = open_record(record.data, 0)
    return isinstance(opened, Record) and opened.type in LINE_TYPES


def _seal(
    identity: Identity,
    batch_no: int,
    records: Sequence[StoredRecord],
    bond: tuple[bytes, Sign],
    wrong_totals: bool,
) -> SealedBatch:
    seq_from, seq_to = records[0].seq, records[-1].seq
    header = BatchHeader(
        branch=identity.branch,
        terminal=identity.terminal,
        epoch=identity.epoch,
        batch_no=batch_no,
        seq_from=seq_from,
        seq_to=seq_to,
        person=identity.person,
        opened_ms=min(record.ts_ms for record in records),
        closed_ms=max(record.ts_ms for record in records),
        app_version=APP_VERSION,
        schema_version=SCHEMA_VERSION,
    )
    chain, sign = bond
    data = seal_batch(header, [record.data for record in records], chain, sign)
    if wrong_totals:
        data = _with_wrong_totals(data, sign)
    return SealedBatch(batch_no, seq_from, seq_to, len(records), data)


def _with_wrong_totals(data: bytes, sign: Sign) -> bytes:
    batch = cbor.decode(data, max_items=100_000, max_bytes=len(data))
    if not isinstance(batch, dict):
        return data
    batch[_TOTALS] = {kind: [count + 1, qty] for kind, (count, qty) in batch[_TOTALS].items()}
    del batch[_SIGNATURE]
    batch[_SIGNATURE] = sign(to_be_signed(cbor.encode(batch)))
    return cbor.encode(batch)
