"""Takes in the photos of one docking: those that records speak of, and few others."""

from __future__ import annotations

from app.domain.problems import Problem, problem
from app.domain.rights import Actor
from app.services.blobs import HeldBlob, blobs_of, give_up_blobs, note_blobs
from app.services.office import Office
from app.storage.queries.terminals import awaited_blobs, stray_bytes
from app.storage.store.blobs import Announced
from drivers.contract import Session, TerminalInfo

MAX_STRAY_BYTES = 64 * 1024 * 1024
"""What one terminal may leave here that no record speaks of: a batch may wait while its photos
come, but nobody may fill the disk."""

MAX_OFFERS = 4096
"""A terminal that offers so many in one docking may have more."""


class PhotoIntake:
    """Each photo is durable before the terminal hears of it; the books follow once, in `close`."""

    def __init__(self, office: Office, actor: Actor, info: TerminalInfo) -> None:
        self._office = office
        self._actor = actor
        self._info = info
        self._folder = blobs_of(office)
        self._kept: list[HeldBlob] = []
        self._offered: set[str] = set()
        self._turned_down = 0
        self._is_complete = False
        with office.database.read() as reader:
            self._awaited = {each.sha256: each for each in awaited_blobs(reader)}
            self._room_bytes = MAX_STRAY_BYTES - stray_bytes(reader, info.terminal)

    @property
    def count(self) -> int:
        """How many were kept."""
        return len(self._kept)

    @property
    def size_bytes(self) -> int:
        return sum(each.size_bytes for each in self._kept)

    def take_in(self, session: Session) -> None:
        """Everything that the terminal offers. Raises what the session and the folder raise."""
        for blob in session.pull_blobs(self._is_held):
            name, size_bytes = blob.sha256.hex(), len(blob.data)
            is_wanted = name in self._awaited or size_bytes <= self._room_bytes
            if is_wanted:
                self._folder.keep(blob.sha256, blob.data)
                self._kept.append(HeldBlob(name, size_bytes))
            else:
                self._turned_down += 1
            if name not in self._awaited and is_wanted:
                self._room_bytes -= size_bytes
            session.acknowledge_blob(blob.sha256, is_wanted)
        self._is_complete = len(self._offered) < MAX_OFFERS

    def close(self) -> list[Problem]:
        """Write down what came and what will not come; what is odd about it."""
        terminal, epoch = self._info.terminal, self._info.epoch
        if self._kept:
            note_blobs(self._office, self._actor, terminal, epoch, tuple(self._kept))
        problems = []
        if self._turned_down:
            limit_mib = MAX_STRAY_BYTES >> 20
            problems.append(
                problem(
                    "W_STRAY_PHOTOS",
                    f"terminal {terminal}",
                    photos=self._turned_down,
                    limit_mib=limit_mib,
                )
            )
        if gone := self._gone():
            digests = tuple(each.sha256 for each in gone)
            give_up_blobs(self._office, self._actor, terminal, epoch, digests)
            problems += [
                problem("W_PHOTO_GONE", f"record {each.seq}", terminal=terminal, seq=each.seq)
                for each in gone
            ]
        return problems

    def _is_held(self, sha256: bytes) -> bool:
        self._offered.add(sha256.hex())
        return self._folder.has(sha256)

    def _gone(self) -> list[Announced]:
        """What its records speak of and it has no more: it offers all that has no receipt."""
        if not self._is_complete:
            return []
        owner = (self._info.terminal, self._info.epoch)
        return [
            each
            for each in self._awaited.values()
            if (each.terminal_no, each.epoch) == owner and each.sha256 not in self._offered
        ]
