"""The blocks of numbers that a terminal was given."""

from sqlalchemy import select

from app.storage.reader import Reader
from app.storage.store.number_blocks import NumberBlock
from app.storage.tables import number_block


def blocks_of(reader: Reader, terminal_no: int, epoch: int) -> tuple[NumberBlock, ...]:
    """Every block of an epoch, whatever its state, by year and number."""
    columns = number_block.c
    query = (
        select(*(columns[name] for name in NumberBlock.__dataclass_fields__))
        .where(
            columns.branch_id == reader.branch_id,
            columns.terminal_no == terminal_no,
            columns.epoch == epoch,
        )
        .order_by(columns.year, columns.first_no)
    )
    return tuple(NumberBlock(**row._asdict()) for row in reader.rows(query))
