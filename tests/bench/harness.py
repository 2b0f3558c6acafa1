"""Measures our code beside a reference in the same process tree and keeps the tables."""

import os
import platform
import re
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

RESULTS = Path(__file__).with_name("RESULTS.md")
ROOT = Path(__file__).parents[2]
HEADING = """# Results of `python -m tests.bench`

Ratios are ours to the reference, measured by turns on the same machine; absolute figures are only
good beside each other. Each section says when and where it was measured.
"""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Median seconds of both; `ratio` is ours to the reference, below 1 is faster."""

    ours_s: float
    reference_s: float

    @property
    def ratio(self) -> float:
        return self.ours_s / self.reference_s


@dataclass(slots=True)
class Section:
    """One table of figures with a remark below."""

    title: str
    columns: Sequence[str]
    rows: list[Sequence[str]] = field(default_factory=list)
    remark: str = ""

    def row(self, *cells: object) -> None:
        """Add a row; floats get three significant figures."""
        self.rows.append([_shown(cell) for cell in cells])


@dataclass(slots=True)
class Report:
    """Collects the sections of one run."""

    sections: list[Section] = field(default_factory=list)

    def section(self, title: str, columns: Sequence[str], remark: str = "") -> Section:
        """Begin a section; a later one of the same title replaces it in the file."""
        section = Section(title, columns, remark=remark)
        self.sections.append(section)
        return section

    def write(self, path: Path = RESULTS, heading: str = HEADING) -> None:
        """Put the new sections into the file and leave the others as they are."""
        kept = _read_sections(path)
        for section in self.sections:
            kept[section.title] = _as_markdown(section)
        path.write_text(heading + "".join(f"\n{text}" for text in kept.values()), "utf-8")


def elapsed_s(work: Callable[[], object]) -> float:
    """Seconds that `work` takes once."""
    began_s = time.perf_counter()
    work()
    return time.perf_counter() - began_s


def compare(
    ours: Callable[[], object], reference: Callable[[], object], runs: int = 5
) -> Comparison:
    """Run both by turns, so that a slow moment of the machine meets both, and take medians."""
    pairs = [(elapsed_s(ours), elapsed_s(reference)) for _ in range(runs)]
    return Comparison(
        statistics.median(pair[0] for pair in pairs), statistics.median(pair[1] for pair in pairs)
    )


def machine() -> str:
    """One line: processor, cores, memory, system, Python, load."""
    try:
        model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text("utf-8"))
        memory = re.search(r"MemTotal:\s*(\d+)", Path("/proc/meminfo").read_text("utf-8"))
    except OSError:  # not Linux
        model = memory = None
    name = model.group(1) if model else platform.processor()
    gib = f", {int(memory.group(1)) / 2**20:.0f} GiB" if memory else ""
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return (
        f"{name}, {os.cpu_count()} cores{gib}, {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}{load}"
    )


def _revision() -> str:
    run = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, cwd=ROOT,
        check=False,
    )  # fmt: skip
    return run.stdout.strip() or "no revision"


def _as_markdown(section: Section) -> str:
    lines = [
        f"## {section.title}",
        "",
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {_revision()}, {machine()}",
        "",
        "| " + " | ".join(section.columns) + " |",
        "|" + "---|" * len(section.columns),
        *("| " + " | ".join(row) + " |" for row in section.rows),
    ]
    if section.remark:
        lines += ["", section.remark]
    return "\n".join(lines) + "\n"


def _read_sections(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    parts = re.split(r"^## ", path.read_text("utf-8"), flags=re.MULTILINE)[1:]
    return {part.split("\n", 1)[0]: f"## {part.rstrip()}\n" for part in parts}


def _shown(cell: object) -> str:
    if not isinstance(cell, float):
        return str(cell)
    return f"{cell:.3g}" if abs(cell) < 1000 else f"{cell:.0f}"
