"""What lies in the memories of an MTP device: storages, folders, files."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from drivers.devices.mtp_line import MtpLine
from drivers.errors import Damaged, DriverError, FileRefused, FileUnstable, TransferFailed
from drivers.file_contract import MAX_FILE_BYTES, MAX_FILES
from drivers.protocols.mtp.codes import ANY_FORMAT, ROOT, Operation, Outcome
from drivers.protocols.mtp.datasets import (
    MtpError,
    ObjectInfo,
    StorageInfo,
    read_numbers,
    read_object_info,
    read_storage_info,
)
from drivers.protocols.transfer.reasons import Reason

MAX_STORAGES: Final = 16
MAX_AT_ROOT: Final = 2000
"""So many entries of a memory are looked at in search of our folder."""

MAX_LIST_BYTES: Final = 4 + 4 * 100_000
LISTING_S: Final = 300.0
MAX_NAMED: Final = 12

HOME: Final = "tallydock"
OUTBOX: Final = "outbox"
INBOX: Final = "inbox"


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder on the device; `path` is for people."""

    storage: int
    handle: int
    path: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A file as it was listed."""

    handle: int
    info: ObjectInfo


@dataclass(frozen=True, slots=True)
class Places:
    """Our folders, and what else lies at the root."""

    outboxes: tuple[Folder, ...]
    inboxes: tuple[Folder, ...]
    seen: tuple[str, ...]


def storages(line: MtpLine) -> list[int]:
    """Ids of the memories that are there. Never asked for all at once: uMTP refuses that (2008)."""
    data = line.dataset(Operation.GET_STORAGE_IDS)
    # The low half is 0 where no card is in.
    found = [each for each in _numbers(line, data) if each & 0xFFFF]
    return list(dict.fromkeys(found))[:MAX_STORAGES]


def storage_info(line: MtpLine, storage: int) -> StorageInfo:
    """What one memory says of itself."""
    data = line.dataset(Operation.GET_STORAGE_INFO, storage)
    try:
        return read_storage_info(data)
    except MtpError as error:
        raise _damaged(line, error) from error


def find_places(line: MtpLine) -> Places:
    """Look for Tallydock/outbox and Tallydock/inbox, else for outbox, in each memory.

    Raises `TransferFailed` if the device shows no memory at all: Android shows none as long as
    it is locked, or only charges.
    """
    found = storages(line)
    if not found:
        raise TransferFailed(
            port=line.port, file=OUTBOX, reason="no_storage", text="it shows no memory"
        )
    homes: dict[str, list[Folder]] = {OUTBOX: [], INBOX: []}
    plain: list[Folder] = []
    seen: list[str] = []
    for storage in found:
        for entry in _folders(line, storage, ROOT):
            seen.append(entry.info.name)
            if entry.info.name.casefold() == OUTBOX:
                plain.append(Folder(storage, entry.handle, entry.info.name))
            if entry.info.name.casefold() == HOME:
                for inner in _folders(line, storage, entry.handle):
                    path = f"{entry.info.name}/{inner.info.name}"
                    homes.get(inner.info.name.casefold(), []).append(
                        Folder(storage, inner.handle, path)
                    )
    return Places(tuple(homes[OUTBOX] or plain), tuple(homes[INBOX]), tuple(seen[:MAX_NAMED]))


def look(line: MtpLine, handle: int) -> ObjectInfo | None:
    """What the device says of one object; None if there is none of that handle.

    Raises `FileRefused` for an answer that makes no sense.
    """
    reply = line.ask(Operation.GET_OBJECT_INFO, handle, max_bytes=MAX_LIST_BYTES)
    if reply.code == Outcome.INVALID_OBJECT:
        return None
    try:
        return read_object_info(line.check(reply).data)
    except MtpError as error:
        raise FileRefused(port=line.port, file=unnamed(handle), reason=str(error)) from error


def list_files(line: MtpLine, folder: Folder) -> tuple[list[Entry], list[DriverError]]:
    """Files of a folder, oldest first, and what is wrong with the others.

    Hidden files (a dot at the beginning) are left out: Android names so what is not finished, or
    thrown away.
    """
    good: list[Entry] = []
    bad: list[DriverError] = []
    handles = _children(line, folder.storage, folder.handle)
    if len(handles) > MAX_FILES:
        raise FileRefused(port=line.port, file=folder.path, reason=Reason.TOO_MANY_FILES)
    for handle in _unhurried(line, handles):
        try:
            info = look(line, handle)
        except FileRefused as error:
            bad.append(error)
            continue
        if info is None:
            bad.append(FileUnstable(port=line.port, file=unnamed(handle)))
        elif not info.is_folder and (refusal := _refusal(info)):
            bad.append(FileRefused(port=line.port, file=_shown(info.name), reason=refusal))
        elif not info.is_folder and not info.name.startswith("."):
            good.append(Entry(handle, info))
    good.sort(key=lambda entry: (entry.info.modified, entry.info.name, entry.handle))
    return good, bad


def is_possible(name: str) -> bool:
    """Whether that can be the name of a file, on any system, and nothing more than a name."""
    return (
        0 < len(name.encode("utf-8", "replace")) <= 255
        and name.isprintable()
        and name not in (".", "..")
        and not set(name) & set("/\\\N{REPLACEMENT CHARACTER}")
    )


def unnamed(handle: int) -> str:
    """What to call an object whose name is not known."""
    return f"object {handle:08x}"


def _refusal(info: ObjectInfo) -> Reason | None:
    if not is_possible(info.name):
        return Reason.NAME_IMPOSSIBLE
    return Reason.FILE_TOO_LARGE if info.size > MAX_FILE_BYTES else None


def _shown(name: str) -> str:
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in name)


def _folders(line: MtpLine, storage: int, parent: int) -> Iterator[Entry]:
    handles = _children(line, storage, parent)[:MAX_AT_ROOT]
    for handle in _unhurried(line, handles):
        try:
            info = look(line, handle)
        except FileRefused:
            continue  # whatever it is, it is not our folder
        if info and info.is_folder and is_possible(info.name):
            yield Entry(handle, info)


def _children(line: MtpLine, storage: int, parent: int) -> list[int]:
    reply = line.demand(
        Operation.GET_OBJECT_HANDLES, storage, ANY_FORMAT, parent, max_bytes=MAX_LIST_BYTES
    )
    return list(dict.fromkeys(_numbers(line, reply.data)))


def _unhurried(line: MtpLine, handles: list[int]) -> Iterator[int]:
    """The handles, as long as a device that takes half a minute for each does not take all day."""
    ends_s = line.now_s() + LISTING_S
    for done, handle in enumerate(handles):
        if line.now_s() >= ends_s:
            raise TransferFailed(
                port=line.port, file=unnamed(handle), reason=Reason.SILENT, text="listing"
            )
        if done % 64 == 0:
            line.report("list", 0, 0)
        yield handle


def _numbers(line: MtpLine, data: bytes) -> tuple[int, ...]:
    try:
        return read_numbers(data)
    except MtpError as error:
        raise _damaged(line, error) from error


def _damaged(line: MtpLine, error: MtpError) -> Damaged:
    return Damaged(port=line.port, reason="not_understood", text=str(error))
