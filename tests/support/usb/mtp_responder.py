"""An MTP device with files in memory, written from ISO 15740 / MTP 1.1 and as strict as those.

It shares nothing with the codec of the desk. Faults are attributes that a test sets.
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.support.usb.virtual_backend import BULK, INTERRUPT, Device, Function, Interface

OK, GENERAL, NOT_OPEN, BAD_TRANSACTION, UNSUPPORTED = 0x2001, 0x2002, 0x2003, 0x2004, 0x2005
INCOMPLETE, BAD_STORAGE, BAD_HANDLE, FULL, PROTECTED = 0x2007, 0x2008, 0x2009, 0x200C, 0x200D
BAD_PARENT, ALREADY_OPEN, BAD_FORMAT = 0x201A, 0x201E, 0x200B
ROOT = 0xFFFFFFFF
FOLDER, FILE = 0x3001, 0x3000
ALL = (
    0x1001, 0x1002, 0x1003, 0x1004, 0x1005, 0x1006, 0x1007, 0x1008, 0x1009, 0x100B, 0x100C,
    0x100D, 0x101B, 0x95C1,
)  # fmt: skip
MTP_INTERFACE = Interface(
    (6, 1, 1), ((0x81, BULK, 512), (0x02, BULK, 512), (0x83, INTERRUPT, 28)), name="MTP"
)


@dataclass
class Node:
    """A file, or a folder if it has no data."""

    name: str
    parent: int
    storage: int
    data: bytes | None = None
    modified: str = "20261124T081500"


@dataclass
class MtpResponder(Function):
    """Objects by handle; 0xFFFFFFFF as parent is the root of a storage."""

    storages: tuple[int, ...] = (0x00010001,)
    operations: tuple[int, ...] = ALL
    free_bytes: int = 1 << 30
    nodes: dict[int, Node] = field(default_factory=dict)
    session: int | None = None
    asked: list[int] = field(default_factory=list)
    reads: list[tuple[int, int, int]] = field(default_factory=list)
    """Which parts of files were fetched: handle, start, size."""
    told_sizes: dict[int, int] = field(default_factory=dict)
    """Sizes that listings tell instead of the true ones."""
    breaks_at: dict[int, int] = field(default_factory=dict)
    """Files whose data end after so many bytes, with Incomplete Transfer."""
    listed_too: tuple[int, ...] = ()
    """Handles that listings hold although nothing is behind them."""
    says_first: bytes = b""
    """What an earlier session left in the pipe."""
    on_read: Callable[[int], None] | None = None
    """Called before a file is given; what happens on a device meanwhile."""
    refuses: dict[int, int] = field(default_factory=dict)
    """Answers by operation, whatever is asked."""

    def __post_init__(self) -> None:
        self._expected = 0
        self._waiting: tuple[int, int, tuple[int, ...]] | None = None
        self._announced: tuple[Node, int] | None = None
        self._next_handle = 1
        self.is_stuck = False

    def add(self, name: str, data: bytes | None = None, parent: int = ROOT, **more: str) -> int:
        """Put a file or a folder there."""
        handle, self._next_handle = self._next_handle, self._next_handle + 1
        storage = self.storages[0] if parent == ROOT else self.nodes[parent].storage
        self.nodes[handle] = Node(name, parent, storage, data, **more)
        return handle

    def folders(self, *path: str) -> int:
        """Make folders one within the other; the handle of the last."""
        parent = ROOT
        for name in path:
            parent = self.add(name, parent=parent)
        return parent

    def names(self, parent: int) -> list[str]:
        return [each.name for each in self.nodes.values() if each.parent == parent]

    def taken(self, transfer: bytes) -> None:
        assert len(transfer) >= 12, "no container"
        length, kind, code, transaction = struct.unpack_from("<IHHI", transfer)
        assert length == len(transfer), f"{length} announced, {len(transfer)} came"
        if self._waiting:
            assert (kind, code, transaction) == (2, *self._waiting[:2])
            self._waiting, (_, _, parameters) = None, self._waiting
            self._finish(transaction, self._store(code, parameters, transfer[12:]))
            return
        assert kind == 1, f"a container of kind {kind} instead of a command"
        parameters = struct.unpack_from(f"<{(length - 12) // 4}I", transfer, 12)
        self.asked.append(code)
        if code in (0x100C, 0x100D):
            self._waiting = (code, transaction, parameters)
        elif code in self.refuses:
            self._finish(transaction, (self.refuses[code], ()))
        else:
            self._serve(code, transaction, parameters)

    def _serve(self, code: int, transaction: int, parameters: tuple[int, ...]) -> None:
        if code == 0x1002:
            if self.session is not None:
                self._finish(transaction, (ALREADY_OPEN, (self.session,)))
                return
            assert (transaction, len(parameters)) == (0, 1)
            assert parameters[0]
            self.session, self._expected = parameters[0], 1
            self._finish(transaction, (OK, ()))
            return
        if code == 0x1003:
            outcome = OK if self.session is not None else NOT_OPEN
            self.session = None
            self._finish(transaction, (outcome, ()))
            return
        if code == 0x1001:
            self._expected += self.session is not None
            self._give(code, transaction, self._device_info())
            return
        if self.session is None:
            self._finish(transaction, (NOT_OPEN, ()))
        elif transaction != self._expected:
            self._finish(transaction, (BAD_TRANSACTION, ()))
        elif code not in self.operations:
            self._expected += 1
            self._finish(transaction, (UNSUPPORTED, ()))
        else:
            self._expected += 1
            self._answer(code, transaction, parameters)

    def _answer(self, code: int, transaction: int, parameters: tuple[int, ...]) -> None:
        if code == 0x1004:
            self._give(code, transaction, numbers(self.storages))
        elif code == 0x1005:
            self._give(code, transaction, self._storage_info())
        elif code == 0x1007:
            self._handles(code, transaction, parameters)
        elif parameters[0] not in self.nodes:
            self._finish(transaction, (BAD_HANDLE, ()))
        elif code == 0x1008:
            self._give(code, transaction, self._object_info(parameters[0]))
        elif code == 0x100B:
            del self.nodes[parameters[0]]
            self._finish(transaction, (OK, ()))
        else:
            self._read(code, transaction, parameters)

    def _handles(self, code: int, transaction: int, parameters: tuple[int, ...]) -> None:
        storage, _, parent = parameters
        if storage not in self.storages:  # also the wildcard for all of them
            self._finish(transaction, (BAD_STORAGE, ()))
            return
        found = [
            handle
            for handle, node in self.nodes.items()
            if node.parent == parent and node.storage == storage
        ]
        more = self.listed_too if parent != ROOT else ()
        self._give(code, transaction, numbers((*found, *more)))

    def _read(self, code: int, transaction: int, parameters: tuple[int, ...]) -> None:
        handle = parameters[0]
        if self.on_read:
            self.on_read(handle)
        data = self.nodes[handle].data
        if data is None:
            self._finish(transaction, (BAD_HANDLE, ()))
            return
        if code == 0x1009:
            self.reads.append((handle, 0, len(data)))
            self._give(code, transaction, data, self.breaks_at.get(handle))
            return
        if code == 0x101B:
            start, count = parameters[1:]
        else:
            start, count = parameters[1] | parameters[2] << 32, parameters[3]
        self.reads.append((handle, start, count))
        part = data[start : start + count]
        self._give(code, transaction, part, told=(len(part),))

    def _store(
        self, code: int, parameters: tuple[int, ...], data: bytes
    ) -> tuple[int, tuple[int, ...]]:
        self._expected += 1
        if code in self.refuses:
            return self.refuses[code], ()
        if code == 0x100C:
            storage, parent = parameters
            if storage not in self.storages or parent not in self.nodes:
                return BAD_PARENT, ()
            (size,) = struct.unpack_from("<I", data, 8)
            if size > self.free_bytes:
                return FULL, ()
            count = data[52]
            name = data[53 : 53 + 2 * count].decode("utf-16-le")
            assert name.endswith("\0")
            handle = self.add(name[:-1], b"", parent)
            self._announced = (self.nodes[handle], size)
            return OK, (storage, parent, handle)
        assert self._announced, "SendObject without SendObjectInfo"
        node, size = self._announced
        self._announced = None
        assert size == len(data)
        node.data = data
        return OK, ()

    def _give(
        self,
        code: int,
        transaction: int,
        data: bytes,
        breaks_at: int | None = None,
        told: tuple[int, ...] = (),
    ) -> None:
        header = struct.pack("<IHHI", 12 + len(data), 2, code, transaction)
        if breaks_at is None:
            self._send(header + data)
            self._finish(transaction, (OK, told))
        else:
            self._send(header + data[:breaks_at])
            self._finish(transaction, (INCOMPLETE, ()))

    def _finish(self, transaction: int, answer: tuple[int, tuple[int, ...]]) -> None:
        outcome, told = answer
        payload = struct.pack(f"<{len(told)}I", *told)
        self._send(struct.pack("<IHHI", 12 + len(payload), 3, outcome, transaction) + payload)

    def _send(self, transfer: bytes) -> None:
        self.host.send(transfer)

    def _device_info(self) -> bytes:
        return (
            struct.pack("<HIH", 100, 6, 100)
            + text("microsoft.com: 1.0; android.com: 1.0;")
            + struct.pack("<H", 0)
            + shorts(self.operations)
            + shorts((0x4002, 0x4003))
            + shorts(())
            + shorts(())
            + shorts((FILE, FOLDER))
            + text("Zebra")
            + text("TC52")
            + text("1.0")
            + text("21063522501234")
        )

    def _storage_info(self) -> bytes:
        return (
            struct.pack("<HHHQQI", 3, 2, 0, 64 << 30, self.free_bytes, 0xFFFFFFFF)
            + text("Internal shared storage")
            + text("")
        )

    def _object_info(self, handle: int) -> bytes:
        node = self.nodes[handle]
        size = self.told_sizes.get(handle, len(node.data or b""))
        is_folder = node.data is None
        return (
            struct.pack(
                "<IHHIHIIIIIIIHII",
                *(node.storage, FOLDER if is_folder else FILE, 0, size),
                *(0, 0, 0, 0, 0, 0, 0),
                *(0 if node.parent == ROOT else node.parent, int(is_folder), 0, 0),
            )
            + text(node.name)
            + text(node.modified)
            + text(node.modified)
            + text("")
        )


def text(words: str) -> bytes:
    if not words:
        return b"\0"
    data = (words + "\0").encode("utf-16-le", "surrogatepass")
    return bytes([len(data) // 2]) + data


def shorts(values: tuple[int, ...]) -> bytes:
    return struct.pack(f"<I{len(values)}H", len(values), *values)


def numbers(values: tuple[int, ...]) -> bytes:
    return struct.pack(f"<I{len(values)}I", len(values), *values)


def mtp_device(responder: MtpResponder, serial: str = "TC52-1", **more: object) -> Device:
    """A device with this responder, as an Android handheld shows itself."""
    if responder.says_first:
        more.setdefault("address", 9)
    device = Device((0x18D1, 0x4EE1), serial, (MTP_INTERFACE,), responder, **more)  # type: ignore[arg-type]
    if responder.says_first:
        device.host.send(responder.says_first)
    return device
