"""A USB bus made of code, behind the interface that pyusb has for libraries such as libusb.

Devices have descriptors, and a function that is told what the host sends. Packets, short packets
and empty ones are as on a real bus: a transfer ends with a packet that is not full.
"""

# ruff: noqa: ARG002 - the signatures are those of pyusb

import errno
import threading
import time
from array import array
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from usb.backend import IBackend
from usb.core import USBError, USBTimeoutError

from drivers.links.usb_backend import Bus

BULK, INTERRUPT = 2, 3


def gone() -> USBError:
    return USBError("No such device (it may have been disconnected)", -4, errno.ENODEV)


def denied() -> USBError:
    return USBError("Access denied (insufficient permissions)", -3, errno.EACCES)


def busy() -> USBError:
    return USBError("Resource busy", -6, errno.EBUSY)


def halted() -> USBError:
    return USBError("Pipe error", -9, errno.EPIPE)


def overflow() -> USBError:
    return USBError("Overflow", -8, errno.EOVERFLOW)


def late() -> USBTimeoutError:
    return USBTimeoutError("Operation timed out", -7, errno.ETIMEDOUT)


class Function:
    """What a device does. This one swallows everything."""

    host: "HostSide"

    def taken(self, transfer: bytes) -> None:
        """A whole transfer of the host has come."""

    def arrived(self, packet: bytes) -> bool:
        """One packet has come; False while there is no room for it."""
        return True

    def control(self, kind: int, number: int, value: int, index: int, data: bytes) -> bytes | None:
        """Answer a request that is not of the standard ones; None halts it."""
        return None


@dataclass
class HostSide:
    """What waits for the host to fetch it."""

    packet_bytes: int = 512
    packets: deque[bytes | USBError] = field(default_factory=deque)
    ready: threading.Condition = field(default_factory=threading.Condition)

    def send(self, transfer: bytes, *, ends: bool = True) -> None:
        """Queue a transfer; without an end a full last packet is followed by no empty one."""
        size = self.packet_bytes
        with self.ready:
            for at in range(0, len(transfer), size):
                self.packets.append(transfer[at : at + size])
            if ends and len(transfer) % size == 0:
                self.packets.append(b"")
            self.ready.notify_all()

    def fail(self, error: USBError) -> None:
        """What the next fetch of the host ends in."""
        with self.ready:
            self.packets.append(error)
            self.ready.notify_all()


@dataclass
class Interface:
    """One alternate setting of an interface, with (address, kind, packet size) of endpoints."""

    kind: tuple[int, int, int]
    endpoints: tuple[tuple[int, int, int], ...] = ((0x81, BULK, 512), (0x02, BULK, 512))
    number: int = 0
    alternate: int = 0
    name: str = ""


@dataclass(eq=False)
class Device:
    """A device at a place of the bus."""

    usb_id: tuple[int, int]
    serial: str = ""
    interfaces: tuple[Interface, ...] = (Interface((0xFF, 0x54, 0x44)),)
    function: Function = field(default_factory=Function)
    ports: tuple[int, ...] | None = (1,)
    device_class: int = 0
    bus: int = 1
    address: int = 1
    configurations: int = 1
    active: int = 1
    drivers: set[int] = field(default_factory=set)
    open_fails: USBError | None = None
    claim_fails: USBError | None = None
    cut_after: int | None = None
    """So many bytes go to the host, then the cable is pulled."""

    def __post_init__(self) -> None:
        self.is_gone = False
        self.host = HostSide(self.interfaces[0].endpoints[0][2] if self.interfaces else 512)
        self.function.host = self.host
        self.sent = 0
        self.pending = b""
        self.opened = 0
        self.claimed: set[int] = set()
        self.alternate_set: list[tuple[int, int]] = []
        self.halts_cleared: list[int] = []

    def pull_out(self) -> None:
        self.is_gone = True
        with self.host.ready:
            self.host.ready.notify_all()

    def strings(self) -> list[str]:
        return ["", self.serial, *(each.name for each in self.interfaces)]


