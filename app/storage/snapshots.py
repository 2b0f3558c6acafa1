"""Frozen papers: a delivery note as canonical JSON with its digest, and back."""

import hashlib
import json
import uuid
from dataclasses import asdict, replace
from datetime import date

from app.domain.papers import DeliveryNote, NoteLine
from app.errors import DatabaseError
from app.storage.store.papers import Snapshot


def freeze(document_id: uuid.UUID, note: DeliveryNote) -> Snapshot:
    """The same note always gives the same bytes, so its digest can stand on the paper."""
    fields = asdict(replace(note, snapshot_sha256=""))
    del fields["snapshot_sha256"]
    content = json.dumps(
        fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_day_text
    )
    return Snapshot(
        document_id=document_id,
        template_version=note.template_version,
        content=content,
        sha256=_digest(content),
    )


def thaw(content: str, sha256: str) -> DeliveryNote:
    """Raises DatabaseError when the content is not what was frozen."""
    if _digest(content) != sha256:
        raise DatabaseError(reason=f"a frozen paper was changed (sha256 {sha256})")
    fields = json.loads(content)
    lines = tuple(
        NoteLine(**line | {"production_date": _day(line["production_date"])})
        for line in fields.pop("lines")
    )
    return DeliveryNote(
        **fields
        | {
            "business_date": date.fromisoformat(fields["business_date"]),
            "order_numbers": tuple(fields["order_numbers"]),
            "lines": lines,
            "snapshot_sha256": sha256,
        }
    )


def _digest(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()


def _day_text(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(type(value))


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
