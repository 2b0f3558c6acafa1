"""A desk that is restored from an old backup heals, or says which records it misses."""

import pytest

from tests.support.restored_desks import fortnights, play, template_branch

SEEDS = 50
CARELESS_SEEDS = 30


@pytest.mark.timeout(600)
def test_nothing_is_lost_and_every_gap_is_told() -> None:
    found = fortnights(SEEDS)
    assert found["faults"] == []
    # The fortnights held what they are about: backups, restores, gaps, and uploads that healed.
    assert found["notes"]["restores"] >= SEEDS
    assert found["notes"]["with gaps"] > SEEDS // 10
    assert found["notes"]["healed"] > SEEDS // 3


@pytest.mark.timeout(600)
def test_terminals_that_delete_what_was_only_received_lose_records() -> None:
    with template_branch() as template:
        outcomes = [play(template, seed, careless=True) for seed in range(CARELESS_SEEDS)]
    losing = [outcome for outcome in outcomes if outcome.lost]
    assert len(losing) > CARELESS_SEEDS // 2
    # Even so the desk never keeps quiet about it.
    assert [outcome.seed for outcome in outcomes if outcome.silent or outcome.told_wrong] == []
