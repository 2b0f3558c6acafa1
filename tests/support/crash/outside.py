"""An independent witness: strace kills the program at its system calls, without our shim."""

import os
import random
import subprocess
import sys
from collections import Counter

from tests.support.branches import environment
from tests.support.crash.forks import KILLED
from tests.support.crash.ground import Ground
from tests.support.crash.kills import Tally
from tests.support.crash.story import FLOWS, Flow
from tests.support.terminals import ROOT

# Python itself does none of these on its way to the office.
CALLS = "pwrite64,fsync,fdatasync,ftruncate,rename,unlink,mkdir"
UPLOADS = tuple(flow for flow in FLOWS if flow.last - flow.first == 1 and flow.name[:4] == "take")
CHILD = """
import sys
from pathlib import Path
from app.services.archive import Origin
from app.services.intake import take_in
from tests.support.offices import CLERK, open_office
data, batch, *origin = sys.argv[1:]
office = open_office(f"sqlite:///{data}/tallydock.sqlite", Path(data))
take_in(office, CLERK, Origin(*map(int, origin)), Path(batch).read_bytes())
print("acked", flush=True)
office.database.close()
"""


def at_calls(ground: Ground, count: int | None, seed: int = 0) -> Tally:
    """Killed at system calls of an intake, `count` in all, or at every one."""
    tally = Tally()
    places = [
        (flow, call, nth)
        for flow in UPLOADS
        for call, made in _calls(ground, flow).items()
        for nth in range(1, made + 1)
    ]
    tally.notes["places"] = len(places)
    if count is not None and count < len(places):
        places = random.Random(seed).sample(places, count)
    for flow, call, nth in places:
        code, acked = _run(ground, flow, ["-e", f"inject={call}:signal=SIGKILL:when={nth}"])
        tally.notes["killed" if code == KILLED else "survived"] += 1
        steps = ground.story.steps[flow.first : flow.last]
        faults = ground.judge(steps if acked else [], steps, ground.story.books[flow.last])
        tally.add(f"{flow.name} at {call} {nth}", faults)
    return tally


def _calls(ground: Ground, flow: Flow) -> Counter[str]:
    """How often an undisturbed run makes each call: strace counts each kind by itself."""
    log = ground.folder / "calls"
    code, acked = _run(ground, flow, ["-o", str(log)])
    if code or not acked:
        raise ChildProcessError(code)
    lines = log.read_text(errors="replace").splitlines()
    return Counter(line.partition("(")[0] for line in lines if "(" in line)


def _run(ground: Ground, flow: Flow, options: list[str]) -> tuple[int, bool]:
    ground.reset(flow.first)
    (step,) = ground.story.steps[flow.first : flow.last]
    if step.origin is None:
        raise LookupError(step.name)
    batch = ground.folder / "batch.cbor"
    batch.write_bytes(step.data)
    origin = (step.origin.branch, step.origin.terminal, step.origin.epoch, step.origin.batch_no)
    if "-o" not in options:
        options = [*options, "-o", os.devnull]
    command = ["strace", "-qq", "-e", f"trace={CALLS}", *options, sys.executable, "-c", CHILD]
    done = subprocess.run(
        [*command, str(ground.data), str(batch), *map(str, origin)],
        cwd=ROOT, env=environment() | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.PIPE, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout.startswith(b"acked")
