"""Transfers between our drivers and lrzsz, both ways, over good, bad and cut lines."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from drivers.devices.file_transfer import (
    TransferDriver,
    XmodemDriver,
    YmodemDriver,
    ZmodemDriver,
)
from drivers.errors import DriverError
from drivers.file_contract import TerminalFile
from tests.support.relay import Line
from tests.support.transfers import pull_all, push_all, running_peer

MTIME_S = 1_700_000_000


@dataclass(frozen=True, slots=True)
class Way:
    """One protocol: our driver, how lrzsz sends, how it receives."""

    driver: Callable[[Path | None], TransferDriver]
    send: Sequence[str]
    receive: Sequence[str]
    names: bool = True


WAYS = {
    "xmodem": Way(XmodemDriver, ("sx", "-q"), ("rx", "-q"), names=False),
    "xmodem-crc": Way(XmodemDriver, ("sx", "-q"), ("rx", "-q", "-c"), names=False),
    "xmodem-1k": Way(
        partial(XmodemDriver, is_long=True), ("sx", "-q", "-k"), ("rx", "-q", "-c"), names=False
    ),
    "ymodem": Way(YmodemDriver, ("sb", "-q", "-k"), ("rb", "-q")),
    "zmodem": Way(ZmodemDriver, ("sz", "-q", "-b"), ("rz", "-q", "-b", "-y")),
    "zmodem-16": Way(ZmodemDriver, ("sz", "-q", "-b", "-o"), ("rz", "-q", "-b", "-y")),
    "zmodem-escaped": Way(ZmodemDriver, ("sz", "-q", "-b", "-e"), ("rz", "-q", "-b", "-e")),
}
NOISY = [name for name in WAYS if name not in ("xmodem", "zmodem-escaped")]
"""A sum of eight bits misses one damage in 256; and `rz -e` gives up at the first damage of a fast
line, from `sz` as well: so many escapes look like headers to it."""


@dataclass
class Attempt:
    """What came of a transfer: the files by name, the exit status, and what was raised."""

    files: dict[str, bytes] = field(default_factory=dict)
    status: int | None = None
    error: DriverError | None = None


def pull_from(
    way: Way,
    folder: Path,
    files: dict[str, bytes],
    line: Line | None = None,
    scratch: Path | None = None,
) -> Attempt:
    """lrzsz sends the files from `folder`, we pull them."""
    for name, data in files.items():
        (folder / name).write_bytes(data)
        os.utime(folder / name, (MTIME_S, MTIME_S))
    attempt = Attempt()
    with running_peer([*way.send, *files], folder, line) as peer:
        try:
            taken = pull_all(way.driver(scratch), peer.link)
        except DriverError as error:
            attempt.error = error
        else:
            names = list(files) if not way.names else [file.name for file in taken]
            attempt.files = {name: file.data for name, file in zip(names, taken, strict=True)}
            attempt.status = peer.wait()
    return attempt


def push_to(way: Way, folder: Path, files: dict[str, bytes], line: Line | None = None) -> Attempt:
    """We push the files, lrzsz receives them into `folder`."""
    target = [] if way.names else list(files)
    attempt = Attempt()
    sent = [TerminalFile(name, data, MTIME_S * 1000) for name, data in files.items()]
    with running_peer([*way.receive, *target], folder, line) as peer:
        try:
            push_all(way.driver(None), peer.link, sent)
        except DriverError as error:
            attempt.error = error
        else:
            attempt.status = peer.wait()
            attempt.files = {path.name: path.read_bytes() for path in folder.iterdir()}
    return attempt


def pull_until_done(
    folder: Path, scratch: Path, data: bytes, cuts: Sequence[int], seed: int = 1
) -> Attempt:
    """ZMODEM that is cut after so many bytes (both ways together) again and again, then is not."""
    way = WAYS["zmodem"]
    for cut in cuts:
        line = Line(cut_at=cut, seed=seed)
        pull_from(way, folder, {"day.dat": data}, line, scratch)
    return pull_from(way, folder, {"day.dat": data}, None, scratch)


def push_until_done(folder: Path, data: bytes, cuts: Sequence[int]) -> Attempt:
    """The same the other way: what `rz` kept it may go on from, with `-r`."""
    way = replace(WAYS["zmodem"], receive=("rz", "-q", "-b", "-r"))
    for cut in cuts:
        push_to(way, folder, {"day.dat": data}, Line(cut_at=cut))
    return push_to(way, folder, {"day.dat": data})
