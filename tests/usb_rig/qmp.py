"""Talks to QEMU's monitor (QMP): one command at a time, and waits for events."""

import json
import socket
import time
from pathlib import Path
from typing import Any

ANSWER_S = 30.0


class MonitorError(Exception):
    """QEMU refused a command, or is gone."""


class Monitor:
    """An open monitor. Events that come while an answer is waited for are kept."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(ANSWER_S)
        self._socket.connect(str(path))
        self._lines = self._socket.makefile("r", encoding="utf-8")
        self._events: list[dict[str, Any]] = []
        self._read()  # the greeting
        self.do("qmp_capabilities")

    def do(self, command: str, **arguments: Any) -> Any:
        """Carry out one command. Raises MonitorError."""
        message = {"execute": command, "arguments": arguments}
        self._socket.sendall(json.dumps(message).encode())
        while True:
            answer = self._read()
            if "event" in answer:
                self._events.append(answer)
            elif "error" in answer:
                raise MonitorError(f"{command}: {answer['error']['desc']}")
            else:
                return answer["return"]

    def wait_for(self, event: str, **data: Any) -> None:
        """Return when `event` has come with at least these data. Raises MonitorError."""
        ends_s = time.monotonic() + ANSWER_S
        while time.monotonic() < ends_s:
            for seen in self._events:
                if seen["event"] == event and data.items() <= seen.get("data", {}).items():
                    self._events.remove(seen)
                    return
            answer = self._read()
            if "event" in answer:
                self._events.append(answer)
        raise MonitorError(f"no {event} within {ANSWER_S:.0f} s")

    def close(self) -> None:
        self._lines.close()
        self._socket.close()

    def _read(self) -> dict[str, Any]:
        try:
            line = self._lines.readline()
        except OSError as error:
            raise MonitorError(f"no answer: {error}") from error
        if not line:
            raise MonitorError("QEMU is gone")
        answer: dict[str, Any] = json.loads(line)
        return answer
