"""Finds the deliveries of a batch that may have lost lines on their way."""

from __future__ import annotations

from collections.abc import Iterable

from app.domain.problems import Problem, problem
from app.domain.records.catalogue import RECORD_TYPES
from app.domain.records.drafts import DeliveryDraft
from app.services.cases import Case
from app.services.sorting import Piece
from drivers.protocols.docking.batch import BadRecord

_DELIVERY, _DELIVERY_LINE = 12, 13


def hold_torn(cases: Iterable[Case], pieces: Iterable[Piece], seq_to: int) -> None:
    """Adds E_DLV_LINES to deliveries behind whose header a record is missing or unreadable.

    Orders and counts say how many lines they have; a delivery does not, and what its lost line
    handed over would be taken for goods that are still on the van.
    """
    torn = _torn(pieces, seq_to)
    for case in cases:
        found = torn.get(case.draft.header.key.seq)
        if found is not None and isinstance(case.draft, DeliveryDraft):
            case.add([found])


def _torn(pieces: Iterable[Piece], seq_to: int) -> dict[int, Problem]:
    """A problem by the sequence number of the delivery header that the hole comes after."""
    found: dict[int, Problem] = {}
    header: int | None = None
    before: int | None = None
    for piece in pieces:
        seq = piece.record.seq
        if seq is None:
            seq = 0 if before is None else before + 1
        if header is not None and before is not None and seq > before + 1:
            found.setdefault(header, _lost(before + 1))
        if piece.read is not None and piece.read.type == _DELIVERY:
            header = seq
        elif _begins_something_else(piece):
            header = None
        elif header is not None and piece.read is None:
            found.setdefault(header, _lost(seq))
        before = seq
    if header is not None and before is not None and seq_to > before:
        found.setdefault(header, _lost(before + 1))
    return found


def _begins_something_else(piece: Piece) -> bool:
    if isinstance(piece.record, BadRecord) or piece.record.type == _DELIVERY_LINE:
        return False
    known = RECORD_TYPES.get(piece.record.type)
    return known is not None and known.header is None


def _lost(seq: int) -> Problem:
    return problem("E_DLV_LINES", "DLV", seq=seq)
