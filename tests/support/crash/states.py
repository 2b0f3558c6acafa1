"""Rebuilds what a disk may hold after the power went: not all that was not flushed got there.

A write is durable once its file was flushed after it, a name once its folder was. Of the writes
that were not, each may have got there, be lost, or be torn at sectors of 512 bytes. Names change
in their order: a later change is never there without the ones before it.
"""

import hashlib
import random
import shutil
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.crash.tracing import (
    CREATE,
    MAKE_FOLDER,
    MARK,
    RENAME,
    SYNC,
    TRUNCATE,
    UNLINK,
    WRITE,
    Operation,
)

SECTOR = 512
TRIES = 10
# Lives in memory that programs share; SQLite makes it anew from the log beside it.
_SHARED = "-shm"


@dataclass(frozen=True, slots=True)
class State:
    """What is on the disk: folders, and files by path; `marks` had been passed by then."""

    folders: frozenset[str]
    files: Mapping[str, bytes]
    marks: int

    @property
    def digest(self) -> bytes:
        found = hashlib.sha256(str((self.marks, sorted(self.folders))).encode())
        for path in sorted(self.files):
            found.update(path.encode() + hashlib.sha256(self.files[path]).digest())
        return found.digest()

    def write(self, folder: Path) -> None:
        """Make the disk under `folder` look like this."""
        shutil.rmtree(folder)
        folder.mkdir()
        for path in sorted(self.folders):
            Path(path).mkdir(parents=True, exist_ok=True)
        for path, data in self.files.items():
            Path(path).write_bytes(data)


@dataclass(frozen=True, slots=True)
class _Change:
    """A change of content of file number `file`, or of a name; `durable` is when it is for sure."""

    place: int
    operation: Operation
    file: int
    durable: float


@dataclass(slots=True)
class Recording:
    """A trace with the disk as it was before it."""

    folders: set[str]
    files: dict[str, bytes]
    contents: list[_Change] = field(default_factory=list)
    names: list[_Change] = field(default_factory=list)
    marks: list[int] = field(default_factory=list)
    length: int = 0

    def states(self, dice: random.Random, count: int, first_mark: int = 0) -> Iterator[State]:
        """So many different states at most, at moments spread over the run behind its first marks.

        A run in which everything is flushed at once has few.
        """
        seen: set[bytes] = set()
        first = self.marks[first_mark - 1] + 1 if first_mark else 0
        for _ in range(TRIES * count):
            state = self._crash(dice.randint(first, self.length), dice)
            if state.digest not in seen:
                seen.add(state.digest)
                yield state
            if len(seen) == count:
                return

    def _crash(self, place: int, dice: random.Random) -> State:
        """A state after the power went just before operation number `place`."""
        names = [change for change in self.names if change.place < place]
        sure = max((n + 1 for n, each in enumerate(names) if each.durable < place), default=0)
        kept = dice.choice((sure, len(names), dice.randint(sure, len(names))))
        folders = set(self.folders)
        numbers = {path: number for number, path in enumerate(self.files)}
        for change in names[:kept]:
            _rename(change, folders, numbers)
        contents = self._contents(place, dice)
        files = {}
        first = list(self.files.values())
        for path, number in numbers.items():
            data = bytearray(first[number] if number < len(first) else b"")
            for change in contents[number]:
                _apply(change, data)
            files[path] = bytes(data)
        return State(frozenset(folders), files, sum(mark < place for mark in self.marks))

    def _contents(self, place: int, dice: random.Random) -> defaultdict[int, list[Operation]]:
        """By file, what got to the disk, in its order."""
        before = [change for change in self.contents if change.place < place]
        unsure = [change.place for change in before if change.durable >= place]
        fates = _fates(unsure, dice)
        found: defaultdict[int, list[Operation]] = defaultdict(list)
        for change in before:
            share = fates.get(change.place, 1.0)
            if share == 1.0:
                found[change.file].append(change.operation)
            elif share:
                found[change.file] += _torn(change.operation, share, dice)
        return found


