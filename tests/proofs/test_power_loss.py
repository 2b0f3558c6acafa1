"""The power goes; each state that the disk may be in opens, and holds what was acknowledged.

The proof proves something only because it fails as soon as one protection is taken away.
"""

import pytest

from tests.support.crash.rig import run_proof

STATES = 2_000
SAMPLE = 150


@pytest.mark.timeout(900)
def test_two_thousand_states_of_the_disk_hold_what_was_acknowledged() -> None:
    found = run_proof("power", count=STATES)
    assert found["faults"] == []
    assert found["trials"] == STATES
    # every moment of the story was met, the one before the first receipt and the one after all
    assert {f"acked {number}" for number in range(11)} <= set(found["notes"])


def test_what_a_killed_program_left_is_flushed_before_it_is_acknowledged() -> None:
    found = run_proof("kill and power", states=2)
    assert found["faults"] == []
    assert found["trials"] > 60


@pytest.mark.parametrize(
    ("sabotage", "least_bad", "word"),
    [
        ("OFF", SAMPLE // 2, "acked and is lost"),
        ("NORMAL", SAMPLE // 4, "acked and is lost"),
        ("archive", SAMPLE // 3, "damaged"),
        ("photos", SAMPLE // 4, "photo"),
    ],
)
def test_without_one_protection_the_proof_fails(sabotage: str, least_bad: int, word: str) -> None:
    found = run_proof("power", count=SAMPLE, sabotage=sabotage)
    assert found["bad"] >= least_bad
    assert any(word in fault for fault in found["faults"])
