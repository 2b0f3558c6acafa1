"""What a transaction can do, by area."""

from sqlalchemy import func, select

from app.storage.reader import Reader
from app.storage.store.audit import Audit
from app.storage.store.backups import Backups
from app.storage.store.blobs import Blobs
from app.storage.store.cases import Cases
from app.storage.store.coded_rows import CodedRows
from app.storage.store.counts import Counts
from app.storage.store.data_sets import DataSets
from app.storage.store.documents import Documents
from app.storage.store.files import Files
from app.storage.store.load_sheets import LoadSheets
from app.storage.store.masters import Masters
from app.storage.store.number_blocks import NumberBlocks
from app.storage.store.numbers import Numbers
from app.storage.store.periods import Periods
from app.storage.store.reservations import Reservations
from app.storage.store.returns import Returns
from app.storage.store.scope import Scope
from app.storage.store.stock import Stock
from app.storage.store.stock_papers import StockPapers
from app.storage.store.terminal_keys import TerminalKeys
from app.storage.store.terminals import Terminals
from app.storage.store.terms import Terms
from app.storage.store.uploads import Uploads

# Any constant will do: it tells this lock from other users of the same server.
_LOCK = 7_429_002


class Store:
    """One write transaction of one branch; queries work on its `reader`."""

    def __init__(self, scope: Scope, audit: Audit) -> None:
        self.branch_id = scope.branch_id
        self.now_ms = scope.now_ms
        self.reader: Reader = scope.reader
        self.audit = audit
        rows = CodedRows(scope)
        self.masters = Masters(scope, rows)
        self.terms = Terms(scope, rows)
        self.numbers = Numbers(scope)
        self.number_blocks = NumberBlocks(scope)
        self.periods = Periods(scope)
        self.stock = Stock(scope, self.periods)
        self.reservations = Reservations(scope)
        self.returns = Returns(scope)
        self.stock_papers = StockPapers(scope)
        self.documents = Documents(scope)
        self.counts = Counts(scope)
        self.cases = Cases(scope)
        self.load_sheets = LoadSheets(scope)
        self.uploads = Uploads(scope)
        self.terminals = Terminals(scope)
        self.terminal_keys = TerminalKeys(scope)
        self.blobs = Blobs(scope)
        self.files = Files(scope)
        self.backups = Backups(scope)
        self.data_sets = DataSets(scope)
        self._scope = scope

    def lock(self) -> None:
        """Waits until no other transaction of the branch that called this is open.

        SQLite's writer holds the whole database anyway.
        """
        if self._scope.connection.dialect.name == "postgresql":
            self._scope.connection.execute(
                select(func.pg_advisory_xact_lock(_LOCK, self.branch_id))
            )
