"""Opens the database and hands out transactions and readers."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from threading import Lock

from sqlalchemy import Engine, select

from app.clock import Clock, SystemClock
from app.domain.rights import Actor
from app.errors import SchemaError
from app.storage import migrate
from app.storage.engine import WRITES, is_sqlite, make_engine, place_of, read_url
from app.storage.faults import translated
from app.storage.reader import Reader
from app.storage.store import Store
from app.storage.store.audit import Audit
from app.storage.store.scope import Scope
from app.storage.tables import branch


@dataclass(frozen=True, slots=True)
class Database:
    """One database as one branch uses it."""

    engine: Engine
    branch_id: int
    clock: Clock
    busy_timeout_s: float
    place: str
    # SQLite lets whoever asks first after a pause have the turn; twenty lanes want an honest queue.
    turn: Lock = field(default_factory=Lock, repr=False, compare=False)

    @classmethod
    def open(
        cls,
        url: str,
        *,
        branch_id: int = 0,
        clock: Clock | None = None,
        busy_timeout_s: float = 5.0,
    ) -> "Database":
        """Raises SchemaError unless the tables are exactly this program's.

        Without `branch_id` the database's only branch is meant, if it has exactly one.
        """
        state = migrate.status(url)
        if not state.is_current:
            raise SchemaError(found=state.found, expected=state.expected)
        parsed = read_url(url)
        database = cls(
            make_engine(parsed, busy_timeout_s=busy_timeout_s),
            branch_id,
            clock or SystemClock(),
            busy_timeout_s,
            place_of(parsed),
        )
        known = database.branches() if branch_id == 0 else ()
        return database.of_branch(known[0]) if len(known) == 1 else database

    def branches(self) -> tuple[int, ...]:
        """The numbers of all branches that this database holds."""
        with self.read() as reader:
            return tuple(reader.connection.scalars(select(branch.c.id).order_by(branch.c.id)))

    def of_branch(self, branch_id: int) -> "Database":
        """The same database, seen by another branch."""
        return replace(self, branch_id=branch_id)

    @contextmanager
    def transaction(self, actor: Actor, action: str, subject: str = "") -> Iterator[Store]:
        """Everything done with the store happens, audit row included, or nothing does.

        Raises DatabaseBusy, DiskFull, DatabaseError; a failure at the end counts as not done.
        """
        queue: AbstractContextManager[object] = nullcontext()
        if is_sqlite(self.engine.url):
            queue = self.turn
        with (
            queue,
            translated(self.place, self.busy_timeout_s),
            self.engine.connect().execution_options(**{WRITES: True}) as connection,
            connection.begin(),
        ):
            scope = Scope(connection, self.branch_id, self.clock.now_ms(), actor.user)
            audit = Audit(scope, action, subject)
            yield Store(scope, audit)
            audit.write()

    @contextmanager
    def read(self) -> Iterator[Reader]:
        """One consistent view for any number of queries; it never waits for a writer."""
        options: dict[str, object] = {}
        if not is_sqlite(self.engine.url):
            options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with (
            translated(self.place, self.busy_timeout_s),
            self.engine.connect().execution_options(**options) as connection,
            connection.begin(),
        ):
            yield Reader(connection, self.branch_id)

    def close(self) -> None:
        self.engine.dispose()
