"""How terminals that know files are read, and what was taken from each."""

import uuid
from dataclasses import asdict, dataclass

from sqlalchemy import ColumnElement, delete, update

from app.storage.keys import derived_key
from app.storage.store.scope import Scope
from app.storage.tables import file_setup, taken_file


@dataclass(frozen=True, slots=True)
class FileSetup:
    """How the files of terminal `terminal_no` are fetched and what they mean.

    It is known again by its serial number, or else by the port that it hangs on. `clears`: what was
    taken in is deleted on it; `sends`: lists of the profile are written to it. `customer`,
    `location` and `supplier` stand in for what its files do not say. `baud` is the speed of its
    serial line, 0 for that of its family.
    """

    terminal_no: int
    driver: str
    profile: str
    serial: str = ""
    port: str = ""
    clears: bool = False
    sends: bool = False
    customer: str = ""
    location: str = ""
    supplier: str = ""
    baud: int = 0


@dataclass(frozen=True, slots=True)
class TakenFile:
    """A file as it was when it was taken last; digests in hex. `state`: held, clearing, cleared."""

    terminal_no: int
    epoch: int
    name: str
    lines: int
    lines_sha256: str
    sha256: str
    size_bytes: int
    profile: str
    state: str
    batch_id: uuid.UUID


class Files:
    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def set_up(self, setup: FileSetup) -> None:
        """In place of what was set up for that terminal before."""
        ours = file_setup.c.branch_id == self._scope.branch_id
        self._scope.connection.execute(
            delete(file_setup).where(ours, file_setup.c.terminal_no == setup.terminal_no)
        )
        row_id = derived_key(self._scope.branch_id, "file_setup", setup.terminal_no)
        self._scope.insert(file_setup, [asdict(setup) | {"id": row_id}])

    def note(self, taken: TakenFile) -> None:
        """In place of the file of that name that was taken before."""
        where = (taken.terminal_no, taken.epoch, taken.name)
        self._scope.connection.execute(delete(taken_file).where(*self._named(*where)))
        row = asdict(taken) | {
            "id": derived_key(self._scope.branch_id, "taken_file", *where),
            "received_ms": self._scope.now_ms,
        }
        self._scope.insert(taken_file, [row])

    def set_state(self, terminal_no: int, epoch: int, name: str, state: str) -> None:
        self._scope.connection.execute(
            update(taken_file).where(*self._named(terminal_no, epoch, name)).values(state=state)
        )

    def _named(self, terminal_no: int, epoch: int, name: str) -> list[ColumnElement[bool]]:
        return [
            taken_file.c.branch_id == self._scope.branch_id,
            taken_file.c.terminal_no == terminal_no,
            taken_file.c.epoch == epoch,
            taken_file.c.name == name,
        ]
