"""What stands behind a move: its document, and the records as a terminal sent them."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.problems import Problem
from app.domain.records.catalogue import RECORD_TYPES
from app.domain.records.reading import read_record
from app.services.file_sources import FileLine, lines_behind
from app.storage.queries.directory import products_by_code
from app.storage.queries.documents import FoundDocument, documents_by_id
from app.storage.queries.evidence import Evidence, records_behind
from app.ui.workplace import Workplace
from drivers.protocols.docking.batch import Record, open_batch


@dataclass(frozen=True, slots=True)
class RawRecord:
    """`fields`: (name, value as text) of the body; empty when the record cannot be read.

    `lines`: those of a file that the desk made the record from; none for what a terminal wrote.
    """

    evidence: Evidence
    role: str
    kind: str
    data: bytes
    fields: tuple[tuple[str, str], ...]
    lines: tuple[FileLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Proof:
    """A document, the names of its products by code, and the records that made or touched it."""

    document: FoundDocument
    names: Mapping[str, str]
    records: tuple[RawRecord, ...]


def find_proof(workplace: Workplace, document_id: uuid.UUID) -> Proof:
    """Read the document from the database and its records from the archive.

    Raises ArchiveError when a sealed batch cannot be read.
    """
    office = workplace.office
    with office.database.read() as reader:
        document = documents_by_id(reader, [document_id])[document_id]
        links = records_behind(reader, document_id)
        products = products_by_code(reader, {line.product_code for line in document.lines})
    batches: dict[str, bytes] = {}
    decoded: dict[str, dict[int, Record]] = {}
    lines: dict[str, Mapping[int, tuple[FileLine, ...]]] = {}
    records: dict[uuid.UUID, RawRecord] = {}
    for link in links:
        evidence = link.evidence
        path = evidence.archive_path
        if path not in batches:
            batches[path] = office.archive.read(path)
            batch = open_batch(batches[path])
            decoded[path] = {
                record.offset: record for record in batch.records if isinstance(record, Record)
            }
            lines[path] = lines_behind(batch)
        # A record that stands behind several lines is still one record.
        if evidence.record_id not in records:
            end = evidence.byte_offset + evidence.byte_len
            found = decoded[path].get(evidence.byte_offset)
            records[evidence.record_id] = RawRecord(
                evidence,
                link.role,
                _kind_of(evidence.type),
                batches[path][evidence.byte_offset : end],
                _fields_of(found) if found is not None else (),
                lines[path].get(evidence.seq or 0, ()),
            )
    names = {code: product.name for code, product in products.items()}
    return Proof(document, names, tuple(records.values()))


def _kind_of(type_no: int | None) -> str:
    known = RECORD_TYPES.get(type_no) if type_no is not None else None
    return known.name if known is not None else "?"


def _fields_of(record: Record) -> tuple[tuple[str, str], ...]:
    fields = read_record(record.type, record.body)
    if isinstance(fields, Problem):
        return tuple((str(key), _shown(value)) for key, value in record.body.items())
    return tuple((name, _shown(value)) for name, value in fields.items() if value is not None)


def _shown(value: object) -> str:
    if not isinstance(value, bytes):
        return str(value)
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.hex(" ")