class VirtualBackend(IBackend):  # type: ignore[misc]
    """Lists `devices`, also those that were pulled out a moment ago, as libusb does."""

    def __init__(self, *devices: Device) -> None:
        self.devices = list(devices)

    def enumerate_devices(self) -> Iterator[Device]:
        return iter(list(self.devices))

    def get_device_descriptor(self, dev: Device) -> Any:
        return SimpleNamespace(
            idVendor=dev.usb_id[0],
            idProduct=dev.usb_id[1],
            bDeviceClass=dev.device_class,
            iSerialNumber=1 if dev.serial else 0,
            bNumConfigurations=dev.configurations,
            bus=dev.bus,
            address=dev.address,
            port_numbers=dev.ports,
        )

    def get_configuration_descriptor(self, dev: Device, config: int) -> Any:
        if config >= dev.configurations:
            raise IndexError(config)
        numbers = {each.number for each in dev.interfaces}
        return SimpleNamespace(bNumInterfaces=len(numbers), bConfigurationValue=config + 1)

    def get_interface_descriptor(self, dev: Device, intf: int, alt: int, config: int) -> Any:
        numbers = sorted({each.number for each in dev.interfaces})
        settings = [each for each in dev.interfaces if each.number == numbers[intf]]
        each = settings[alt]
        return SimpleNamespace(
            bInterfaceNumber=each.number,
            bAlternateSetting=each.alternate,
            bNumEndpoints=len(each.endpoints),
            bInterfaceClass=each.kind[0],
            bInterfaceSubClass=each.kind[1],
            bInterfaceProtocol=each.kind[2],
            iInterface=2 + dev.interfaces.index(each) if each.name else 0,
            endpoints=each.endpoints,
        )

    def get_endpoint_descriptor(
        self, dev: Device, ep: int, intf: int, alt: int, config: int
    ) -> Any:
        about = self.get_interface_descriptor(dev, intf, alt, config)
        address, kind, size = about.endpoints[ep]
        return SimpleNamespace(bEndpointAddress=address, bmAttributes=kind, wMaxPacketSize=size)

    def open_device(self, dev: Device) -> Device:
        if dev.is_gone:
            raise gone()
        if dev.open_fails:
            raise dev.open_fails
        dev.opened += 1
        return dev

    def close_device(self, dev_handle: Device) -> None:
        dev_handle.opened -= 1

    def get_configuration(self, dev_handle: Device) -> int:
        return dev_handle.active

    def set_configuration(self, dev_handle: Device, config_value: int) -> None:
        dev_handle.active = config_value

    def set_interface_altsetting(self, dev_handle: Device, intf: int, altsetting: int) -> None:
        dev_handle.alternate_set.append((intf, altsetting))

    def claim_interface(self, dev_handle: Device, intf: int) -> None:
        if dev_handle.claim_fails:
            raise dev_handle.claim_fails
        if intf in dev_handle.drivers or intf in dev_handle.claimed:
            raise busy()
        dev_handle.claimed.add(intf)

    def release_interface(self, dev_handle: Device, intf: int) -> None:
        if dev_handle.is_gone:
            raise gone()
        dev_handle.claimed.discard(intf)

    def is_kernel_driver_active(self, dev_handle: Device, intf: int) -> bool:
        return intf in dev_handle.drivers

    def detach_kernel_driver(self, dev_handle: Device, intf: int) -> None:
        dev_handle.drivers.remove(intf)

    def attach_kernel_driver(self, dev_handle: Device, intf: int) -> None:
        if intf in dev_handle.claimed:
            raise busy()
        dev_handle.drivers.add(intf)

    def clear_halt(self, dev_handle: Device, ep: int) -> None:
        dev_handle.halts_cleared.append(ep)

    def bulk_read(
        self, dev_handle: Device, ep: int, intf: int, buff: "array[int]", timeout: int
    ) -> int:
        self._check(dev_handle, intf, ep & 0x80 == 0x80)
        host, got = dev_handle.host, b""
        ends_s = time.monotonic() + timeout / 1000
        assert timeout > 0, "0 would wait for ever"
        with host.ready:
            while len(got) < len(buff):
                if dev_handle.is_gone:
                    raise gone()
                if not host.packets:
                    if not host.ready.wait(ends_s - time.monotonic()) and not host.packets:
                        break
                    continue
                packet = host.packets.popleft()
                if isinstance(packet, USBError):
                    raise packet
                if len(got) + len(packet) > len(buff):
                    raise overflow()
                got += packet
                dev_handle.sent += len(packet)
                if dev_handle.cut_after is not None and dev_handle.sent > dev_handle.cut_after:
                    dev_handle.is_gone = True
                if len(packet) < host.packet_bytes:
                    buff[: len(got)] = array("B", got)
                    return len(got)
        if not got:
            raise late()
        buff[: len(got)] = array("B", got)
        return len(got)

    def bulk_write(
        self, dev_handle: Device, ep: int, intf: int, data: "array[int]", timeout: int
    ) -> int:
        self._check(dev_handle, intf, ep & 0x80 == 0)
        size, sent = dev_handle.host.packet_bytes, data.tobytes()
        packets = [sent[at : at + size] for at in range(0, len(sent), size)] or [b""]
        done = 0
        for packet in packets:
            if not dev_handle.function.arrived(packet):
                if done:
                    return done
                raise late()
            done += len(packet)
            dev_handle.pending += packet
            if len(packet) < size:
                transfer, dev_handle.pending = dev_handle.pending, b""
                dev_handle.function.taken(transfer)
        return done

    def ctrl_transfer(
        self,
        dev_handle: Device,
        bmRequestType: int,  # noqa: N803
        bRequest: int,  # noqa: N803
        wValue: int,  # noqa: N803
        wIndex: int,  # noqa: N803
        data: "array[int]",
        timeout: int,
    ) -> int:
        if dev_handle.is_gone:
            raise gone()
        if (bmRequestType, bRequest, wValue >> 8) == (0x80, 6, 3):
            answer = self.string_descriptor(dev_handle, wValue & 0xFF)
        else:
            told = b"" if bmRequestType & 0x80 else data.tobytes()
            given = dev_handle.function.control(bmRequestType, bRequest, wValue, wIndex, told)
            if given is None:
                raise halted()
            answer = given
        if bmRequestType & 0x80 == 0:
            return len(data)
        answer = answer[: len(data)]
        data[: len(answer)] = array("B", answer)
        return len(answer)

    def string_descriptor(self, dev: Device, index: int) -> bytes:
        if not index:
            return b"\x04\x03\x09\x04"
        if index >= len(dev.strings()):
            raise halted()
        text = dev.strings()[index].encode("utf-16-le", "surrogatepass")
        return bytes([2 + len(text), 3]) + text

    @staticmethod
    def _check(dev: Device, intf: int, is_right_way: bool) -> None:
        if dev.is_gone:
            raise gone()
        assert is_right_way
        assert intf in dev.claimed


def bus_of(*devices: Device) -> Bus:
    """A bus with these devices, of which no kernel knows."""
    return Bus(VirtualBackend(*devices))