def record(folders: set[str], files: dict[str, bytes], trace: Sequence[Operation]) -> Recording:
    """Find out which file each operation meant, and when it became durable."""
    recording = Recording(folders, files, length=len(trace))
    numbers = {path: number for number, path in enumerate(files)}
    synced: defaultdict[int, list[int]] = defaultdict(list)
    flushed: defaultdict[str, list[int]] = defaultdict(list)
    contents: list[tuple[int, Operation, int]] = []
    names: list[tuple[int, Operation, int]] = []
    made = len(files)
    for place, each in enumerate(trace):
        if each.path.endswith(_SHARED):
            continue
        if each.kind == MARK:
            recording.marks.append(place)
        elif each.kind in (WRITE, TRUNCATE):
            contents.append((place, each, numbers[each.path]))
        elif each.kind == SYNC:
            if each.path in numbers:
                synced[numbers[each.path]].append(place)
            else:
                flushed[each.path].append(place)
        elif each.kind in (CREATE, MAKE_FOLDER, RENAME, UNLINK):
            number = made if each.kind == CREATE else numbers.get(each.path, -1)
            made += each.kind == CREATE
            change = _Change(place, each, number, 0)
            _rename(change, set(), numbers)
            names.append((place, each, number))
    for place, each, number in contents:
        durable = next((at for at in synced[number] if at > place), float("inf"))
        recording.contents.append(_Change(place, each, number, durable))
    for place, each, number in names:
        parent = str(Path(each.path).parent)
        durable = next((at for at in flushed[parent] if at > place), float("inf"))
        recording.names.append(_Change(place, each, number, durable))
    return recording


def disk_of(folder: Path) -> tuple[set[str], dict[str, bytes]]:
    """Folders and files as they lie there now."""
    found = sorted(folder.rglob("*"))
    folders = {str(each) for each in found if each.is_dir()}
    return folders, {str(each): each.read_bytes() for each in found if each.is_file()}


def _rename(change: _Change, folders: set[str], numbers: dict[str, int]) -> None:
    operation = change.operation
    if operation.kind == CREATE:
        numbers[operation.path] = change.file
    elif operation.kind == MAKE_FOLDER:
        folders.add(operation.path)
    elif operation.kind == RENAME:
        numbers[operation.other] = numbers.pop(operation.path)
    else:
        del numbers[operation.path]


def _fates(unsure: Sequence[int], dice: random.Random) -> dict[int, float]:
    """How much of each write that was not flushed got to the disk: all, nothing, or some."""
    if not unsure:
        return {}
    kind = dice.randrange(6)
    if kind == 0:
        return dict.fromkeys(unsure, 0.0)
    if kind == 1:
        return {}
    if kind == 2:  # all but one
        return {dice.choice(unsure): dice.choice((0.0, 0.5))}
    if kind == 3:  # as it was sent, up to somewhere
        cut = dice.randrange(len(unsure))
        return dict.fromkeys(unsure[cut + 1 :], 0.0) | {unsure[cut]: 0.5}
    if kind == 4:  # only one
        return dict.fromkeys(unsure, 0.0) | {dice.choice(unsure): dice.choice((0.5, 1.0))}
    return {place: dice.choice((0.0, 0.5, 1.0)) for place in unsure}


def _torn(operation: Operation, share: float, dice: random.Random) -> list[Operation]:
    """Only some sectors of a write; a truncation happens or does not."""
    if operation.kind == TRUNCATE:
        return [operation] if dice.random() < share else []
    pieces = []
    start = operation.offset
    end = operation.offset + len(operation.data)
    while start < end:
        stop = min(end, (start // SECTOR + 1) * SECTOR)
        if dice.random() < share:
            data = operation.data[start - operation.offset : stop - operation.offset]
            pieces.append(Operation(WRITE, operation.path, offset=start, data=data))
        start = stop
    return pieces


def _apply(operation: Operation, data: bytearray) -> None:
    if operation.kind == TRUNCATE:
        del data[operation.offset :]
        data.extend(bytes(operation.offset - len(data)))
        return
    end = operation.offset + len(operation.data)
    data.extend(bytes(max(0, end - len(data))))
    data[operation.offset : end] = operation.data
