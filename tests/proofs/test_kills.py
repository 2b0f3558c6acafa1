"""The program is killed anywhere; what was acknowledged is there, and nothing counts twice."""

import pytest

from tests.support.crash.rig import run_proof


@pytest.mark.timeout(600)
def test_killed_at_every_statement_of_seven_flows() -> None:
    found = run_proof("statements")
    assert found["faults"] == []
    assert found["notes"]["killed"] == found["trials"] == found["notes"]["places"]
    assert found["trials"] > 500


def test_killed_at_file_operations() -> None:
    found = run_proof("operations", count=100)
    assert found["faults"] == []
    assert found["notes"]["killed"] > 150


def test_killed_at_opcodes_of_sqlite() -> None:
    found = run_proof("opcodes", count=100)
    assert found["faults"] == []
    assert found["notes"]["killed"] >= 90
