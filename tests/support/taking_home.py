"""A terminal that takes data sets home and says what it holds."""

from collections.abc import Mapping
from datetime import date
from hashlib import sha256

from app.services.datasets.catalogue import DATASETS
from app.services.datasets.packaging import packages_for
from app.services.masters import Customer, MasterData, put_masters
from app.services.office import Office
from app.storage.store.master_data import Party, Profile
from drivers.contract import Held, Package, TerminalInfo
from drivers.protocols.docking.datasets import apply_delta, decode_rows
from tests.support.offices import CLERK, DAY

KEY_COLUMNS = {dataset.name: dataset.key_columns for dataset in DATASETS}


class Handheld:
    """Holds data sets like a terminal: says what it has, and applies what it is sent."""

    def __init__(self, number: int = 3) -> None:
        self.number = number
        self.held: dict[str, tuple[int, bytes]] = {}
        self.sent: Mapping[str, Package] = {}

    @property
    def info(self) -> TerminalInfo:
        return TerminalInfo(
            branch=127,
            terminal=self.number,
            epoch=0,
            serial="SN",
            model="simulated",
            app_version="1.0",
            protocol_version=1,
            person="S01",
            battery_percent=None,
            free_bytes=None,
            clock_offset_ms=0,
            last_seq=0,
            schema_version=1,
            held=tuple(
                Held(name, revision, sha256(content).digest())
                for name, (revision, content) in self.held.items()
            ),
        )

    def fetch(self, office: Office, day: date = DAY) -> "Handheld":
        packages = packages_for(office, CLERK, self.info, day)
        self.sent = {package.name: package for package in packages}
        assert len(self.sent) == len(packages)
        for package in packages:
            content = package.data
            if package.base_revision:
                revision, base = self.held[package.name]
                assert revision == package.base_revision
                content = apply_delta(base, package.data, package.key_columns)
            assert sha256(content).digest() == package.sha256
            self.held[package.name] = (package.revision, content)
        return self

    def rows(self, name: str) -> list[list[object]]:
        return decode_rows(self.held[name][1], KEY_COLUMNS[name])

    def revision(self, name: str) -> int:
        return self.held[name][0]


def add_customers(office: Office, *codes: str, route: str | None = None) -> None:
    data = MasterData(
        customers=tuple(
            Customer(
                Party(code=code, name=f"店 {code}"),
                Profile(valid_from=date(2026, 1, 1), customer_type="GROCERY", route=route),
            )
            for code in codes
        )
    )
    put_masters(office, CLERK, data)
