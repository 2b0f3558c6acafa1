"""The disk refuses at any operation: no receipt, our own words, and it goes on afterwards."""

import pytest

from tests.support.crash.rig import run_proof

SAMPLE = 500


@pytest.mark.timeout(600)
def test_an_error_at_any_file_operation_is_told_and_survived() -> None:
    found = run_proof("refusals", count=SAMPLE)
    assert found["faults"] == []
    assert found["trials"] == SAMPLE
    assert {"ArchiveError", "ArchiveFull", "DatabaseError", "DiskFull"} <= set(found["notes"])


def test_a_database_without_a_free_page_is_full_until_it_gets_some() -> None:
    found = run_proof("page counts")
    assert found["faults"] == []
    assert found["notes"]["DiskFull"] > 10
    assert found["notes"]["went through"] == 1
