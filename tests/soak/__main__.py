"""Runs the proofs named on the command line, or all: `python -m tests.soak power --power 500`."""

import argparse
import fcntl
import importlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.bench.harness import Report, elapsed_s
from tests.support.crash.rig import run_proof

RESULTS = Path(__file__).with_name("RESULTS.md")
HEADING = """# Results of `python -m tests.soak`

Each section is one proof at the count it was last run with, and says when and where. Bad must be 0,
but in a run that is sabotaged on purpose, where it must not.
"""


@dataclass(frozen=True, slots=True)
class Soak:
    """One proof: how it is called, its full count, and what it tries.

    `proof` is one of the rig, or a module beside this one whose `run(count)` answers alike.
    """

    name: str
    proof: str
    title: str
    count: int
    remark: str
    counted: str = "count"
    options: dict[str, Any] = field(default_factory=dict)


def _sabotaged(how: str, title: str, remark: str) -> Soak:
    options = {"sabotage": how}
    return Soak(f"power-{how.lower()}", "power", title, 400, remark, options=options)


SOAKS = (
    Soak(
        "operations", "operations", "Killed at file operations", 10_000,
        "SIGKILL before every file operation of seven flows, and in the middle of every write; "
        "then the program starts, recovers, and everything is brought again.",
    ),
    Soak(
        "opcodes", "opcodes", "Killed at opcodes of SQLite", 5_000,
        "SIGKILL at opcodes spread evenly over seven flows.",
    ),
    Soak(
        "calls", "system calls", "Killed by strace at system calls", 200,
        "The same from outside, without our shim: whole processes that open the office, take a "
        "batch in and close.",
    ),
    Soak(
        "power", "power", "Power loss", 20_000,
        "Different states of the disk: any moment of the story, writes that were not flushed "
        "there, lost or torn at 512 bytes, names in their order up to the last flushed folder.",
    ),
    Soak(
        "after-kill",
        "kill and power",
        "Killed, started again, then power loss",
        20,
        "Killed at every operation of two keepings; the next program recovers and acknowledges, "
        "then the power goes: so many states of each, where there are so many.",
        "states",
    ),
    _sabotaged(
        "OFF", "Power loss with synchronous=OFF (bad on purpose)",
        "Moments behind the first command that was acknowledged. Uploads come back from the "
        "archive, commands do not.",
    ),
    _sabotaged(
        "NORMAL", "Power loss with synchronous=NORMAL (bad on purpose)",
        "The same with connections that live as long as the program's.",
    ),
    _sabotaged(
        "archive", "Power loss with an archive that is not flushed (bad on purpose)",
        "Moments behind the first upload that was acknowledged.",
    ),
    _sabotaged(
        "photos", "Power loss with photos that are not flushed (bad on purpose)",
        "Moments behind the photo that was acknowledged.",
    ),
    Soak(
        "refusals", "refusals", "I/O errors and full disks", 100_000,
        "EIO and ENOSPC at every changing file operation of seven flows, EIO at every reading "
        "one, once and for ever; then the same program goes on, and another one starts.",
    ),
    Soak(
        "sqlite", "clerks", "Four clerks on SQLite", 500,
        "Four processes take in the same twelve batches, each in an order of its own; every "
        "25th trial is replayed. Bad is also if nobody gets on for 5 s; the notes have the longest "
        "wait.",
        "trials", {"database": "sqlite"},
    ),
    Soak(
        "postgresql", "clerks", "Four clerks on PostgreSQL", 500,
        "The same on PostgreSQL.",
        "trials", {"database": "postgresql"},
    ),
    Soak(
        "cuts", "cuts", "The line to PostgreSQL is cut", 1_000,
        "At any byte of an intake, every third time near the answer to COMMIT; then the batch is "
        "brought again.",
        "trials",
    ),
    Soak(
        "crashes", "crashes", "PostgreSQL crashes", 100,
        "pg_ctl stop -m immediate under three clerks; then it starts again.",
        "trials",
    ),
    Soak(
        "backups", "backups", "Backups that are broken off", 2_000,
        "Killed, EIO and ENOSPC at operations of a backup and of a restore: each is verified or "
        "visibly incomplete, and the one before survives.",
    ),
    Soak(
        "restored", "restored desks", "Desks restored from old backups", 10_000,
        "Fortnights of dockings, backups and restores by seed: nothing lost, every gap shown with "
        "terminal and range.",
    ),
    Soak(
        "bytes", ".every_byte", "Every byte of a docking", 70_000,
        "Three secured ways (batches and data sets; photos and partials; pairing and docking): cut "
        "at every byte, every bit flipped as far as the count goes, and a seventh cut twice; then "
        "resumed until done.",
    ),
    Soak(
        "kills", ".docking_kills", "Desks and terminals killed while they dock", 50,
        "Real processes on real ports, killed at any moment of a session, so many of each; then "
        "docked again until done: every record is there exactly once, and a replay gives the same.",
    ),
    Soak(
        "fuzzing", ".fuzzing", "Fuzzing of what strangers send", 10_000_000,
        "Guided by coverage (atheris). Bad is an uncaught error, an input of more than 2 s, or a "
        "target that takes more than 64 MiB. Executions and seconds of each target in the notes.",
    ),
    Soak(
        "clocks", ".clock_jumps", "Clock jumps", 1_000,
        "Clocks of terminal and desk put forward and back by minutes to years, before, between "
        "and in the middle of the records of a day.",
    ),
    Soak(
        "transfers", ".file_transfers", "X, Y and ZMODEM against lrzsz", 72,
        "10 MB by every protocol both ways, then 1 MB with a bit wrong in one byte of 100 000, and "
        "1 MB by ZMODEM that is cut up to four times and resumed; the files are equal.",
    ),
    Soak(
        "kermit", ".kermit_transfers", "Kermit against G-Kermit and C-Kermit", 104,
        "10 MB with both, both ways, then 300 kB cut anywhere and begun again or gone on with "
        "(RESEND), every fifth time with a bit wrong and a byte lost in 100 000; the files are "
        "equal.",
    ),
)  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME")
    for soak in SOAKS:
        parser.add_argument(
            f"--{soak.name}", type=int, default=soak.count, metavar="COUNT", dest=soak.name,
            help=f"{soak.title}: trials at most (default %(default)s)",
        )  # fmt: skip
    options = parser.parse_args(arguments)
    names = options.names or [soak.name for soak in SOAKS]
    if unknown := set(names) - {soak.name for soak in SOAKS}:
        parser.error(f"no proof called {', '.join(sorted(unknown))}")
    is_bad = False
    for soak in SOAKS:
        if soak.name in names:
            is_bad |= _run(soak, getattr(options, soak.name))
    return int(is_bad)


