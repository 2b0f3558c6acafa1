"""What a transaction can do, by area."""

from app.storage.reader import Reader
from app.storage.store.audit import Audit
from app.storage.store.documents import Documents
from app.storage.store.masters import Masters
from app.storage.store.numbers import Numbers
from app.storage.store.scope import Scope
from app.storage.store.stock import Stock
from app.storage.store.terminals import Terminals
from app.storage.store.uploads import Uploads


class Store:
    """One write transaction of one branch; queries work on its `reader`."""

    def __init__(self, scope: Scope, audit: Audit) -> None:
        self.branch_id = scope.branch_id
        self.now_ms = scope.now_ms
        self.reader: Reader = scope.reader
        self.audit = audit
        self.masters = Masters(scope)
        self.numbers = Numbers(scope)
        self.stock = Stock(scope)
        self.documents = Documents(scope)
        self.uploads = Uploads(scope)
        self.terminals = Terminals(scope)
