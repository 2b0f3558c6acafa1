"""A disk dies: the branch comes back from a backup, and a real handheld goes on with that desk."""

import shutil
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from sqlite3 import connect

from app.services.demo.days import moment_ms
from app.services.demo.recorder import Recorder
from tests.support.branches import DAY, EVENING_HOUR, Branch, Outcome, found


def kept(store: Path) -> int:
    """How many records the handheld still has."""
    with closing(connect(store)) as connection:
        (count,) = connection.execute("SELECT count(*) FROM record").fetchone()
    return int(count)


def dock_with(branch: Branch, folder: Path, load: Path | None) -> tuple[Outcome, int]:
    """The handheld writes what is in `load` and docks; the answer, and how much it keeps then."""
    options = {} if load is None else {"load": load}
    handheld = branch.handheld(folder, name="1", **options)
    try:
        outcome = branch.docked(handheld.port)
    finally:
        handheld.stop()
    return outcome, kept(handheld.store)


def backed_up(branch: Branch, file: Path) -> Path:
    assert branch.tallydock("backup", str(file)).code == 0
    return file


def restored(branch: Branch, file: Path, name: str) -> Branch:
    """The branch in a new folder, with the clock that it lived by."""
    again = replace(branch, data=branch.data.with_name(name))
    outcome = again.tallydock("restore", str(file))
    assert outcome.code == 0, outcome.err
    shutil.copy(branch.data / "settings.toml", again.data)
    return again


def clocked_in(memory: Recorder, branch: Branch, folder: Path) -> Path:
    """One record more."""
    memory.write(51, moment_ms(DAY, EVENING_HOUR, 1), kind="in")
    return branch.seal(memory, folder)


def test_a_handheld_heals_a_restored_desk_and_what_it_forgot_is_told(tmp_path: Path) -> None:
    branch = found(tmp_path / "data", [1])
    memory = branch.full_days(1)
    first = memory.next_seq - 1
    outcome, left = dock_with(branch, tmp_path, branch.seal(memory, tmp_path))
    assert (outcome.code, left) == (0, first)  # received, but in no backup yet
    old = backed_up(branch, tmp_path / "old.zip")
    outcome, left = dock_with(branch, tmp_path, clocked_in(memory, branch, tmp_path))
    assert (outcome.code, left) == (0, 1)  # what is backed up is gone, what is new is not

    # The disk dies here: the handheld brings again what the old backup lacks.
    again = restored(branch, old, "again")
    outcome, left = dock_with(again, tmp_path, None)
    assert (outcome.code, left) == (0, 1), outcome.err
    assert outcome.document["records"]["accepted"] == 1
    assert outcome.document["records"]["lost"] == 0

    # It dies once more, after a newer backup that nobody finds: one record is nowhere any more.
    backed_up(again, tmp_path / "lost.zip")
    outcome, left = dock_with(again, tmp_path, None)
    assert (outcome.code, left) == (0, 0)
    third = restored(branch, old, "third")
    outcome, _ = dock_with(third, tmp_path, clocked_in(memory, branch, tmp_path))
    assert outcome.code == 1, outcome.out + outcome.err
    told = {each["code"]: each["where"] for each in outcome.document["problems"]}
    assert told == {
        "X_SEQ_GAP": f"terminal 1 records {first + 1}-{first + 1}",
        "E_CHAIN": "terminal 1 batch 3",
    }
    check = third.tallydock("check")
    assert check.code == 0, check.out
