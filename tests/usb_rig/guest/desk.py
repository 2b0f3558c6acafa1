"""A desk inside that docks a handheld, keeps what it gets, and says how that went."""

import hashlib
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from drivers.contract import Receipt, SerialSettings, Session, Watermarks
from drivers.devices.tallydock import TallydockDriver
from drivers.registry import open_link
from tests.usb_rig.keys import desk_credentials


@dataclass
class Desk:
    """Photos by their SHA-256, batches by number; what was half received is in its folder."""

    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp()))
    batches: dict[int, bytes] = field(default_factory=dict)
    photos: dict[bytes, bytes] = field(default_factory=dict)
    received_seq: int = 0
    received_bytes: int = 0

    def dock(self, address: str, baud: int = 115_200) -> float:
        """Carry out one whole docking; its seconds. Raises DriverError."""
        began_s = time.monotonic()
        driver = TallydockDriver(self.folder, desk_credentials(self.folder))
        with (
            open_link(address, SerialSettings(baud=baud)) as link,
            driver.connect(link, lambda: time.time_ns() // 1_000_000, _ignore) as session,
        ):
            try:
                self._take(session)
            finally:
                self.received_bytes = session.traffic().received_bytes
        return time.monotonic() - began_s

    def _take(self, session: Session) -> None:
        last_seq = session.info().last_seq
        for upload in session.pull(Watermarks(self.received_seq, 0)):
            self.batches[upload.batch_no] = upload.data
            self.received_seq = last_seq
            digest = hashlib.sha256(upload.data).digest()
            session.acknowledge(Receipt(upload.batch_no, digest, "applied", last_seq, 0))
        for blob in session.pull_blobs(self.photos.__contains__):
            self.photos[blob.sha256] = blob.data
            session.acknowledge_blob(blob.sha256, True)
        session.finish()

    def photo_bytes(self) -> int:
        """Of all photos that are whole; each has been compared with its name."""
        assert all(hashlib.sha256(data).digest() == name for name, data in self.photos.items())
        return sum(map(len, self.photos.values()))


def act_at_photo(desk: Desk, number: int, act: Callable[[], object]) -> None:
    """Wait in a thread of its own until the desk has so many photos, then act."""
    while len(desk.photos) < number:
        time.sleep(0.005)
    act()


def _ignore(stage: str, done_bytes: int, total_bytes: int) -> None:
    """Nobody watches."""
