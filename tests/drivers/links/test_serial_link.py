"""Serial links over real pseudo terminals."""

import os
import termios
import threading
import tty
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

import pytest

from drivers.contract import SerialSettings
from drivers.errors import LinkLost, PortBusy, PortInvalid, PortMissing
from drivers.links.serial import open_serial


@dataclass
class Pair:
    """A pseudo terminal: `master` is the device's end, `path` the port."""

    master: int
    slave: int
    path: str

    def hang_up(self) -> None:
        for handle in (self.master, self.slave):
            with suppress(OSError):
                os.close(handle)


@pytest.fixture
def pair() -> Iterator[Pair]:
    master, slave = os.openpty()
    tty.setraw(slave)
    pair = Pair(master, slave, os.ttyname(slave))
    yield pair
    pair.hang_up()


def read_all(master: int, size: int) -> bytes:
    arrived = b""
    while len(arrived) < size:
        arrived += os.read(master, 65_536)
    return arrived


def test_bytes_pass_unchanged_both_ways(pair: Pair) -> None:
    every_byte = bytes(range(256))
    with open_serial(pair.path, SerialSettings(baud=9600)) as link:
        link.write(every_byte)
        assert read_all(pair.master, 256) == every_byte
        os.write(pair.master, every_byte)
        assert link.read(100, 1.0) == every_byte[:100]
        assert link.read(1000, 1.0) == every_byte[100:]


def test_a_read_ends_when_its_time_is_over(pair: Pair) -> None:
    with open_serial(pair.path, SerialSettings()) as link:
        began_s = link.now_s()
        assert link.read(10, 0.05) == b""
        assert 0.05 <= link.now_s() - began_s < 1.0
        assert link.read(10, 0.0) == b""


def test_much_is_written_whole_while_as_much_arrives(pair: Pair) -> None:
    amount = 300_000

    def echo() -> None:
        left = amount
        while left:
            data = os.read(pair.master, 4096)
            left -= len(data)
            while data:
                data = data[os.write(pair.master, data) :]

    thread = threading.Thread(target=echo)
    thread.start()
    sent = os.urandom(amount)
    with open_serial(pair.path, SerialSettings()) as link:
        link.write(sent)
        arrived = b""
        while len(arrived) < amount:
            arrived += link.read(65_536, 1.0)
    thread.join()
    assert arrived == sent


def test_a_port_that_is_open_elsewhere_is_busy_until_it_is_closed(pair: Pair) -> None:
    with open_serial(pair.path, SerialSettings()), pytest.raises(PortBusy) as caught:
        open_serial(pair.path, SerialSettings())
    assert caught.value.fields["port"] == pair.path
    open_serial(pair.path, SerialSettings()).close()


@pytest.mark.parametrize("parity", ["O", "E", "N"])
def test_a_pseudo_terminal_is_opened_again_and_again_with_parity(pair: Pair, parity: str) -> None:
    for _ in range(3):
        with open_serial(pair.path, SerialSettings(9600, 7, parity)) as link:
            link.write(b"\xff")
            assert read_all(pair.master, 1) == b"\xff"


def test_settings_that_a_port_refuses_are_told(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise termios.error(22, "Invalid argument")

    monkeypatch.setattr("serial.serialposix.termios.tcsetattr", refuse)
    with pytest.raises(PortInvalid) as caught:
        open_serial(pair.path, SerialSettings(parity="O"))
    assert caught.value.fields["port"] == pair.path


def test_a_line_that_is_hung_up_is_lost(pair: Pair) -> None:
    with open_serial(pair.path, SerialSettings()) as link:
        pair.hang_up()
        with pytest.raises(LinkLost) as caught:
            link.read(10, 1.0)
        with pytest.raises(LinkLost):
            link.write(b"anybody there?")
    assert caught.value.fields["port"] == pair.path
    with pytest.raises(PortMissing):
        open_serial(pair.path, SerialSettings())


def test_closing_twice_does_nothing(pair: Pair) -> None:
    link = open_serial(pair.path, SerialSettings())
    link.close()
    link.close()
