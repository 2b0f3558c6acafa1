"""Numbers run without a gap, whoever asks and whatever fails."""

import threading
from collections.abc import Callable
from datetime import date

import pytest

from app.domain.numbering import DocumentKind, DocumentNumber
from app.errors import RuleBroken
from app.storage.database import Database
from app.storage.tables import number_series
from tests.support.databases import CLERK

JUNE, JULY = date(2026, 6, 30), date(2026, 7, 1)


def issue(database: Database, day: date = JUNE, *, fail: bool = False) -> DocumentNumber:
    with database.transaction(CLERK, "issue") as store:
        number = store.numbers.issue(DocumentKind.DN, day)
        if fail:
            raise ZeroDivisionError
        return number


def test_a_series_per_kind_and_month(database: Database) -> None:
    assert str(issue(database)) == "0127-DN-2606-000001-7"
    assert issue(database).seq == 2
    assert issue(database, JULY).seq == 1
    with database.transaction(CLERK, "issue") as store:
        assert store.numbers.issue(DocumentKind.CT, JUNE).seq == 1
        many = store.numbers.issue_many(DocumentKind.DN, JUNE, 3)
        assert store.numbers.issue_many(DocumentKind.DN, JUNE, 0) == []
    assert [number.seq for number in many] == [3, 4, 5]


def test_a_number_that_was_rolled_back_was_never_issued(database: Database) -> None:
    issue(database)
    with pytest.raises(ZeroDivisionError):
        issue(database, fail=True)
    assert issue(database).seq == 2


def test_the_millionth_is_refused_and_the_series_stays_full(database: Database) -> None:
    issue(database)
    with database.transaction(CLERK, "nearly full") as store:
        store.reader.connection.execute(number_series.update().values(next_seq=999_999))
    assert issue(database).seq == 999_999
    with pytest.raises(RuleBroken, match="number"):
        issue(database)


def test_two_desks_at_once_never_get_one_number_and_never_leave_a_gap(
    database: Database, fresh_url: str, open_database: Callable[..., Database]
) -> None:
    desks = [open_database(fresh_url, busy_timeout_s=30) for _ in range(2)]
    start = threading.Barrier(len(desks))
    numbers: list[list[int]] = [[] for _ in desks]

    def work(desk: int) -> None:
        start.wait()
        for turn in range(20):
            if turn % 5 == 4:
                with pytest.raises(ZeroDivisionError):
                    issue(desks[desk], fail=True)
            else:
                numbers[desk].append(issue(desks[desk]).seq)

    threads = [threading.Thread(target=work, args=(desk,)) for desk in range(len(desks))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(numbers[0] + numbers[1]) == list(range(1, 33))
