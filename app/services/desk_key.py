"""The key by which terminals know this desk; it belongs to the installation, not to the branch."""

from __future__ import annotations

import os

from app.errors import OutputError
from app.services.office import Office
from app.storage.queries.terminals import certificates
from drivers.contract import Credentials
from drivers.protocols.docking.keys import certificate_of, make_key


def credentials(office: Office) -> Credentials:
    """The desk's own key, made when there is none, and all certificates that were ever paired.

    Revoked ones are among them, so that their terminals can be told why they are turned away.
    Raises OutputError when the key cannot be read or written.
    """
    file = office.paths.desk_key
    try:
        if not file.exists():
            _make(office)
        pem = file.read_bytes()
        certificate = certificate_of(pem)
    except (OSError, ValueError) as error:
        raise OutputError(path=str(file), reason=str(error)) from error
    with office.database.read() as reader:
        return Credentials(certificate, file, certificates(reader))


def _make(office: Office) -> None:
    """Readable by nobody else, and never half written; of two desks at once the first wins."""
    file = office.paths.desk_key
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f"{file.name}.{os.getpid()}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "wb") as stream:  # noqa: PTH123 - a descriptor that nobody else can read
        stream.write(make_key())
        stream.flush()
        os.fsync(stream.fileno())
    try:
        os.link(part, file)
    except FileExistsError:
        pass
    finally:
        part.unlink()
