"""A batch that the desk seals for a terminal: typed from paper, or read from a file."""

from __future__ import annotations

from collections.abc import Mapping

from app.domain.problems import Problem
from app.domain.records.catalogue import RECORD_TYPES, RecordType
from app.domain.records.reading import read_record
from app.domain.records.writing import write_body
from app.errors import UsageError
from app.services.archive import Origin
from app.services.office import Office
from app.storage.queries.arrivals import last_batch_no, last_seq
from app.storage.queries.directory import find_branch
from app.storage.reader import Reader
from app.storage.store.terminals import StoredTerminal
from drivers.protocols.docking.batch import BatchHeader, encode_record, seal_batch

SCHEMA_VERSION = 1


class DeskBatch:
    """Grows record by record; a line belongs to the last header before it."""

    def __init__(
        self, office: Office, reader: Reader, terminal: StoredTerminal, app_version: str
    ) -> None:
        number, epoch = terminal.terminal_no, terminal.epoch
        self._app_version = app_version
        self._person = terminal.person_code
        self._now_ms = office.clock.now_ms()
        self._offset_min = find_branch(reader).tz_offset_min
        self._first_seq = max(terminal.received_seq, last_seq(reader, number, epoch)) + 1
        self._records: list[bytes] = []
        self._headers: dict[int, int] = {}
        self.origin = Origin(
            office.database.branch_id, number, epoch, last_batch_no(reader, number, epoch) + 1
        )

    @property
    def next_seq(self) -> int:
        """The number of the record that is added next."""
        return self._first_seq + len(self._records)

    def add(
        self,
        type_no: int,
        fields: Mapping[str, object],
        at_ms: int | None = None,
        person: str = "",
    ) -> int:
        """Add a record by the names of its fields; returns its number.

        `at_ms` (UTC) is when it happened, None for now; `person` empty for who has the terminal.
        Raises UsageError for a field that does not fit, and for a line without a header.
        """
        known = RECORD_TYPES.get(type_no)
        if known is None:
            raise UsageError(argument=str(type_no), reason="no such type of record")
        values = dict(fields)
        if known.header is not None:
            if known.header not in self._headers:
                raise UsageError(argument=known.name, reason="a line needs its header before it")
            values[known.fields[0].name] = (self.origin.epoch, self._headers[known.header])
        seq = self.next_seq
        self._headers[type_no] = seq
        self._records.append(
            encode_record(
                type_no,
                seq,
                self._now_ms if at_ms is None else at_ms,
                self._offset_min,
                person or self._person,
                _body(known, values),
            )
        )
        return seq

    def seal(self) -> bytes:
        """The sealed batch. Raises BatchError for more than a batch holds."""
        header = BatchHeader(
            branch=self.origin.branch,
            terminal=self.origin.terminal,
            epoch=self.origin.epoch,
            batch_no=self.origin.batch_no,
            seq_from=self._first_seq,
            seq_to=self.next_seq - 1,
            person=self._person,
            opened_ms=self._now_ms,
            closed_ms=self._now_ms,
            app_version=self._app_version,
            schema_version=SCHEMA_VERSION,
        )
        return seal_batch(header, self._records)


def short(text: str, limit: int) -> str:
    """As much of a text as fits into so many bytes, without what no record may hold."""
    return text.replace("\0", " ").encode()[:limit].decode(errors="ignore")


def _body(known: RecordType, fields: Mapping[str, object]) -> dict[int, object]:
    try:
        body = write_body(known.number, fields)
    except (KeyError, ValueError) as error:
        raise UsageError(argument=known.name, reason=str(error.args[0])) from error
    found = read_record(known.number, body)
    if isinstance(found, Problem):
        name, reason = found.fields["field"], found.fields["reason"]
        raise UsageError(argument=f"{known.name} {name}", reason=str(reason))
    return body
