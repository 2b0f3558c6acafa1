"""Runs what the host asks for, each in a process of its own, and tells it how that ended."""

import importlib
import io
import json
import os
import signal
import threading
import traceback
from pathlib import Path
from typing import Any, BinaryIO, TextIO, cast

PORT_NAME = "agent"
EARLY = ("drivers.registry",)
"""Imported once, for all the processes that are forked from this one."""


class Refused(Exception):
    """The host could not do what it was asked for."""


class Host:
    """What a scenario asks of the machine that it runs on; the words are those of `host.py`."""

    def __init__(self, port: TextIO) -> None:
        self._port = port
        self._alone = threading.Lock()

    def ask(self, word: str, **arguments: Any) -> Any:
        """Raises Refused."""
        with self._alone:
            _say(self._port, {"ask": word, "with": arguments})
            answer = json.loads(self._port.readline())
        if "refused" in answer:
            raise Refused(answer["refused"])
        return answer["answer"]


def main() -> None:
    port = _open_port()
    for name in EARLY:
        importlib.import_module(name)
    port.write("ready\n")
    port.flush()
    while line := port.readline():
        told = json.loads(line)
        child = os.fork()
        if child == 0:
            os.setsid()
            signal.alarm(int(told["limit_s"]))
            os._exit(_run(port, told))
        _, status = os.waitpid(child, 0)
        if status:
            _say(
                port, {"failed": f"ended by {os.waitstatus_to_exitcode(status)} (-14: time is up)"}
            )
        _kill_session(child)


def _run(port: TextIO, told: dict[str, Any]) -> int:
    try:
        result = importlib.import_module(told["module"]).run(Host(port), **told["arguments"])
        _say(port, {"result": result})
    except BaseException:  # noqa: BLE001 - it is told to the host
        _say(port, {"failed": traceback.format_exc()})
    return 0


def _say(port: TextIO, message: dict[str, Any]) -> None:
    port.write(json.dumps(message) + "\n")
    port.flush()


def _open_port() -> TextIO:
    for name in Path("/sys/class/virtio-ports").glob("*/name"):
        if name.read_text().strip() == PORT_NAME:
            raw = io.FileIO(f"/dev/{name.parent.name}", "r+")
            return cast(TextIO, io.TextIOWrapper(cast(BinaryIO, io.BufferedRWPair(raw, raw))))
    raise RuntimeError("no port to the host")


def _kill_session(session: int) -> None:
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
            if int(fields[3]) == session:
                os.kill(int(stat.parent.name), signal.SIGKILL)
        except (FileNotFoundError, ProcessLookupError):
            continue


if __name__ == "__main__":
    main()
