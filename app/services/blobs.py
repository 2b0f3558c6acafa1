"""Photos and signatures: kept under the digest of their content, once, durably."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from app.domain.rights import Actor, Right
from app.errors import ArchiveError
from app.services.durable import sync_folder, translated, write_durably
from app.services.journal import journaled
from app.services.office import Office
from app.storage.queries.terminals import awaited_blobs
from app.storage.store.blobs import STRAY, Announced


@dataclass(frozen=True, slots=True)
class HeldBlob:
    """A blob whose file is here; `sha256` in hex."""

    sha256: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class BlobFolder:
    """A folder of files named by the SHA-256 of what is in them."""

    root: Path

    def path(self, sha256: bytes) -> Path:
        name = sha256.hex()
        return self.root / name[:2] / name

    def has(self, sha256: bytes) -> bool:
        """A file that is there is whole: it got its name after its content was durable.

        Its name is made durable here: who gave it may have been killed before that. Raises
        ArchiveError when the disk refuses.
        """
        path = self.path(sha256)
        try:
            if not path.exists():
                return False
            sync_folder(path.parent)
        except OSError as error:
            raise translated(error, path) from error
        return True

    def keep(self, sha256: bytes, data: bytes) -> None:
        """Make a blob durable; one that is there stays as it is.

        Raises ArchiveFull when the disk is full, ArchiveError for every other refusal and for a
        digest that is not that of the data.
        """
        target = self.path(sha256)
        if hashlib.sha256(data).digest() != sha256:
            raise ArchiveError(path=str(target), reason="damaged")
        if self.has(sha256):
            return
        try:
            write_durably(target, data)
        except OSError as error:
            raise translated(error, target) from error

    def read(self, sha256: bytes) -> bytes:
        """Raises ArchiveError when it is gone, or another by now."""
        path = self.path(sha256)
        try:
            data = path.read_bytes()
        except OSError as error:
            raise translated(error, path) from error
        if hashlib.sha256(data).digest() != sha256:
            raise ArchiveError(path=str(path), reason="damaged")
        return data


def blobs_of(office: Office) -> BlobFolder:
    """The folder of an office."""
    return BlobFolder(office.paths.blobs)


def note_blobs(
    office: Office, actor: Actor, terminal: int, epoch: int, blobs: tuple[HeldBlob, ...]
) -> None:
    """The files are here; one that no record spoke of is entered all the same.

    A terminal is told of each file as soon as that is durable; the books follow once a session.
    """
    actor.require(Right.DOCK)
    with journaled(
        office,
        actor,
        "note_blobs",
        subject=f"terminal {terminal}",
        terminal=terminal,
        epoch=epoch,
        blobs=blobs,
    ) as step:
        step.store.blobs.announce(
            [Announced(each.sha256, each.size_bytes, STRAY, terminal, epoch, 0) for each in blobs]
        )
        step.store.blobs.hold([each.sha256 for each in blobs])


def give_up_blobs(
    office: Office, actor: Actor, terminal: int, epoch: int, digests: tuple[str, ...]
) -> None:
    """The terminal has these photos (SHA-256 in hex) no longer, so nothing waits for them."""
    actor.require(Right.DOCK)
    with journaled(
        office,
        actor,
        "give_up_blobs",
        subject=f"terminal {terminal}",
        terminal=terminal,
        epoch=epoch,
        digests=digests,
    ) as step:
        step.store.blobs.give_up(digests)


def note_found_blobs(office: Office, actor: Actor) -> None:
    """After a crash: files that are here although the books still await them."""
    actor.require(Right.DOCK)
    folder = blobs_of(office)
    with office.database.read() as reader:
        awaited = awaited_blobs(reader)
    found: defaultdict[tuple[int, int], list[HeldBlob]] = defaultdict(list)
    for each in awaited:
        if folder.has(bytes.fromhex(each.sha256)):
            held = HeldBlob(each.sha256, each.size_bytes)
            found[each.terminal_no, each.epoch].append(held)
    for (terminal, epoch), blobs in found.items():
        note_blobs(office, actor, terminal, epoch, tuple(blobs))
