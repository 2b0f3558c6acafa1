"""Every error that a driver raises on purpose, one branch for each party that can be at fault.

DriverError
├── DriverMissing        nobody wrote a driver of that name
├── LinkError            the port or the cable
│   ├── PortInvalid      that is not the address of a port
│   ├── PortMissing      the port is not there
│   ├── PortBusy         another program holds it
│   ├── PortDenied       this user may not open it
│   ├── LinkLost         it was there and went away
│   └── Diverged         a replayed session took another way than the recorded one
├── ProtocolError        the conversation
│   ├── NotATerminal     something talks, but not our protocol
│   ├── VersionMismatch  both speak it, in versions that do not meet
│   ├── Damaged          the bytes that arrived cannot be right
│   ├── PeerSilent       nothing arrives
│   ├── PeerRefused      the terminal said no, with a reason
│   └── TransferFailed   a transfer of files was given up by one of the two sides
├── TrustError           desk and terminal do not know each other
│   ├── NotPaired        the terminal belongs to no desk yet
│   ├── TerminalUnknown  its certificate was never paired with this desk
│   ├── DeskUnknown      the terminal belongs to another desk
│   ├── CannotProve      this desk has no key of its own
│   └── PairingFailed    secret or digits did not agree, or a person said no
└── DeviceError          the terminal itself
    ├── TerminalFull     no room for what is to be sent to it
    ├── TerminalFault    it reports a fault of its own
    ├── FileUnstable     a file grows, or is other than its listing says
    ├── FileChanged      more was collected after it was fetched; nothing was cleared
    └── FileRefused      a file that no terminal should offer: endless, or with an impossible name
"""

from typing import ClassVar


class DriverError(Exception):
    """Carries fields and a stable code instead of a sentence; the caller words it."""

    code: ClassVar[str] = "driver_error"
    retry_helps: ClassVar[bool] = False

    def __init__(self, **fields: object) -> None:
        super().__init__(self.code, fields)
        self.fields: dict[str, object] = fields

    def __str__(self) -> str:
        details = ", ".join(f"{name}={value!r}" for name, value in self.fields.items())
        return f"{self.code} ({details})" if details else self.code


class DriverMissing(DriverError):
    """Fields: name, known."""

    code = "driver_missing"


class LinkError(DriverError):
    """Fields of all below: port; more where named."""

    code = "link_error"


class PortInvalid(LinkError):
    """Fields: port, reason."""

    code = "port_invalid"


class PortMissing(LinkError):
    """Fields: port, reason."""

    code = "port_missing"
    retry_helps = True


class PortBusy(LinkError):
    """Fields: port."""

    code = "port_busy"
    retry_helps = True


class PortDenied(LinkError):
    """Fields: port."""

    code = "port_denied"


class LinkLost(LinkError):
    """Fields: port, reason."""

    code = "link_lost"
    retry_helps = True


class Diverged(LinkError):
    """Fields: port, at (entry of the recording), expected, found."""

    code = "diverged"


class ProtocolError(DriverError):
    """Fields of all below: port; more where named."""

    code = "protocol_error"


class NotATerminal(ProtocolError):
    """Fields: port, received_bytes, sample (first bytes, as hex)."""

    code = "not_a_terminal"


class VersionMismatch(ProtocolError):
    """Fields: port, reason, text."""

    code = "version_mismatch"


class Damaged(ProtocolError):
    """Fields: port, reason, text."""

    code = "damaged"
    retry_helps = True


class PeerSilent(ProtocolError):
    """Fields: port, silent_s."""

    code = "peer_silent"
    retry_helps = True


class PeerRefused(ProtocolError):
    """Fields: port, refusal (numeric code of PROTOCOL.md), text."""

    code = "peer_refused"


class TransferFailed(ProtocolError):
    """Fields: port, file, reason, text."""

    code = "transfer_failed"
    retry_helps = True


class TrustError(DriverError):
    """Fields of all below: port."""

    code = "trust_error"


class NotPaired(TrustError):
    code = "not_paired"


class TerminalUnknown(TrustError):
    code = "terminal_unknown"


class DeskUnknown(TrustError):
    code = "desk_unknown"


class CannotProve(TrustError):
    code = "cannot_prove"


class PairingFailed(TrustError):
    """Fields: port, text."""

    code = "pairing_failed"
    retry_helps = True


class DeviceError(DriverError):
    """Fields of all below: port; more where named."""

    code = "device_error"


class TerminalFull(DeviceError):
    """Fields: port, text."""

    code = "terminal_full"


class TerminalFault(DeviceError):
    """Fields: port, fault (numeric code of PROTOCOL.md), text."""

    code = "terminal_fault"
    retry_helps = True


class FileUnstable(DeviceError):
    """Fields: port, file, listed_bytes, read_bytes."""

    code = "file_unstable"
    retry_helps = True


class FileChanged(DeviceError):
    """Fields: port, file."""

    code = "file_changed"
    retry_helps = True


class FileRefused(DeviceError):
    """Fields: port, file, reason."""

    code = "file_refused"
