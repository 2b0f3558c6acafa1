"""Blocks of receipt numbers that terminals give out of."""

import uuid
from dataclasses import dataclass

from sqlalchemy import func, select, update

from app.storage.keys import derived_key
from app.storage.store.scope import Scope
from app.storage.tables import number_block


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberBlock:
    """Numbers `first_no`..`last_no` of a year; `used_no` is the last one used, 0 before the first.

    `state`: issued, used_up, returned, filled. `closed_by` closed it at `closed_ms` with a `note`.
    """

    id: uuid.UUID
    terminal_no: int
    epoch: int
    year: int
    first_no: int
    last_no: int
    used_no: int
    state: str
    issued_ms: int
    closed_ms: int | None = None
    closed_by: str | None = None
    note: str | None = None

    @property
    def unused(self) -> range:
        """The numbers that nobody has used."""
        return range(max(self.used_no + 1, self.first_no), self.last_no + 1)


class NumberBlocks:
    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def issue(self, terminal_no: int, *, epoch: int, year: int, count: int) -> NumberBlock:
        """The next `count` numbers of a terminal's year, behind all that it had before."""
        columns = number_block.c
        last_no = self._scope.connection.scalar(
            select(func.max(columns.last_no)).where(
                columns.branch_id == self._scope.branch_id,
                columns.terminal_no == terminal_no,
                columns.year == year,
            )
        )
        first_no = int(last_no or 0) + 1
        block = NumberBlock(
            id=derived_key(self._scope.branch_id, "numbers", terminal_no, year, first_no),
            terminal_no=terminal_no,
            epoch=epoch,
            year=year,
            first_no=first_no,
            last_no=first_no + count - 1,
            used_no=0,
            state="issued",
            issued_ms=self._scope.now_ms,
        )
        fields = NumberBlock.__dataclass_fields__
        self._scope.insert(number_block, [{name: getattr(block, name) for name in fields}])
        return block

    def use(self, block_id: uuid.UUID, number: int) -> None:
        """Every number up to this one has been used; with the last one the block is used up."""
        columns = number_block.c
        self._scope.connection.execute(
            update(number_block)
            .where(columns.branch_id == self._scope.branch_id, columns.id == block_id)
            .values(used_no=number)
        )
        self._scope.connection.execute(
            update(number_block)
            .where(
                columns.branch_id == self._scope.branch_id,
                columns.id == block_id,
                columns.used_no == columns.last_no,
            )
            .values(state="used_up", closed_ms=self._scope.now_ms, closed_by=self._scope.user)
        )

    def open_of(self, terminal_no: int) -> list[NumberBlock]:
        """Blocks of a terminal that were issued and are not used up, in their order."""
        columns = [number_block.c[name] for name in NumberBlock.__dataclass_fields__]
        rows = self._scope.connection.execute(
            select(*columns)
            .where(
                number_block.c.branch_id == self._scope.branch_id,
                number_block.c.terminal_no == terminal_no,
                number_block.c.state == "issued",
                number_block.c.used_no < number_block.c.last_no,
            )
            .order_by(number_block.c.year, number_block.c.first_no)
        )
        return [NumberBlock(**row._asdict()) for row in rows]

    def give_back(self, terminal_no: int, *, epoch: int, before_year: int) -> None:
        """The terminal uses no more numbers of the years before."""
        columns = number_block.c
        self._scope.connection.execute(
            update(number_block)
            .where(
                columns.branch_id == self._scope.branch_id,
                columns.terminal_no == terminal_no,
                columns.epoch == epoch,
                columns.year < before_year,
                columns.state == "issued",
            )
            .values(state="returned", closed_ms=self._scope.now_ms, closed_by=self._scope.user)
        )

    def fill(self, block_id: uuid.UUID, note: str) -> None:
        """Nobody will use the rest of a block: it is closed, with who, when and why."""
        self._scope.connection.execute(
            update(number_block)
            .where(
                number_block.c.branch_id == self._scope.branch_id,
                number_block.c.id == block_id,
                number_block.c.state == "issued",
            )
            .values(
                state="filled",
                closed_ms=self._scope.now_ms,
                closed_by=self._scope.user,
                note=note,
            )
        )
