"""What an upload says of the file that it was read from."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from app.domain.records.catalogue import FILE_PART
from app.services.sorting import Piece
from app.storage.store import Store
from app.storage.store.files import TakenFile
from drivers.protocols.docking.batch import BatchHeader


def note_files(store: Store, pieces: Sequence[Piece], header: BatchHeader, batch_id: UUID) -> None:
    """Remember how far each file in the batch was taken, for when it comes again."""
    told = {
        piece.read.fields["name"]: piece.read.fields
        for piece in pieces
        if piece.read is not None and piece.read.type == FILE_PART
    }
    for name, fields in told.items():
        store.files.note(
            TakenFile(
                terminal_no=header.terminal,
                epoch=header.epoch,
                name=name,
                lines=fields["lines"],
                lines_sha256=fields["lines_sha256"].hex(),
                sha256=fields["sha256"].hex(),
                size_bytes=fields["size_bytes"],
                profile=fields["profile"],
                state="held",
                batch_id=batch_id,
            )
        )
