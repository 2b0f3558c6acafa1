"""Fuzzing of everything that reads what a stranger sends; `python -m tests.soak.fuzzing NAME RUNS`.

Coverage guides the mutations (atheris, libFuzzer). A target ends with one line of JSON: what it
did, the slowest input, and the memory that it took beyond the first thousand inputs.
"""

import contextlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
WARM_RUNS = 1000
SLOWEST_S = 2.0
MOST_EXTRA_MIB = 64
# Long inputs are slow, and most targets have nothing more to show.
LONGEST = {"batch": 6000, "datasets": 6000}
SHARES = {
    "cbor": 24, "message": 24, "frames": 20, "batch": 6, "datasets": 5, "introduction": 7,
    "connect": 11.8, "certificate": 1, "desk session": 0.5, "terminal session": 0.5,
    "pairing session": 0.2,
}  # fmt: skip
"""Percent of the executions; a session is a hundred times the work of a message."""

Target = Callable[[bytes], object]


def run(count: int = 10_000_000) -> dict[str, Any]:
    """So many executions, one target after the other: `trials`, `bad`, `faults`, `notes`."""
    trials, slowest_s, extra_mib = 0, 0.0, 0.0
    faults: list[str] = []
    told: dict[str, Any] = {}
    for name, share in SHARES.items():
        done = _run_target(name, max(WARM_RUNS + 1, round(count * share / 100)))
        if done.returncode:
            faults.append(f"{name}: {done.stdout[-3000:]}{done.stderr[-3000:]}")
            continue
        figures = json.loads(done.stdout.splitlines()[-1])
        trials += figures["executions"]
        told[name] = f"{figures['executions']} in {figures['seconds']:.0f} s"
        slowest_s = max(slowest_s, figures["slowest_s"])
        extra_mib = max(extra_mib, figures["extra_mib"])
        if figures["extra_mib"] > MOST_EXTRA_MIB:
            faults.append(f"{name}: {figures['extra_mib']} MiB")
    told |= {"slowest input s": slowest_s, "extra MiB": extra_mib}
    return {"trials": trials, "bad": len(faults), "faults": faults, "notes": told}


def _run_target(name: str, runs: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.soak.fuzzing", name, str(runs)],
        capture_output=True, text=True, cwd=ROOT, check=False,
    )  # fmt: skip


def main(name: str, runs: int) -> None:
    """Fuzz one target; ends the process with 0, or by libFuzzer's hand after a finding."""
    import atheris  # noqa: PLC0415 - it is for soaking only

    # Odd certificates make the library warn, which is no finding.
    warnings.simplefilter("ignore")
    with atheris.instrument_imports(include=["drivers.protocols"]):
        from tests.soak.fuzz_targets import SEEDS, TARGETS  # noqa: PLC0415 - instrumented

    target, seeds = TARGETS[name], SEEDS.get(name, [])
    with tempfile.TemporaryDirectory() as folder:
        for place, seed in enumerate(seeds):
            (Path(folder) / f"seed-{place}").write_bytes(seed)
        options = [
            f"-artifact_prefix={folder}/",
            "-timeout=30",
            f"-max_len={LONGEST.get(name, 1000)}",
            "-seed=1",
        ]
        atheris.Setup(
            [sys.argv[0], folder, *options, "-print_final_stats=0"], _Watched(target, runs)
        )
        atheris.Fuzz()


class _Watched:
    """Counts, times and ends."""

    def __init__(self, target: Target, runs: int) -> None:
        self._target = target
        self._runs = runs
        self._done = 0
        self._slowest_s = 0.0
        self._warm_kib = 0
        self._began_s = time.perf_counter()

    def __call__(self, data: bytes) -> None:
        began_s = time.perf_counter()
        self._target(data)
        took_s = time.perf_counter() - began_s
        self._slowest_s = max(self._slowest_s, took_s)
        if took_s > SLOWEST_S:
            raise RuntimeError(f"{took_s:.1f} s for {data.hex()}")
        self._done += 1
        if self._done == WARM_RUNS:
            self._warm_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        if self._done >= self._runs:
            self._tell()

    def _tell(self) -> None:
        peak_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        figures = {
            "executions": self._done,
            "seconds": round(time.perf_counter() - self._began_s, 1),
            "slowest_s": round(self._slowest_s, 3),
            "extra_mib": round((peak_kib - self._warm_kib) / 1024, 1),
        }
        with contextlib.suppress(BrokenPipeError):
            sys.stdout.write(json.dumps(figures) + "\n")
            sys.stdout.flush()
        # libFuzzer would go on.
        os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
