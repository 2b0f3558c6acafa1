"""Proof of delivery: who signed, and the signature and photos that the terminal brought."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from app.domain.problems import Problem
from app.domain.records.reading import read_record
from app.domain.rights import Actor, Right
from app.errors import NotFound
from app.services.blobs import blobs_of
from app.services.office import Office
from app.storage.queries.documents import documents_by_number
from app.storage.queries.evidence import Evidence, records_behind
from app.storage.queries.terminals import FoundBlob, blobs_spoken_of
from drivers.protocols.docking.batch import Record, open_batch

_DELIVERY = 12


@dataclass(frozen=True, slots=True)
class Picture:
    """`state` is held, awaited or gone; `file` is there when it is held."""

    purpose: str
    sha256: str
    state: str
    file: Path | None


@dataclass(frozen=True, slots=True)
class DeliveryProof:
    """`pictures`: the signature first, where the terminal named one."""

    number: str
    signer: str
    delivered_ms: int | None
    pictures: tuple[Picture, ...]


def proof_of(office: Office, actor: Actor, number: str) -> DeliveryProof:
    """What proves that the goods of a note were handed over.

    Raises NotFound, ArchiveError when the terminal's upload cannot be read.
    """
    actor.require(Right.REPORT)
    with office.database.read() as reader:
        note = documents_by_number(reader, [number]).get(number)
        if note is None or note.delivery is None:
            raise NotFound(what="delivery note", key=number)
        said = [
            link.evidence
            for link in records_behind(reader, note.id)
            if link.evidence.type == _DELIVERY
        ]
        named = {(each.terminal_no, *ref) for each in said for ref in _signature(office, each)}
        found = blobs_spoken_of(reader, named)
    pictures = tuple(_picture(office, each) for each in found)
    return DeliveryProof(number, note.delivery.receiver_name, note.delivery.delivered_ms, pictures)


def _signature(office: Office, evidence: Evidence) -> list[tuple[int, int]]:
    """(epoch, number) of the record of the signature that a delivery names."""
    batch = open_batch(office.archive.read(evidence.archive_path))
    for record in batch.records:
        if isinstance(record, Record) and record.offset == evidence.byte_offset:
            fields = read_record(record.type, record.body)
            if not isinstance(fields, Problem) and fields["signature"] is not None:
                return [tuple(fields["signature"])]
    return []


def _picture(office: Office, found: FoundBlob) -> Picture:
    path = blobs_of(office).path(bytes.fromhex(found.sha256))
    return Picture(
        found.purpose, found.sha256, found.state, path if found.state == "held" else None
    )
