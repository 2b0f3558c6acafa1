"""Descriptors of USB devices, read with a limit on each count: they are a stranger's words."""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from usb.core import USBError

from drivers.links.usb_backend import Backend, Bus
from drivers.links.usb_sysfs import clean

MAX_DEVICES: Final = 1024
MAX_CONFIGURATIONS: Final = 8  # as the Linux kernel
MAX_INTERFACES: Final = 32
MAX_ALTERNATES: Final = 16
MAX_ENDPOINTS: Final = 30
STRING_MS: Final = 1000

STILL_IMAGE: Final = (0x06, 0x01, 0x01)  # PTP, and MTP as nearly all have it
VENDOR_CLASS: Final = 0xFF
NAMELESS_VENDOR: Final = (0xFF, 0xFF, 0x00)  # MTP of older Androids, and accessories
ADB: Final = (0xFF, 0x42, 0x01)
CDC_DATA_CLASS: Final = 0x0A
TALLYDOCK: Final = (0xFF, 0x54, 0x44)  # "TD": the marked interface of a terminal of ours

_BULK_BYTES: Final = frozenset({8, 16, 32, 64, 512, 1024})
_ENGLISH: Final = 0x0409


@dataclass(frozen=True, slots=True)
class Attached:
    """One device as the backend lists it; `key` is the backend's name for it."""

    key: Any
    place: str
    address: int
    usb_id: tuple[int, int]
    device_class: int
    serial_index: int
    configurations: int


@dataclass(frozen=True, slots=True)
class BulkInterface:
    """An interface with a bulk endpoint each way, and how large their packets are (bytes)."""

    configuration: int
    number: int
    alternate: int
    kind: tuple[int, int, int]
    name_index: int
    endpoint_in: int
    endpoint_out: int
    in_bytes: int
    out_bytes: int
    has_events: bool


def attached(backend: Backend) -> list[Attached]:
    """Every device that is listed, also those that went away a moment ago."""
    found = []
    for key in islice(backend.enumerate_devices(), MAX_DEVICES):
        try:
            found.append(_attached(key, backend.get_device_descriptor(key)))
        except (USBError, AttributeError, TypeError, ValueError):
            continue  # it went away, or tells nonsense; neither can be opened
    return found


def bulk_interfaces(backend: Backend, device: Attached) -> list[BulkInterface]:
    """What of a device bytes can be sent to, in its own order."""
    found = []
    for config in range(min(device.configurations, MAX_CONFIGURATIONS)):
        try:
            about = backend.get_configuration_descriptor(device.key, config)
            count = min(int(about.bNumInterfaces), MAX_INTERFACES)
        except (USBError, IndexError):
            continue
        for number in range(count):
            for alternate, each in _alternates(backend, device, number, config):
                bulk = _bulk(backend, device, (number, alternate, config), each, about)
                if bulk:
                    found.append(bulk)
    return found


def read_string(bus: Bus, handle: Any, index: int) -> str:
    """A string descriptor of an open device; empty if it has none or does not give it."""
    if not index:
        return ""
    try:
        languages = _string(bus.backend, handle, 0, 0)
        language = int.from_bytes(languages[:2], "little") if languages else _ENGLISH
        return clean(_string(bus.backend, handle, index, language).decode("utf-16-le", "replace"))
    except USBError:
        return ""


def _string(backend: Backend, handle: Any, index: int, language: int) -> bytes:
    buffer = array("B", bytes(255))
    got = backend.ctrl_transfer(handle, 0x80, 6, 0x0300 | index, language, buffer, STRING_MS)
    data = buffer.tobytes()[: max(0, min(got, len(buffer)))]
    return data[2 : data[0] & 0xFE] if len(data) > 2 and data[1] == 3 else b""


def _attached(key: Any, about: Any) -> Attached:
    bus, address = int(about.bus or 0), int(about.address or 0)
    ports = getattr(about, "port_numbers", None)
    way = ".".join(str(int(port)) for port in ports) if ports else f"a{address}"
    return Attached(
        key=key,
        place=f"{bus}-{way}",
        address=address,
        usb_id=(int(about.idVendor), int(about.idProduct)),
        device_class=int(about.bDeviceClass),
        serial_index=int(about.iSerialNumber),
        configurations=int(about.bNumConfigurations),
    )


def _alternates(
    backend: Backend, device: Attached, number: int, config: int
) -> Iterator[tuple[int, Any]]:
    for alternate in range(MAX_ALTERNATES):
        try:
            yield (
                alternate,
                backend.get_interface_descriptor(device.key, number, alternate, config),
            )
        except (USBError, IndexError):
            return


def _bulk(
    backend: Backend, device: Attached, at: tuple[int, int, int], each: Any, configuration: Any
) -> BulkInterface | None:
    ways: dict[bool, tuple[int, int]] = {}
    has_events = False
    for number in range(min(int(each.bNumEndpoints), MAX_ENDPOINTS)):
        try:
            endpoint = backend.get_endpoint_descriptor(device.key, number, *at)
        except (USBError, IndexError):
            return None
        address, transfers = int(endpoint.bEndpointAddress), int(endpoint.bmAttributes) & 3
        packet_bytes = int(endpoint.wMaxPacketSize) & 0x7FF
        if transfers == 2 and packet_bytes in _BULK_BYTES:
            ways.setdefault(bool(address & 0x80), (address, packet_bytes))
        has_events = has_events or (transfers == 3 and bool(address & 0x80))
    if len(ways) < 2:
        return None
    return BulkInterface(
        configuration=int(configuration.bConfigurationValue),
        number=int(each.bInterfaceNumber),
        alternate=int(each.bAlternateSetting),
        kind=(
            int(each.bInterfaceClass),
            int(each.bInterfaceSubClass),
            int(each.bInterfaceProtocol),
        ),
        name_index=int(each.iInterface),
        endpoint_in=ways[True][0],
        endpoint_out=ways[False][0],
        in_bytes=ways[True][1],
        out_bytes=ways[False][1],
        has_events=has_events,
    )
