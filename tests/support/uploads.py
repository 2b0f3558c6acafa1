"""Upload rows with as little to say as possible."""

import hashlib
import uuid
from typing import Any

from app.storage.keys import derived_key, new_key
from app.storage.store.uploads import Batch, QuarantineItem, RawRecord
from tests.support.databases import MORNING_MS


def a_batch(**more: Any) -> Batch:
    fields: dict[str, Any] = {
        "id": new_key(),
        "terminal_no": 3,
        "epoch": 1,
        "batch_no": 41,
        "seq_from": 1,
        "seq_to": 9,
        "record_count": 9,
        "person_code": "S01",
        "opened_ms": MORNING_MS,
        "closed_ms": MORNING_MS,
        "app_version": "1",
        "schema_version": 1,
        "sha256": "ab" * 32,
        "byte_len": 900,
        "archive_path": "127/3/1/000041-abababab.cbor",
        "clock_offset_ms": 0,
        "state": "applied",
    }
    return Batch(**fields | more)


def a_record(batch: Batch, *, seq: int, **more: Any) -> RawRecord:
    fields: dict[str, Any] = {
        "id": derived_key(batch.terminal_no, batch.epoch, seq, more.get("variant", 0)),
        "batch_id": batch.id,
        "position": seq,
        "terminal_no": batch.terminal_no,
        "epoch": batch.epoch,
        "seq": seq,
        "type": 10,
        "byte_offset": 100 * seq,
        "byte_len": 100,
        "sha256": hashlib.sha256(str(seq).encode()).digest(),
        "disposition": "accepted",
    }
    return RawRecord(**fields | more)


def a_case(batch: Batch, raw_value: str, *, seqs: tuple[int, ...] = (1, 2)) -> QuarantineItem:
    return QuarantineItem(
        id=derived_key(batch.id, raw_value, *seqs),
        batch_id=batch.id,
        seqs=seqs,
        code="E_CUST",
        kind="customer",
        field="cust",
        raw_value=raw_value,
    )


def key(number: int) -> uuid.UUID:
    return uuid.UUID(int=number)
