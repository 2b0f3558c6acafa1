"""More kills of desks and terminals in the middle of dockings than a test has time for."""

import os
import re
import subprocess
import sys
from typing import Any

from tests.support.terminals import ROOT

TESTS = "tests/journeys/test_kills.py"


def run(count: int = 50) -> dict[str, Any]:
    """`count` kills of each kind; `trials`, `bad`, `faults`, `notes`."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:xdist", "-k", "exactly_once", TESTS],
        cwd=ROOT, env=os.environ | {"TALLYDOCK_KILLS": str(count)}, check=False,
        capture_output=True, text=True,
    )  # fmt: skip
    failed = re.search(r"(\d+) (?:failed|error)", done.stdout)
    bad = int(failed.group(1)) if failed else int(done.returncode != 0)
    faults = [line for line in done.stdout.splitlines() if line.startswith(("E  ", "FAILED"))]
    return {"trials": 2 * count, "bad": bad, "faults": faults[:10], "notes": {"kinds": 2}}
