"""Uploaded documents under judgement: what is wrong with each, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from app.domain.business_day import business_date, correct, posting_date
from app.domain.problems import Problem, Severity, worst
from app.domain.records.drafts import Draft, ReadRecord
from app.services.journal import Step
from app.services.known import Known
from app.storage.keys import derived_key
from app.storage.store.scope import Source
from app.storage.store.uploads import Link


@dataclass(slots=True)
class Case:
    """One draft; grows problems while it is judged, and links once it is posted."""

    draft: Draft
    problems: list[Problem] = field(default_factory=list)
    links: list[tuple[ReadRecord, UUID, UUID | None, str]] = field(default_factory=list)
    posted: bool = False

    def __post_init__(self) -> None:
        self.problems.extend(self.draft.problems)

    @property
    def severity(self) -> Severity | None:
        return worst(self.problems)

    @property
    def worst(self) -> Problem | None:
        """The problem that decides."""
        severity = self.severity
        return next((each for each in self.problems if each.severity is severity), None)

    @property
    def stands(self) -> bool:
        """Whether the document may have its effect: nothing worse than warnings, not deleted."""
        return not self.draft.deleted and self.severity in (None, Severity.WARN)

    def add(self, problems: Iterable[Problem]) -> None:
        self.problems.extend(problems)

    def link(
        self, record: ReadRecord, document: UUID, line: UUID | None = None, role: str = "creates"
    ) -> None:
        self.links.append((record, document, line, role))


@dataclass(frozen=True, slots=True)
class Bench:
    """What judging and posting of one batch's documents works with."""

    step: Step
    known: Known
    batch_id: UUID
    clock_offset_ms: int

    def event_ms(self, raw_ms: int) -> int:
        """A terminal's time, corrected by what its clock was off at docking."""
        return correct(raw_ms, self.clock_offset_ms)

    def business_date(self, record: ReadRecord, raw_ms: int | None = None) -> date:
        event_ms = self.event_ms(record.ts_ms if raw_ms is None else raw_ms)
        return business_date(event_ms, record.offset_min, self.known.branch.cutoff_min)

    def posting_date(self, business: date) -> date:
        return posting_date(business, self.known.branch.closed_through)

    def source(self, record: ReadRecord) -> Source:
        return Source(self.batch_id, record.key.seq)


def raw_record_key(batch_id: UUID, position: int) -> UUID:
    """Key of the row of a batch's record; the same for every import."""
    return derived_key("record", batch_id, position)


def links_of(cases: Iterable[Case], record_keys: Mapping[int, UUID]) -> list[Link]:
    """The provenance of everything that was posted; `record_keys` by sequence number."""
    return [
        Link(record_id=record_keys[record.key.seq], document_id=document, line_id=line, role=role)
        for case in cases
        for record, document, line, role in case.links
    ]
