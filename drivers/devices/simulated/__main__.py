"""The command line of the simulated handheld: `tallydock-handheld`."""

import argparse
import random
import signal
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path

from drivers.contract import Link
from drivers.devices.simulated.day import make_day
from drivers.devices.simulated.faults import Faults, FaultyLink, Rebooted, read_faults
from drivers.devices.simulated.greeting import MODEL
from drivers.devices.simulated.hostile import ATTACKS, Rogue
from drivers.devices.simulated.impostors import chatter, stay_silent
from drivers.devices.simulated.joining import Joining
from drivers.devices.simulated.photos import add_photos
from drivers.devices.simulated.ports import Port, open_port
from drivers.devices.simulated.saying import say
from drivers.devices.simulated.sealing import read_batch_file
from drivers.devices.simulated.serving import Handheld
from drivers.devices.simulated.store import Identity, TerminalStore
from drivers.devices.simulated.trust import Trust
from drivers.errors import LinkError, LinkLost
from drivers.protocols.docking.batch import Batch

SCENARIOS = ("empty", "day", "chatter", "silent", *ATTACKS)


def command_line(arguments: Sequence[str] | None = None) -> int:
    """Run a handheld until it is told to end. Returns 0; 2 for wrong usage, 3 for a bad port."""
    for told in (signal.SIGTERM, signal.SIGINT):  # Ctrl+C at a demo reaches its handhelds too
        signal.signal(told, lambda *_: sys.exit(0))
    options = _parser().parse_args(arguments)
    with tempfile.TemporaryDirectory() as nowhere:
        # Without a store of its own it leaves nothing behind.
        path = options.store or Path(nowhere) / "handheld.sqlite"
        try:
            faults = read_faults(options.fault)
            store, trust = _prepare(options, path, faults)
            joining = Joining(store, trust, MODEL, options.pair)
        except (ValueError, OSError, sqlite3.Error) as error:  # a BatchError is a ValueError
            sys.stderr.write(f"tallydock-handheld: {error}\n")
            return 2
        clock = _clock(faults)
        handheld = Handheld(store, trust, path.parent, faults, clock, joining)
        impostor = {"chatter": chatter, "silent": stay_silent}.get(options.scenario)
        if options.scenario in ATTACKS:
            impostor = Rogue(store, trust, options.scenario, clock, options.seed).serve
        return _run(options, handheld, faults, impostor)


def _prepare(
    options: argparse.Namespace, path: Path, faults: Faults
) -> tuple[TerminalStore, Trust]:
    batches = [read_batch_file(each) for each in options.load]
    if options.clone:
        _copy(options.clone, path)
    store = TerminalStore(path, _identity(options, [batch for batch, _ in batches]))
    trust = Trust.beside(path)
    if options.key:
        trust.take_key(options.key.read_bytes())
    if options.desk:
        trust.believe(options.desk.read_bytes())
    for _, records in batches:
        store.add(records)
    known = store.identity()
    if options.scenario == "day" and known.last_seq == 0:
        store.add(make_day(known, _clock(faults)(), options.seed))
    add_photos(store, options.photos, options.photo_bytes, _clock(faults)(), options.seed)
    return store, trust


def _copy(original: Path, path: Path) -> None:
    """The store of another handheld, with its key and its desk, as a thief would copy it."""
    for suffix in (".sqlite", ".sqlite-wal", ".key", ".desk"):
        if (source := original.with_suffix(suffix)).exists():
            path.with_suffix(suffix).write_bytes(source.read_bytes())


