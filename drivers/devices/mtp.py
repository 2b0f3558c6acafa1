"""The driver for terminals that lay files into an outbox and speak MTP, as Android devices do."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from drivers.contract import Capability, Link, Progress
from drivers.devices.mtp_line import MtpLine
from drivers.devices.mtp_memory import (
    HOME,
    INBOX,
    OUTBOX,
    Entry,
    Folder,
    Places,
    find_places,
    is_possible,
    list_files,
    look,
    storage_info,
    storages,
)
from drivers.devices.mtp_partials import MtpPartials
from drivers.devices.mtp_reading import MtpReader
from drivers.errors import (
    Damaged,
    DriverError,
    FileChanged,
    FileRefused,
    FileUnstable,
    PeerRefused,
    TerminalFull,
    TransferFailed,
)
from drivers.file_contract import FileDriver, FileSession, FileTerminalInfo, TerminalFile
from drivers.protocols.mtp.codes import Operation, Outcome
from drivers.protocols.mtp.datasets import DeviceInfo, MtpError, object_info, read_device_info
from drivers.protocols.transfer.reasons import Reason

_FULL: Final = frozenset({Outcome.STORE_FULL, Outcome.OBJECT_TOO_LARGE})
_GONE: Final = frozenset({Outcome.OK, Outcome.INVALID_OBJECT})


class MtpDriver(FileDriver[Link]):
    """Android handhelds, and whatever else has an outbox that MTP shows.

    The program on the terminal writes each file under a name with a dot in front and renames it
    when it is whole. Files in Tallydock/outbox are fetched, files for it go to Tallydock/inbox.
    """

    name = "mtp"
    title = "Android terminal (files over MTP)"
    schemes = ("mtp",)
    capabilities = frozenset(
        {Capability.IDENTIFY, Capability.UPLOAD, Capability.CLEAR, Capability.DOWNLOAD}
    )

    @contextmanager
    def connect(
        self,
        carrier: Link,
        clock_ms: Callable[[], int],  # noqa: ARG002 - MTP tells no time of the device
        progress: Progress,
    ) -> Iterator[FileSession]:
        line = MtpLine(carrier, progress)
        try:
            line.open_session()
            about = _about(line)
            partials = MtpPartials(self.scratch, about.serial)
            yield MtpSession(line, about, MtpReader(line, about.operations, partials))
        finally:
            line.break_off()


class MtpSession(FileSession):
    """Turns the calls of a docking into requests."""

    def __init__(self, line: MtpLine, about: DeviceInfo, reader: MtpReader) -> None:
        self._line = line
        self._about = about
        self._reader = reader
        self._found: Places | None = None
        self._given: tuple[TerminalFile, Entry] | None = None
        self._info = _terminal_info(line, about)

    def info(self) -> FileTerminalInfo:
        return self._info

    def pull(self) -> Iterator[TerminalFile]:
        outboxes = self._places().outboxes
        if not outboxes:
            raise self._missing(OUTBOX)
        later: list[DriverError] = []
        for folder in outboxes:
            entries, bad = list_files(self._line, folder)
            later += bad
            for entry in entries:
                try:
                    data = self._reader.read(entry)
                except (FileUnstable, FileRefused) as error:
                    later.append(error)
                    continue
                file = TerminalFile(entry.info.name, data, entry.info.modified_ms)
                self._given = (file, entry)
                yield file
        if later:
            raise later[0]

    def settle(self, file: TerminalFile, clear: bool) -> None:
        if not clear:
            return
        if self._given is None or self._given[0] != file:
            raise FileChanged(port=self._line.port, file=file.name)
        entry = self._given[1]
        self._given = None
        info = look(self._line, entry.handle)
        if info is None:
            return  # somebody took it away: there is nothing left to clear
        if info != entry.info or not self._reader.agrees(entry, file.data):
            raise FileChanged(port=self._line.port, file=file.name)
        reply = self._line.ask(Operation.DELETE_OBJECT, entry.handle, 0)
        if reply.code not in _GONE:
            self._line.check(reply)

    def push(self, files: Sequence[TerminalFile]) -> None:
        inboxes = self._places().inboxes
        if not inboxes:
            raise self._missing(INBOX)
        for file in files:
            if not is_possible(file.name):
                raise FileRefused(
                    port=self._line.port, file=file.name, reason=Reason.NAME_IMPOSSIBLE
                )
            self._send(inboxes[0], file)

    def finish(self) -> None:
        self._line.report("finish", 0, 0)
        self._line.close_session()

    def _places(self) -> Places:
        if self._found is None:
            self._found = find_places(self._line)
        return self._found

    def _missing(self, name: str) -> TransferFailed:
        seen = ", ".join(self._places().seen) or "nothing"
        return TransferFailed(
            port=self._line.port,
            file=f"{HOME.title()}/{name}",
            reason="no_folder",
            text=f"it has: {seen}",
        )

    def _send(self, inbox: Folder, file: TerminalFile) -> None:
        """Replace the file of that name; what a cut leaves, the device throws away itself."""
        free_bytes = storage_info(self._line, inbox.storage).free_bytes
        if free_bytes < len(file.data):
            raise self._full(f"{free_bytes} bytes are free")
        self._line.report("download", 0, len(file.data))
        for old in list_files(self._line, inbox)[0]:
            if old.info.name.casefold() == file.name.casefold():
                self._line.demand(Operation.DELETE_OBJECT, old.handle, 0)
        handle = self._announce(inbox, file)
        reply = self._line.ask(Operation.SEND_OBJECT, data=file.data)
        if reply.code in _FULL:
            raise self._full("the file does not fit")
        self._line.check(reply)
        there = look(self._line, handle)
        if there is None or there.size != len(file.data):
            raise TransferFailed(
                port=self._line.port, file=file.name, reason=Reason.SIZE_DIFFERS, text=""
            )
        self._line.report("download", len(file.data), len(file.data))

    def _announce(self, inbox: Folder, file: TerminalFile) -> int:
        try:
            dataset = object_info(file.name, len(file.data), inbox.handle)
        except ValueError as error:
            raise FileRefused(
                port=self._line.port, file=file.name, reason=Reason.NAME_IMPOSSIBLE
            ) from error
        reply = self._line.ask(
            Operation.SEND_OBJECT_INFO, inbox.storage, inbox.handle, data=dataset
        )
        if reply.code in _FULL:
            raise self._full("the file does not fit")
        self._line.check(reply)
        if len(reply.parameters) < 3:
            raise Damaged(port=self._line.port, reason="not_understood", text="no handle")
        return reply.parameters[2]

    def _full(self, text: str) -> TerminalFull:
        return TerminalFull(port=self._line.port, text=text)


def _about(line: MtpLine) -> DeviceInfo:
    try:
        return read_device_info(line.dataset(Operation.GET_DEVICE_INFO))
    except MtpError as error:
        raise Damaged(port=line.port, reason="not_understood", text=str(error)) from error


def _terminal_info(line: MtpLine, about: DeviceInfo) -> FileTerminalInfo:
    free_bytes = None
    try:
        for storage in storages(line)[:1]:
            free_bytes = storage_info(line, storage).free_bytes
    except PeerRefused:
        pass  # a memory that is not there just now is none that holds up a docking
    return FileTerminalInfo(
        serial=about.serial,
        model=f"{about.manufacturer} {about.model}".strip(),
        version=about.version,
        free_bytes=free_bytes,
    )
