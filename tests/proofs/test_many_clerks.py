"""Several clerks dock the same terminals at once: each batch counts once, and no deadlock."""

import pytest

from tests.support.crash.rig import run_proof

TRIALS = 5


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_the_same_batches_at_four_desks_count_once(database: str) -> None:
    found = run_proof("clerks", database=database, trials=TRIALS)
    assert found["faults"] == []
    assert found["trials"] == TRIALS


def test_a_line_that_is_cut_at_any_byte_leaves_each_batch_there_once() -> None:
    found = run_proof("cuts", trials=60)
    assert found["faults"] == []
    assert found["notes"]["DatabaseError"] > 40
    # the case that makes a second bringing necessary: committed, and nobody was told
    assert found["notes"]["applied although refused"] > 0


def test_a_server_that_crashes_has_what_it_acknowledged() -> None:
    found = run_proof("crashes", trials=2)
    assert found["faults"] == []
    assert found["notes"]["acked"] > 0
