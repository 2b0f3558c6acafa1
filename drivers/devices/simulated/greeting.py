"""What a handheld says of itself when a desk connects."""

from drivers.devices.simulated.sealing import APP_VERSION, SCHEMA_VERSION
from drivers.devices.simulated.store import TerminalStore
from drivers.protocols.docking.messages import Hello

MODEL = "simulated"


def hello_of(store: TerminalStore, version: int) -> Hello:
    """All that lies in its store; battery and free memory are not known to it."""
    identity, standing = store.identity(), store.standing()
    return Hello(
        branch=identity.branch,
        terminal=identity.terminal,
        epoch=identity.epoch,
        serial=identity.serial,
        model=MODEL,
        app_version=APP_VERSION,
        schema_version=SCHEMA_VERSION,
        person=identity.person,
        last_seq=identity.last_seq,
        min_version=version,
        max_version=version,
        first_seq=standing.first_seq,
        ticket=standing.ticket,
        masters_ms=store.packages.masters_ms(),
        last_number=standing.last_number,
        held=store.packages.held(),
    )
