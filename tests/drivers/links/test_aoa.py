"""Android devices become accessories, and our own protocol runs over them unchanged."""

from pathlib import Path

import pytest

from drivers.errors import LinkLost, PortDenied, PortInvalid, PortMissing
from drivers.links import aoa
from drivers.links.aoa import STRINGS, ask_version, introduce, version_of
from drivers.links.usb import open_usb
from drivers.links.usb_backend import Bus
from drivers.protocols.docking.batch import open_batch
from tests.support.desks import open_desk
from tests.support.terminals import running_handheld
from tests.support.usb.androids import ACCESSORY, Android, app_before, plugged_in
from tests.support.usb.virtual_backend import Device, Function, bus_of, denied, gone


class Echo(Function):
    def taken(self, transfer: bytes) -> None:
        self.host.send(transfer)


def test_the_requests_are_those_of_the_document() -> None:
    asked = ask_version()
    assert (asked.kind, asked.number, asked.index, asked.wanted_bytes) == (0xC0, 51, 0, 2)
    *told, start = introduce()
    assert [(each.kind, each.number) for each in told] == [(0x40, 52)] * len(told)
    assert {each.index: each.data for each in told} == {
        index: text.encode() + b"\0" for index, text in enumerate(STRINGS) if text
    }
    assert all(len(each.data) <= 256 for each in told)
    assert (start.kind, start.number, start.data, start.wanted_bytes) == (0x40, 53, b"", 0)
    assert [version_of(answer) for answer in (b"\2\0", b"\0\0", b"", b"\1", b"\1\0\0")] == [
        2, 0, 0, 0, 0,
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["R58M", "@1-2"])
def test_a_device_is_switched_and_carries_bytes(name: str) -> None:
    android = Android(Echo())
    backend = plugged_in(android)
    with open_usb(f"aoa:{name}", Bus(backend)) as link:
        link.write(bytes(1024))
        assert link.read(2000, 5.0) == bytes(1024)
        assert backend.devices[-1].claimed == {0}
    assert android.strings[0] == b"Tallydock\0"
    assert [device.opened for device in backend.devices] == [0, 0]


def test_a_device_that_is_an_accessory_already_is_not_asked_again() -> None:
    device = Device((0x18D1, 0x2D00), "R58M", (ACCESSORY,), Echo())
    with open_usb("aoa:R58M", bus_of(device)) as link:
        link.write(b"x")
        assert link.read(1, 5.0) == b"x"


@pytest.mark.parametrize("android", [Android(Echo(), version=0), Function()])
def test_a_device_that_knows_no_accessories_says_so(android: Function) -> None:
    device = Device((0x04E8, 0x6860), "R58M", function=android)
    with pytest.raises(PortInvalid) as caught:
        open_usb("aoa:R58M", bus_of(device))
    assert caught.value.fields["reason"] == "this device cannot be an accessory"
    assert device.opened == 0


def test_a_device_that_does_not_come_back_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aoa, "RETURN_S", 0.05)
    monkeypatch.setattr(aoa, "PAUSE_S", 0.01)
    with pytest.raises(PortMissing):
        open_usb("aoa:R58M", Bus(plugged_in(Android(Echo(), returns=False))))


def test_a_device_may_be_denied_until_the_system_has_seen_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(aoa, "PAUSE_S", 0.01)
    backend = plugged_in(Android(Echo()))
    honest, tries = backend.open_device, []

    def open_device(device: Device) -> Device:
        if device.usb_id[0] == 0x18D1:
            tries.append(device)
            if len(tries) < 4:
                raise denied()
        return honest(device)

    monkeypatch.setattr(backend, "open_device", open_device)
    with open_usb("aoa:R58M", Bus(backend)) as link:
        link.write(b"x")
    assert len(tries) == 4


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        ({"open_fails": denied()}, PortDenied),
        ({"open_fails": gone()}, PortMissing),
        ({"device_class": 9}, PortMissing),  # a hub is left alone
    ],
)
def test_a_device_that_cannot_be_opened_says_why(
    state: dict[str, object], kind: type[Exception]
) -> None:
    with pytest.raises(kind):
        open_usb("aoa:R58M", Bus(plugged_in(Android(Echo()), **state)))


def test_nobody_is_asked_without_a_name() -> None:
    android = Android(Echo())
    with pytest.raises(PortInvalid):
        open_usb("aoa:", Bus(plugged_in(android)))
    assert android.strings == {}


def test_a_handheld_docks_over_it_with_every_record(tmp_path: Path) -> None:
    with (
        running_handheld(
            tmp_path, port="tcp://127.0.0.1:0", scenario="day", terminal=12
        ) as handheld,
        app_before(handheld.port) as app,
        open_desk(tmp_path / "desk.sqlite") as desk,
        open_usb("aoa:R58M", Bus(plugged_in(Android(app)))) as link,
    ):
        docked = desk.dock(link)
        summary = handheld.summary()
    records = open_batch(docked.uploads[0].data).records
    assert docked.info.terminal == 12
    assert len(records) == docked.info.last_seq == summary["sent"] > 40
    assert summary["safe"]


def test_a_handheld_that_is_pulled_out_goes_on_at_the_next_docking(tmp_path: Path) -> None:
    with (
        running_handheld(tmp_path, port="tcp://127.0.0.1:0", scenario="day") as handheld,
        open_desk(tmp_path / "desk.sqlite") as desk,
    ):
        with app_before(handheld.port) as app:
            backend = plugged_in(Android(app))
            with open_usb("aoa:R58M", Bus(backend)) as link:
                backend.devices[-1].cut_after = 1800
                with pytest.raises(LinkLost):
                    desk.dock(link)
        with (
            app_before(handheld.port) as app,
            open_usb("aoa:R58M", Bus(plugged_in(Android(app)))) as link,
        ):
            docked = desk.dock(link)
    assert docked.uploads
