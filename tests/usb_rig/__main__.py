"""Runs the scenarios named on the command line, or all: `python -m tests.usb_rig ftdi mtp`."""

import argparse
import compileall
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.bench.harness import Report
from tests.usb_rig.host import Host
from tests.usb_rig.image import Image, ImageError, prepare_image
from tests.usb_rig.machine import (
    ROOT,
    Machine,
    MachineError,
    ScenarioFailed,
    running_machine,
)
from tests.usb_rig.qmp import MonitorError

RESULTS: Final = Path(__file__).with_name("RESULTS.md")
HEADING: Final = """# Results of `poe usb-rig`

Our drivers in a virtual machine with Debian's kernel, on real libusb and devices that others wrote.
Times and speeds are those of a machine without hardware help where it says tcg, and only good
beside each other.
"""
SCENARIO_S: Final = 300.0
RUN_S: Final = 1800.0


@dataclass(frozen=True, slots=True)
class Scenario:
    """One module of `scenarios`, and what it proves."""

    name: str
    title: str


SCENARIOS: Final = (
    Scenario("ftdi", "A handheld behind an FTDI converter, pulled and resumed"),
    Scenario("cdc", "A handheld that is a modem to the kernel (CDC-ACM), pulled and resumed"),
    Scenario("aoa", "An Android accessory (AOA on FunctionFS), pulled and resumed"),
    Scenario("mtp", "Files of a media player (MTP of QEMU), pulled and resumed"),
    Scenario("umtp", "Files of a Linux terminal (uMTP-Responder), pulled and resumed"),
    Scenario("cancelled", "A desk that stops or dies in a transfer over MTP"),
    Scenario("bulk", "A handheld with our marked bulk interface, pulled and resumed"),
    Scenario("vendor", "A vendor's bulk interface (loopback of the kernel)"),
    Scenario("folder", "A stick with FAT32, pulled while it is mounted"),
    Scenario("parallel", "Five terminals at once"),
    Scenario("throughput", "Speed beside other programs"),
)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.usb_rig", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="of " + ", ".join(_names()))
    parser.add_argument("--fresh", action="store_true", help="make the image again")
    options = parser.parse_args(arguments)
    wanted = options.names or _names()
    if unknown := set(wanted) - set(_names()):
        parser.error(f"no scenario called {', '.join(sorted(unknown))}")
    began_s = time.monotonic()
    try:
        image = prepare_image(fresh=options.fresh)
        image_s = time.monotonic() - began_s
        # What is read over 9p is read-only there; without this every start would compile it.
        for folder in (ROOT / "drivers", Path(__file__).parent):
            compileall.compile_dir(folder, quiet=2)
        with running_machine(image, RUN_S) as machine:
            say(f"image {image_s:.1f} s, {machine.accelerator} machine {machine.boot_s:.1f} s")
            failed = _run_all(machine, [each for each in SCENARIOS if each.name in wanted])
            if not options.names:
                _write_versions(image, machine, image_s, time.monotonic() - began_s)
    except (ImageError, MachineError, MonitorError) as error:
        say(str(error))
        return 3
    say(f"{time.monotonic() - began_s:.1f} s in all, {failed} failed")
    return int(failed > 0)


def say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def _names() -> list[str]:
    return [scenario.name for scenario in SCENARIOS]


def _run_all(machine: Machine, scenarios: Sequence[Scenario]) -> int:
    """How many failed."""
    failed = 0
    for scenario in scenarios:
        host = Host(machine)
        began_s = time.monotonic()
        try:
            module = f"tests.usb_rig.scenarios.{scenario.name}"
            result = machine.run(module, host.answer, SCENARIO_S)
        except ScenarioFailed as error:
            failed += 1
            say(f"{scenario.name}: FAILED\n{error}")
            result = {"failed": str(error).strip().rpartition("\n")[2]}
        finally:
            host.tidy()
        took_s = time.monotonic() - began_s
        _write(scenario, result, took_s)
        told = ", ".join(f"{key}: {value}" for key, value in result.items())
        say(f"{scenario.name}: {took_s:.1f} s; {told}")
    return failed


def _write(scenario: Scenario, result: dict[str, Any], took_s: float) -> None:
    report = Report()
    section = report.section(scenario.title, ("what", "measured"))
    section.row("result", "failed" if "failed" in result else "passed")
    section.row("seconds", round(took_s, 1))
    for key, value in result.items():
        section.row(key.replace("_", " "), value)
    report.write(RESULTS, HEADING)


def _write_versions(image: Image, machine: Machine, image_s: float, whole_s: float) -> None:
    report = Report()
    section = report.section("The machine", ("what", "is"))
    section.row("accelerator", machine.accelerator)
    section.row("image", f"{'cached' if image.was_cached else 'made'}, {image_s:.1f} s")
    section.row("start until the agent answers", f"{machine.boot_s:.1f} s")
    section.row("whole run", f"{whole_s:.1f} s")
    for name, version in image.versions.items():
        section.row(name, version)
    report.write(RESULTS, HEADING)


if __name__ == "__main__":
    sys.exit(main())
