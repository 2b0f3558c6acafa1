"""What a scenario inside may ask of the machine that it runs on: plug, pull, and play terminals."""

import hashlib
import json
import select
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from tests.usb_rig.content import content
from tests.usb_rig.keys import handheld_options
from tests.usb_rig.machine import ROOT, Machine, die_with_parent

READ_BYTES: Final = 65_536
END_S: Final = 20.0


class Cable:
    """Passes bytes between two sockets in a thread of its own, until it is pulled."""

    def __init__(self, plug: socket.socket, terminal: socket.socket, pull_after: int) -> None:
        """`pull_after`: so many bytes from the terminal; 0 is never."""
        self._ends = {plug: terminal, terminal: plug}
        self._terminal = terminal
        self._left = pull_after or sys.maxsize
        self._wake, self._sleeper = socket.socketpair()
        self._thread = threading.Thread(target=self._pass, daemon=True)
        self._thread.start()

    def pull(self) -> None:
        self._wake.close()
        self._thread.join(END_S)
        self._sleeper.close()

    def _pass(self) -> None:
        with suppress(OSError):
            while self._left > 0:
                readable, _, _ = select.select([*self._ends, self._sleeper], [], [])
                if self._sleeper in readable:
                    break
                for end in readable:
                    data = end.recv(min(READ_BYTES, self._left))
                    if not data:
                        self._left = 0
                    if end is self._terminal:
                        self._left -= len(data)
                    self._ends[end].sendall(data)
        for end in self._ends:
            end.close()


class Handheld:
    """A simulated terminal that waits at a TCP port of this machine."""

    def __init__(self, store: Path, options: list[str]) -> None:
        command = [sys.executable, "-m", "drivers.devices.simulated", "tcp://127.0.0.1:0"]
        command += ["--store", str(store), *handheld_options(store.parent), *options]
        self.process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            preexec_fn=die_with_parent,  # noqa: PLW1509 - it starts nothing before
        )
        self.port = int(self.said()["port"].rpartition(":")[2])

    def said(self) -> dict[str, Any]:
        """The next line of it: where it is, then one for each docking that was completed."""
        assert self.process.stdout is not None
        if not select.select([self.process.stdout], [], [], END_S)[0]:
            raise TimeoutError("the handheld says nothing")
        said: dict[str, Any] = json.loads(self.process.stdout.readline())
        return said

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


class Host:
    """All that a scenario has plugged in; `tidy` takes it out again.

    Content is told as [seed, bytes], so that both sides can make it and only digests are sent.
    """

    def __init__(self, machine: Machine) -> None:
        self._monitor = machine.monitor
        self._folder = machine.folder
        self._handhelds: dict[str, Handheld] = {}
        self._cables: dict[str, Cable] = {}
        self._plugged: list[str] = []
        self._undo: list[Callable[[], object]] = []
        self._words: dict[str, Callable[..., Any]] = {
            "handheld": self.start_handheld,
            "said": lambda name: self._handhelds[name].said(),
            "plug_serial": self.plug_serial,
            "join": self.join,
            "part": lambda name: self._cables.pop(name).pull(),
            "fill": self.fill,
            "digests": self.digests,
            "plug_mtp": self.plug_mtp,
            "plug_disk": self.plug_disk,
            "unplug": self.unplug,
        }

    def answer(self, word: str, arguments: dict[str, Any]) -> Any:
        """Do what the scenario asks for."""
        return self._words[word](**arguments)

    def start_handheld(self, name: str, options: list[str]) -> None:
        """Start a terminal whose store survives until the end of the run."""
        self._handhelds[name] = Handheld(self._folder / f"{name}.sqlite", options)

    def plug_serial(self, name: str, serial: str) -> None:
        """An FTDI converter; it hangs on the bus while something is joined to it."""
        socket_address = {"type": "unix", "data": {"path": str(self._folder / f"{name}.line")}}
        backend = {"addr": socket_address, "server": True, "wait": False}
        self._monitor.do("chardev-add", id=name, backend={"type": "socket", "data": backend})
        self._plug(name, "usb-serial", chardev=name, serial=serial)
        self._undo.append(lambda: self._monitor.do("chardev-remove", id=name))

    def join(self, name: str, pull_after: int = 0) -> None:
        """Join the converter and the terminal of that name, so that it is on the bus.

        It is pulled off again after so many bytes of the terminal; 0 is never.
        """
        if old := self._cables.pop(name, None):
            old.pull()
        plug = socket.socket(socket.AF_UNIX)
        plug.connect(str(self._folder / f"{name}.line"))
        terminal = socket.create_connection(("127.0.0.1", self._handhelds[name].port))
        terminal.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._cables[name] = Cable(plug, terminal, pull_after)

    def fill(self, folder: str, files: dict[str, list[int]]) -> dict[str, str]:
        """Write files of [seed, bytes] into a folder of this machine; their SHA-256 by name."""
        place = self._folder / folder
        place.mkdir(parents=True, exist_ok=True)
        for name, (seed, size) in files.items():
            (place / name).write_bytes(content(seed, size))
        return self.digests(folder)

    def digests(self, folder: str) -> dict[str, str]:
        """SHA-256 of what is in the folder now."""
        files = sorted(each for each in (self._folder / folder).iterdir() if each.is_file())
        return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}

    def plug_mtp(self, name: str, folder: str, serial: str) -> None:
        """A media player (MTP) whose memory is that folder."""
        place = str(self._folder / folder)
        self._plug(name, "usb-mtp", rootdir=place, desc=folder, readonly=False, serial=serial)

    def plug_disk(self, name: str, size_mb: int) -> None:
        """A stick. What was written on it is there again when it is plugged in again."""
        image = self._folder / f"{name}.disk"
        if not image.exists():
            with image.open("wb") as file:
                file.truncate(size_mb * 1_000_000)
            drive = {"driver": "raw", "file": {"driver": "file", "filename": str(image)}}
            self._monitor.do("blockdev-add", **drive, **{"node-name": name})
            self._undo.append(lambda: self._monitor.do("blockdev-del", **{"node-name": name}))
        self._plug(name, "usb-storage", drive=name, removable=True)

    def unplug(self, name: str) -> None:
        """Pull it; returns when it is gone from the bus."""
        self._plugged.remove(name)
        self._monitor.do("device_del", id=name)
        self._monitor.wait_for("DEVICE_DELETED", device=name)

    def tidy(self) -> None:
        """Take everything out and stop all terminals."""
        for cable in self._cables.values():
            cable.pull()
        for handheld in self._handhelds.values():
            handheld.stop()
        for name in self._plugged[:]:
            self.unplug(name)
        for undo in reversed(self._undo):
            undo()

    def _plug(self, name: str, driver: str, **properties: Any) -> None:
        self._monitor.do("device_add", driver=driver, id=name, bus="usb.0", **properties)
        self._plugged.append(name)
