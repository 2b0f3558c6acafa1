"""What we use of libusb through pyusb, which libusb that is, and who is at fault when it fails."""

import errno
from array import array
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

import libusb_package
import usb.backend.libusb1
from usb.core import USBError

from drivers.errors import LinkLost, PortBusy, PortDenied, PortInvalid, PortMissing
from drivers.links.usb_sysfs import SYSFS

# libusb.h, enum libusb_error; Windows has no errno for some of them.
_ERRNO_OF_CODE: Final = {
    -1: errno.EIO,
    -3: errno.EACCES,
    -4: errno.ENODEV,
    -5: errno.ENOENT,
    -6: errno.EBUSY,
    -7: errno.ETIMEDOUT,
    -8: errno.EOVERFLOW,
    -9: errno.EPIPE,
}
_OPEN_ERRORS: Final = {
    errno.ENODEV: PortMissing,
    errno.ENOENT: PortMissing,
    errno.ENXIO: PortMissing,
    errno.EACCES: PortDenied,
    errno.EPERM: PortDenied,
    errno.EBUSY: PortBusy,
}


class Backend(Protocol):
    """The part of `usb.backend.IBackend` that is used here. All of it raises `USBError`.

    It is used without `usb.core.Device`, whose searches through descriptors have no end when the
    descriptors have none.
    """

    def enumerate_devices(self) -> Iterable[Any]: ...
    def get_device_descriptor(self, dev: Any) -> Any: ...
    def get_configuration_descriptor(self, dev: Any, config: int) -> Any: ...
    def get_interface_descriptor(self, dev: Any, intf: int, alt: int, config: int) -> Any: ...
    def get_endpoint_descriptor(
        self, dev: Any, ep: int, intf: int, alt: int, config: int
    ) -> Any: ...
    def open_device(self, dev: Any) -> Any: ...
    def close_device(self, dev_handle: Any) -> None: ...
    def get_configuration(self, dev_handle: Any) -> int: ...
    def set_configuration(self, dev_handle: Any, config_value: int) -> None: ...
    def set_interface_altsetting(self, dev_handle: Any, intf: int, altsetting: int) -> None: ...
    def claim_interface(self, dev_handle: Any, intf: int) -> None: ...
    def release_interface(self, dev_handle: Any, intf: int) -> None: ...
    def is_kernel_driver_active(self, dev_handle: Any, intf: int) -> bool: ...
    def detach_kernel_driver(self, dev_handle: Any, intf: int) -> None: ...
    def attach_kernel_driver(self, dev_handle: Any, intf: int) -> None: ...
    def clear_halt(self, dev_handle: Any, ep: int) -> None: ...
    def bulk_read(
        self, dev_handle: Any, ep: int, intf: int, buff: "array[int]", timeout: int
    ) -> int: ...
    def bulk_write(
        self, dev_handle: Any, ep: int, intf: int, data: "array[int]", timeout: int
    ) -> int: ...
    def ctrl_transfer(
        self,
        dev_handle: Any,
        bmRequestType: int,  # noqa: N803 - named so by pyusb
        bRequest: int,  # noqa: N803
        wValue: int,  # noqa: N803
        wIndex: int,  # noqa: N803
        data: "array[int]",
        timeout: int,
    ) -> int: ...


@dataclass(frozen=True, slots=True)
class Bus:
    """All that is plugged in, and where the kernel tells more of it, if it does."""

    backend: Backend
    sysfs: Path | None = None


def system_bus(port: str) -> Bus:
    """The devices of this machine. Raises `PortInvalid` where there is no libusb at all."""
    backend = libusb_package.get_libusb1_backend() or usb.backend.libusb1.get_backend()
    if backend is None:
        raise PortInvalid(port=port, reason="there is no libusb on this machine")
    return Bus(backend, SYSFS if SYSFS.is_dir() else None)


def errno_of(error: USBError) -> int:
    """What went wrong, as errno; 0 if the backend does not tell."""
    return error.errno or _ERRNO_OF_CODE.get(error.backend_error_code or 0, 0)


@contextmanager
def reported(port: str, *, opening: bool = False) -> Iterator[None]:
    """Turn what pyusb raises into a `LinkError`.

    What goes missing while it is opened is `PortMissing`: a device that was pulled out stays
    listed for a while, and only opening tells.
    """
    try:
        yield
    except USBError as error:
        kind = _OPEN_ERRORS.get(errno_of(error), LinkLost) if opening else LinkLost
        raise kind(port=port, reason=str(error)) from error
    except NotImplementedError as error:  # LIBUSB_ERROR_NOT_SUPPORTED: Windows without WinUSB
        reason = "the system's driver for this device lets no other program in"
        raise PortInvalid(port=port, reason=reason) from error
    except (IndexError, ValueError, AttributeError) as error:
        raise PortInvalid(port=port, reason=f"impossible descriptor: {error}") from error
