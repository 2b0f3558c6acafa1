"""Runs one proof in a process of its own: `python -m tests.support.crash.rig PROOF {"count": 5}`.

The process is small, warm and has one thread, so that it can fork for every trial; where a proof
stands between it and its files, it was started with the shim.
"""

import json
import logging
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tests.support.branches import environment
from tests.support.crash import backups, clerks, disks, kills, outside, power, servers
from tests.support.crash.ground import told_story
from tests.support.crash.shim import build_shim
from tests.support.restored_desks import fortnights
from tests.support.terminals import ROOT

PATIENCE_S = 3 * 3600


def run_proof(name: str, **options: Any) -> dict[str, Any]:
    """What a proof came to; `trials`, `bad` and `faults` are in each answer."""
    command = [sys.executable, "-m", "tests.support.crash.rig", name, json.dumps(options)]
    with tempfile.TemporaryDirectory(prefix="tdshim") as folder:
        surroundings = environment() | {"LD_PRELOAD": str(build_shim(Path(folder)))}
        # each opening of a database reads the migrations, which are compiled only once then
        surroundings.pop("PYTHONDONTWRITEBYTECODE", None)
        done = subprocess.run(
            command, stdout=subprocess.PIPE, cwd=ROOT, env=surroundings, timeout=PATIENCE_S,
            check=True,
        )  # fmt: skip
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def _on_ground(proof: Callable[..., Any]) -> Callable[..., dict[str, Any]]:
    def run(**options: Any) -> dict[str, Any]:
        with told_story() as ground:
            plain: dict[str, Any] = proof(ground, **options).as_plain()
            return plain

    return run


PROOFS: Mapping[str, Callable[..., dict[str, Any]]] = {
    "statements": _on_ground(kills.at_statements),
    "operations": _on_ground(kills.at_operations),
    "opcodes": _on_ground(kills.at_opcodes),
    "system calls": _on_ground(outside.at_calls),
    "refusals": _on_ground(disks.at_operations),
    "page counts": _on_ground(disks.at_page_counts),
    "power": power.lose_power,
    "kill and power": _on_ground(power.lose_power_after_kill),
    "backups": backups.at_operations,
    "restored desks": fortnights,
    "clerks": clerks.at_once,
    "cuts": servers.with_cuts,
    "crashes": servers.with_crashes,
}


if __name__ == "__main__":
    os.environ.pop("LD_PRELOAD", None)  # for us alone, not for what we start
    logging.disable(logging.ERROR)  # what libraries say of the faults that we make
    sys.stdout.write(json.dumps(PROOFS[sys.argv[1]](**json.loads(sys.argv[2]))))
