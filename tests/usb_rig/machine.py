"""A small virtual machine with USB ports, in which Python functions of this tree are run."""

import ctypes
import json
import os
import platform
import signal
import socket
import subprocess
import sysconfig
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.usb_rig.image import Image
from tests.usb_rig.qmp import Monitor

ROOT: Final = Path(__file__).parents[2]
KVM: Final = Path("/dev/kvm")
BOOT_S: Final = {"kvm": 20.0, "tcg": 120.0}
CONNECT_S: Final = 10.0
MEMORY_MB: Final = 768
PR_SET_PDEATHSIG: Final = 1


class MachineError(Exception):
    """The virtual machine did not start, or went away; the message has the end of its console."""


class ScenarioFailed(Exception):
    """What ran inside raised; the message is its traceback."""


Answer = Callable[[str, dict[str, Any]], Any]


@dataclass(slots=True)
class Machine:
    """A running machine. `accelerator` is kvm or tcg."""

    accelerator: str
    boot_s: float
    monitor: Monitor
    agent: socket.socket
    folder: Path
    process: subprocess.Popen[bytes]

    def run(self, module: str, answer: Answer, limit_s: float, **arguments: Any) -> dict[str, Any]:
        """Run `run(host, **arguments)` of a module inside; `answer` serves what it asks its host.

        Raises ScenarioFailed, also when it takes longer than `limit_s`, and MachineError.
        """
        self.agent.settimeout(limit_s + CONNECT_S)
        told = {"module": module, "arguments": arguments, "limit_s": limit_s}
        try:
            self.agent.sendall(json.dumps(told).encode() + b"\n")
            with self.agent.makefile("r", encoding="utf-8") as lines:
                for line in lines:
                    message = json.loads(line)
                    if "failed" in message:
                        raise ScenarioFailed(message["failed"])
                    if "result" in message:
                        result: dict[str, Any] = message["result"]
                        return result
                    self.agent.sendall(_serve(answer, message) + b"\n")
        except OSError as error:
            raise MachineError(f"{error}\n{self.console()}") from error
        raise MachineError(f"the machine ended\n{self.console()}")

    def console(self) -> str:
        """The last lines that its kernel said."""
        text = (self.folder / "console").read_text("utf-8", errors="replace")
        return text[-4000:]


def _serve(answer: Answer, message: dict[str, Any]) -> bytes:
    try:
        return json.dumps({"answer": answer(message["ask"], message["with"])}).encode()
    except Exception as error:  # noqa: BLE001 - it is raised again where it was asked
        return json.dumps({"refused": f"{type(error).__name__}: {error}"}).encode()


@contextmanager
def running_machine(image: Image, limit_s: float) -> Iterator[Machine]:
    """Start it with KVM if that works on this machine, else without; gone after `limit_s` at most.

    Raises MachineError.
    """
    with tempfile.TemporaryDirectory(prefix="usb-rig-") as name:
        for accelerator in _accelerators(image):
            with suppress(MachineError) if accelerator == "kvm" else _nothing():
                machine = _start(image, Path(name), accelerator)
                break
        watchdog = threading.Timer(limit_s, machine.process.kill)
        watchdog.daemon = True
        watchdog.start()
        try:
            yield machine
        finally:
            watchdog.cancel()
            machine.agent.close()
            machine.monitor.close()
            _end(machine.process)


@contextmanager
def _nothing() -> Iterator[None]:
    yield


def _accelerators(image: Image) -> Iterator[str]:
    """KVM may be there and hang all the same, so it is tried once for each kernel of the host."""
    hangs = image.kernel.parent.with_name(f"kvm-hangs-{platform.release()}")
    if os.access(KVM, os.R_OK | os.W_OK) and not hangs.exists():
        yield "kvm"
        hangs.touch()
    yield "tcg"


def _start(image: Image, folder: Path, accelerator: str) -> Machine:
    began_s = time.monotonic()
    for left in ("monitor", "agent"):
        (folder / left).unlink(missing_ok=True)
    process = subprocess.Popen(
        _command(image, folder, accelerator),
        stdin=subprocess.DEVNULL,
        preexec_fn=die_with_parent,  # noqa: PLW1509 - nothing else runs yet
    )
    try:
        monitor = Monitor(_wait_for(folder / "monitor", process))
        agent = socket.socket(socket.AF_UNIX)
        agent.settimeout(BOOT_S[accelerator])
        agent.connect(str(folder / "agent"))
        greeting = agent.recv(64)
        if greeting != b"ready\n":
            raise MachineError(f"no agent: {greeting!r}")
    except (OSError, MachineError) as error:
        _end(process)
        console = (folder / "console").read_text("utf-8", errors="replace")
        raise MachineError(f"{error}\n{console[-4000:]}") from error
    return Machine(accelerator, time.monotonic() - began_s, monitor, agent, folder, process)


def _command(image: Image, folder: Path, accelerator: str) -> list[str]:
    shares = {"tree": ROOT, "packages": sysconfig.get_path("purelib")}
    processor = {"kvm": "host", "tcg": "max"}[accelerator]
    command = ["qemu-system-x86_64", "-accel", accelerator, "-cpu", processor, "-smp", "2"]
    command += ["-m", str(MEMORY_MB), "-nodefaults", "-no-user-config", "-display", "none"]
    command += ["-no-reboot", "-kernel", str(image.kernel), "-initrd", str(image.initramfs)]
    command += ["-append", "console=ttyS0 quiet panic=-1 mitigations=off"]
    command += ["-serial", f"file:{folder}/console"]
    command += ["-qmp", f"unix:{folder}/monitor,server=on,wait=off"]
    command += ["-device", "virtio-serial", "-device", "virtserialport,chardev=agent,name=agent"]
    command += ["-chardev", f"socket,id=agent,path={folder}/agent,server=on,wait=off"]
    command += ["-device", "qemu-xhci,id=usb,p2=8,p3=8"]
    for tag, path in shares.items():
        options = "security_model=none,readonly=on,multidevs=remap"
        command += ["-virtfs", f"local,path={path},mount_tag={tag},{options}"]
    return command


def die_with_parent() -> None:
    """Run in a child before its program: Linux ends it when the thread that started it ends."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _wait_for(path: Path, process: subprocess.Popen[bytes]) -> Path:
    ends_s = time.monotonic() + CONNECT_S
    while not path.exists():
        if process.poll() is not None or time.monotonic() > ends_s:
            raise MachineError("QEMU did not start")
        time.sleep(0.02)
    return path


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
