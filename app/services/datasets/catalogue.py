"""The table of the data sets: one row each."""

from app.services.datasets import masters, own, rounds
from app.services.datasets.dataset import DataSet, Scope

DATASETS: tuple[DataSet, ...] = (
    DataSet(100, "control", Scope.TERMINAL, 1, own.control),
    DataSet(101, "users", Scope.BRANCH, 1, masters.users),
    DataSet(102, "products", Scope.BRANCH, 1, masters.products),
    DataSet(103, "packings", Scope.BRANCH, 2, masters.packings),
    DataSet(104, "barcodes", Scope.BRANCH, 3, masters.barcodes),
    DataSet(105, "customers", Scope.TERMINAL, 1, rounds.customers),
    DataSet(106, "prices", Scope.BRANCH, 3, masters.prices),
    DataSet(107, "promotions", Scope.BRANCH, 1, masters.promotions),
    DataSet(108, "promotion-rules", Scope.BRANCH, 2, masters.promotion_rules),
    DataSet(109, "routes", Scope.BRANCH, 1, masters.routes),
    DataSet(110, "stops", Scope.TERMINAL, 2, rounds.stops),
    DataSet(111, "history", Scope.TERMINAL, 2, rounds.history),
    DataSet(113, "empties", Scope.TERMINAL, 2, rounds.empties),
    DataSet(114, "stock", Scope.TERMINAL, 3, rounds.stock),
    DataSet(121, "reasons", Scope.BRANCH, 1, masters.reasons),
    DataSet(122, "numbers", Scope.TERMINAL, 2, own.numbers),
    DataSet(123, "parameters", Scope.BRANCH, 1, masters.parameters),
    DataSet(124, "verdicts", Scope.TERMINAL, 1, own.verdicts),
    DataSet(126, "notes", Scope.TERMINAL, 2, rounds.notes),
)
"""Adding a data set is a row here and the query behind it. Rows that are gone need no set of their
own (125): they are in what changed since a revision."""
