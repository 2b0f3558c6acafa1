"""How terminals that know files are read, and what was taken from each."""

from sqlalchemy import select

from app.storage.reader import Reader
from app.storage.store.files import FileSetup, TakenFile
from app.storage.tables import file_setup, taken_file


def file_setups(reader: Reader) -> tuple[FileSetup, ...]:
    """All of them, by number of terminal."""
    columns = [file_setup.c[name] for name in FileSetup.__dataclass_fields__]
    query = select(*columns).where(file_setup.c.branch_id == reader.branch_id)
    return tuple(FileSetup(*row) for row in reader.rows(query.order_by(file_setup.c.terminal_no)))


def find_taken(reader: Reader, terminal_no: int, epoch: int, name: str) -> TakenFile | None:
    """What was taken last of the file called `name`."""
    columns = [taken_file.c[each] for each in TakenFile.__dataclass_fields__]
    rows = reader.rows(
        select(*columns).where(
            taken_file.c.branch_id == reader.branch_id,
            taken_file.c.terminal_no == terminal_no,
            taken_file.c.epoch == epoch,
            taken_file.c.name == name,
        )
    )
    return TakenFile(*rows[0]) if rows else None