def _run(
    options: argparse.Namespace,
    handheld: Handheld,
    faults: Faults,
    impostor: Callable[[Link], None] | None,
) -> int:
    try:
        with open_port(options.port) as port:
            say({"port": port.address})
            if impostor:
                _serve_badly(port, impostor)
            _serve(port, handheld, faults, options.seed, options.once)
    except LinkError as error:
        sys.stderr.write(f"tallydock-handheld: {error}\n")
        return 3
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tallydock-handheld",
        description="A handheld terminal made of code. Example: tallydock-handheld pty "
        "--store one.sqlite --scenario day",
    )
    parser.add_argument(
        "port", help="pty, pty:LINKPATH, tcp://host:port, a device path or a pyserial URL"
    )
    parser.add_argument("--store", type=Path, help="file that keeps everything (default: none)")
    parser.add_argument("--load", type=Path, action="append", default=[], metavar="BATCHFILE",
                        help="put the records of a sealed batch in as unsent ones; again and again "
                        "adds nothing")  # fmt: skip
    parser.add_argument("--branch", type=int, help="default: as loaded, else 1")
    parser.add_argument("--terminal", type=int, help="default: as loaded, else 1")
    parser.add_argument("--serial", help="serial number (default: made of branch and terminal)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--scenario", choices=SCENARIOS, default="empty",
                        help="day: a working day in an empty store; chatter and silent are no "
                        "terminals at all. Paired and hostile: bomb (inflates to 1 GiB), endless "
                        "(uploads without end), liar (sizes and digests are not true), deep (a "
                        "list in a list in a list), babble (messages at random), giant (lengths "
                        "near 4 GiB)")  # fmt: skip
    parser.add_argument("--fault", action="append", default=[], metavar="NAME=VALUE",
                        help="cut=BYTES reboot=BYTES stall=BYTES flip=RATE drop=RATE dup=RATE "
                        "delay=SECONDS clock=SECONDS badtotals=1 full=1 battery=PERCENT"
                        )  # fmt: skip
    parser.add_argument("--pair", default="", metavar="TEXT",
                        help="be paired: the text of the desk's QR code, or digits")  # fmt: skip
    parser.add_argument("--key", type=Path, help="PEM file of key and certificate to use")
    parser.add_argument("--desk", type=Path, help="certificate (DER) of the desk to believe")
    parser.add_argument("--clone", type=Path, metavar="STORE", help="be a copy of another one")
    parser.add_argument("--photos", type=int, default=0, help="so many photos to upload")
    parser.add_argument("--photo-bytes", type=int, default=100_000)
    parser.add_argument("--once", action="store_true", help="end after one completed session")
    return parser


def _identity(options: argparse.Namespace, batches: Sequence[Batch]) -> Identity:
    """Who an empty store becomes. Raises ValueError if the batches are of several terminals."""
    headers = [batch.header for batch in batches]
    owners = {(header.branch, header.terminal, header.epoch) for header in headers}
    if len(owners) > 1:
        raise ValueError("the batches to load are not of one terminal and epoch")
    branch, terminal, epoch = owners.pop() if owners else (1, 1, 1)
    branch = branch if options.branch is None else options.branch
    terminal = terminal if options.terminal is None else options.terminal
    serial = options.serial or f"SIM-{branch:04}-{terminal:04}"
    return Identity(branch, terminal, epoch, serial, headers[0].person if headers else "S01")


def _clock(faults: Faults) -> Callable[[], int]:
    return lambda: time.time_ns() // 1_000_000 + faults.clock * 1000


def _serve(port: Port, handheld: Handheld, faults: Faults, seed: int, once: bool) -> None:
    dice = random.Random(seed)  # noqa: S311 - faults, not secrets
    for plain in port.links():
        link = FaultyLink(plain, faults, dice)
        try:
            for summary in handheld.serve(link):
                say(asdict(summary))
                if once:
                    return
        except LinkLost:  # the desk went; the next one is welcome
            pass
        except Rebooted:
            faults = replace(faults, reboot=0)


def _serve_badly(port: Port, impostor: Callable[[Link], None]) -> None:
    for link in port.links():
        with suppress(LinkLost):
            impostor(link)


if __name__ == "__main__":
    sys.exit(command_line())
