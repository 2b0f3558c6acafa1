"""A backup is whole or visibly none, and the old one stays until there is a new one."""

import pytest

from tests.support.crash.rig import run_proof


@pytest.mark.timeout(600)
def test_killed_and_refused_at_file_operations_of_a_backup_and_a_restore() -> None:
    found = run_proof("backups", count=25)
    assert found["faults"] == []
    assert found["notes"]["killed"] > 60
    assert found["notes"]["refused"] > 100
    assert found["trials"] > 250
