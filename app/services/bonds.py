"""What binds an upload to the device that made it, and to the one that it made before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.problems import Problem, problem
from app.services.sorting import Piece
from app.storage.queries.arrivals import batch_before
from app.storage.queries.terminals import keys_of
from app.storage.store import Store
from app.storage.store.blobs import Announced
from drivers.protocols.docking.batch import CHAIN_START, Batch, BatchHeader
from drivers.protocols.docking.keys import is_signed

PHOTO = 22


@dataclass(frozen=True, slots=True)
class Bond:
    """`signed_by`: the device (hex) whose signature it bears; `chain`: the value behind it (hex).

    `fault`: a signature is missing or nobody's, so the upload must not count. `typed_by`: who
    typed it from paper, so that no device could sign it.
    """

    signed_by: str | None = None
    chain: str | None = None
    fault: Problem | None = None
    typed_by: str | None = None


def judge_bond(store: Store, batch: Batch) -> Bond:
    """From its pairing on, whatever a terminal sends bears the signature of one of its devices."""
    header, seal = batch.header, batch.seal
    keys = keys_of(store.reader, header.terminal)
    where = f"batch {header.batch_no}"
    if not keys:
        return Bond()
    if seal is None:
        return Bond(fault=problem("E_SIGNATURE", where, reason="missing"))
    for key in keys:
        if is_signed(key.certificate, seal.signed, seal.signature):
            return Bond(key.device_id, seal.chain.hex())
    return Bond(fault=problem("E_SIGNATURE", where, reason="unknown device"))


def check_chain(store: Store, batch: Batch) -> list[Problem]:
    """A signed upload that does not follow the one before it: one is missing, or there are two."""
    header, seal = batch.header, batch.seal
    if seal is None:
        return []
    before = batch_before(store.reader, header.terminal, header.epoch, header.batch_no)
    state, chain = before or ("", None)
    cannot_tell = state == "rejected" and chain is None
    if cannot_tell or seal.chain_before.hex() == (chain or CHAIN_START.hex()):
        return []
    return [problem("E_CHAIN", f"batch {header.batch_no}", batch=header.batch_no)]


def photos_in(pieces: Sequence[Piece], header: BatchHeader) -> list[Announced]:
    """The photos and signatures that the new records of a batch speak of."""
    return [
        Announced(
            piece.read.fields["sha256"].hex(),
            piece.read.fields["size_bytes"],
            piece.read.fields["purpose"],
            header.terminal,
            header.epoch,
            piece.read.key.seq,
        )
        for piece in pieces
        if piece.read is not None and piece.read.type == PHOTO
    ]