def _run(soak: Soak, count: int) -> bool:
    """Run one proof and write its section; True when it failed."""
    found: dict[str, Any] = {}
    took_s = elapsed_s(lambda: found.update(_answer(soak, **{soak.counted: count}, **soak.options)))
    notes = found["notes"] | {key: found[key] for key in found.keys() & {"slowest_ms"}}
    told = ", ".join(f"{name}: {number}" for name, number in sorted(notes.items()))
    report = Report()
    section = report.section(soak.title, ("trials", "bad", "seconds", "notes"), soak.remark)
    section.row(found["trials"], found["bad"], took_s, told)
    _write(report)
    sys.stdout.write(f"{soak.name}: {found['trials']} trials, {found['bad']} bad, {took_s:.0f} s\n")
    for fault in found["faults"]:
        sys.stdout.write(f"  {fault}\n")
    return bool(found["bad"]) != bool(soak.options.get("sabotage"))


def _answer(soak: Soak, **options: Any) -> dict[str, Any]:
    if not soak.proof.startswith("."):
        return run_proof(soak.proof, **options)
    answer: dict[str, Any] = importlib.import_module(soak.proof, __package__).run(**options)
    return answer


def _write(report: Report) -> None:
    """One at a time: several proofs may run beside each other."""
    with Path(__file__).open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        report.write(RESULTS, HEADING)


if __name__ == "__main__":
    sys.exit(main())
