"""Scanners are woken through DTR, where there is such a line."""

import errno
from pathlib import Path

import pytest
import serial

from drivers.contract import SerialSettings
from drivers.errors import Diverged, LinkLost
from drivers.links.recording import RecordingLink
from drivers.links.replay import open_replay
from drivers.links.serial import SerialLink, open_serial
from drivers.links.waking import Waking, wake
from tests.support.terminals_of_others.stand import Plug, on_the_stand


def silent(plug: Plug) -> None:
    """A port with nothing on it."""


class Port(serial.Serial):
    """A port that is not open and notes what is done to its DTR."""

    def __init__(self, error: OSError | None = None) -> None:
        super().__init__()
        self.levels: list[bool] = []
        self._error = error

    @property
    def dtr(self) -> bool:
        return self.levels[-1]

    @dtr.setter
    def dtr(self, level: bool) -> None:
        if self._error:
            raise self._error
        self.levels.append(level)


def test_dtr_goes_low_and_stays_high() -> None:
    port = Port()
    wake(SerialLink(port, "x"), 0.001, 0.001)
    assert port.levels == [False, True]


@pytest.mark.parametrize("number", [errno.ENOTTY, errno.EINVAL])
def test_a_port_without_modem_lines_is_left_as_it_is(number: int) -> None:
    wake(SerialLink(Port(OSError(number, "none")), "x"), 9.0, 9.0)


def test_a_port_that_went_away_is_lost() -> None:
    with pytest.raises(LinkLost):
        wake(SerialLink(Port(OSError(errno.EIO, "gone")), "x"), 9.0, 9.0)


def test_a_pseudo_terminal_is_used_as_before() -> None:
    with on_the_stand(silent) as path, open_serial(path, SerialSettings()) as link:
        assert isinstance(link, Waking)
        wake(link, 9.0, 9.0)
        link.write(b"still open")


def test_waking_is_recorded_and_replayed(tmp_path: Path) -> None:
    file = tmp_path / "scanner.traffic"
    with (
        on_the_stand(silent) as path,
        RecordingLink(open_serial(path, SerialSettings()), file.open("wb")) as link,
    ):
        wake(link, 0.001, 0.001)
        link.write(b"hello")
    played = open_replay(file)
    wake(played, 0.001, 0.001)
    played.write(b"hello")
    with pytest.raises(Diverged):
        open_replay(file).write(b"hello")
