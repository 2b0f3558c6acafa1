"""Runs the benchmarks named on the command line, or all of them: `python -m tests.bench wire`."""

import argparse
import importlib
import sys
from collections.abc import Sequence

from tests.bench.harness import Report

BENCHES = ("wire", "docks", "intake", "notes", "transfers", "ledger", "imports")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(BENCHES)}")
    names = parser.parse_args(arguments).names or BENCHES
    if unknown := set(names) - set(BENCHES):
        parser.error(f"no bench called {', '.join(sorted(unknown))}")
    for name in names:
        report = Report()
        importlib.import_module(f"tests.bench.{name}").run(report)
        report.write()
        for section in report.sections:
            sys.stdout.write(f"{section.title}\n")
            for row in [section.columns, *section.rows]:
                sys.stdout.write("  " + "  ".join(f"{cell:>14}" for cell in row) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
