"""Set up and start Tallydock, or its tests, with nothing but Python 3.11.

    python3 installer/bootstrap.py run [arguments of tallydock]
    python3 installer/bootstrap.py test [arguments of pytest]
    python3 installer/bootstrap.py usb         (Linux, as root: who sits here may open USB devices)
    python3 installer/bootstrap.py usb-rig [names of scenarios]     (Debian)

It installs the system libraries that are missing, makes `.venv`, fills it from the lock file and
starts. What is there already is left alone, so that every later start begins at once.
Tried on Debian 12. The ways for Windows, macOS and other Linux systems are written but untested.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

OLDEST_PYTHON = (3, 11)
SURROUNDINGS_FAILED = 3

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
RUN_LOCK = ROOT / "requirements.lock"
TEST_LOCK = ROOT / "requirements-dev.lock"
UDEV_RULES = Path("/etc/udev/rules.d")

# What Qt opens at run time, as Debian names it; a name may have gained "t64" in later releases.
DEBIAN_RUN = (
    "libbrotli1 libcups2 libdbus-1-3 libegl1 libfontconfig1 libgl1 libglib2.0-0 libx11-6 "
    "libx11-xcb1 libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0 "
    "libxcb-render-util0 libxcb-shape0 libxcb-sync1 libxcb-util1 libxcb-xfixes0 libxcb-xkb1 "
    "libxkbcommon-x11-0 libxkbcommon0"
).split()
DEBIAN_TEST = (
    "ckermit faketime gcc gkermit libc6-dev lrzsz nodejs poppler-utils postgresql qpdf strace "
    "x11-utils xauth xdotool xvfb"
).split()
# A virtual machine with USB ports, for `usb-rig` alone; uidmap for those who are not root.
USB_RIG = "mmdebstrap qemu-system-x86 uidmap".split()
FEDORA_RUN = (
    "cups-libs dbus-libs fontconfig glib2 libX11 libX11-xcb libbrotli libglvnd-egl libglvnd-glx "
    "libxcb libxkbcommon libxkbcommon-x11 xcb-util xcb-util-cursor xcb-util-image "
    "xcb-util-keysyms xcb-util-renderutil xcb-util-wm"
).split()
FEDORA_TEST = (
    "gcc libfaketime lrzsz nodejs poppler-utils postgresql-server qpdf strace xorg-x11-server-Xvfb "
    "xorg-x11-utils xdotool"
).split()


class CannotGoOnError(Exception):
    """Something only a person can put right; the message says what to type."""


def main(arguments: list[str]) -> int:
    if not arguments or arguments[0] not in ("run", "test", "usb", "usb-rig"):
        print(__doc__)
        return 0 if arguments[:1] in (["-h"], ["--help"]) else 2
    if sys.version_info < OLDEST_PYTHON:
        needed, found = (".".join(map(str, each)) for each in (OLDEST_PYTHON, sys.version_info[:3]))
        print(f"Tallydock needs Python {needed} or newer; this is {found}.", file=sys.stderr)
        return SURROUNDINGS_FAILED
    command, rest = arguments[0], arguments[1:]
    try:
        if command == "usb":
            let_people_open_usb()
            return 0
        install_system_packages(command)
        fill_venv(testing=command != "run")
        if command == "run":
            require_display(rest)
    except CannotGoOnError as reason:
        print(reason, file=sys.stderr)
        return SURROUNDINGS_FAILED
    if command == "run":
        return start("app", rest)
    os.chdir(ROOT)
    return (
        start("tests.usb_rig", rest)
        if command == "usb-rig"
        else start("pytest", ["-n", "auto", *rest])
    )


def say(words: str) -> None:
    # On stderr: stdout belongs to the program, which may have been asked for JSON.
    print(f"[set-up] {words}", file=sys.stderr, flush=True)


# ------------------------------------------------------------------ system packages


def install_system_packages(command: str) -> None:
    """Install what is missing for it, or raise CannotGoOnError with the line to type."""
    if not sys.platform.startswith("linux"):
        return
    if shutil.which("dpkg-query"):
        more = {"run": [], "test": DEBIAN_TEST, "usb-rig": USB_RIG}
        missing = missing_on_debian(DEBIAN_RUN + more[command])
        if missing:
            install_with_apt(missing)
    elif shutil.which("rpm"):
        missing = missing_on_fedora(FEDORA_RUN + (FEDORA_TEST if command == "test" else []))
        if missing:
            raise CannotGoOnError(
                "System packages are missing. Please type this, then start again:\n"
                f"  sudo dnf install -y {' '.join(missing)}"
            )


def missing_on_debian(wanted: list[str]) -> list[str]:
    """Return the packages of `wanted` that dpkg does not have, and what makes a venv if needed."""
    answer = subprocess.run(
        ["dpkg-query", "-W", "-f", "${db:Status-Status} ${Package}\n"],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    states = (line.partition(" ") for line in answer.stdout.splitlines())
    there = {name for state, _, name in states if state == "installed"}
    missing = [name for name in wanted if not {name, f"{name}t64"} & there]
    if importlib.util.find_spec("ensurepip") is None and not venv_python().exists():
        missing.append(f"python{sys.version_info[0]}.{sys.version_info[1]}-venv")
    return missing


def missing_on_fedora(wanted: list[str]) -> list[str]:
    """Return the packages of `wanted` that rpm does not have."""
    return [
        name
        for name in wanted
        if subprocess.run(["rpm", "-q", name], stdout=subprocess.DEVNULL, check=False).returncode
    ]


def as_root(otherwise: str) -> list[str]:
    """What to put before a command that only root may give: nothing, or a sudo that asks for no
    password. Raises CannotGoOnError(otherwise)."""
    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if (
        not sudo
        or subprocess.run([sudo, "-n", "true"], check=False, capture_output=True).returncode
    ):
        raise CannotGoOnError(otherwise)
    return [sudo, "-n"]


def install_with_apt(packages: list[str]) -> None:
    """Install Debian packages as root or through a sudo that asks for no password.

    Raises CannotGoOnError when neither is possible or apt fails.
    """
    install = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    by_hand = f"  sudo apt-get update && sudo {' '.join(install)}"
    before = as_root(f"System packages are missing. Please type this, then start again:\n{by_hand}")
    say(f"installing {len(packages)} system packages: {' '.join(packages)}")
    before += ["env", "DEBIAN_FRONTEND=noninteractive"]
    for command in (["apt-get", "update", "-q"], [*install, "-q"]):
        done = subprocess.run(
            [*before, *command],
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if done.returncode:
            raise CannotGoOnError(f"{done.stdout}\napt failed (see above). By hand:\n{by_hand}")


# ------------------------------------------------------------------ USB devices


def let_people_open_usb(rules: Path = UDEV_RULES) -> None:
    """Put the rule for devices that dock among those of udev, as root or through sudo.

    Raises CannotGoOnError with the lines to type when neither is possible.
    """
    if not sys.platform.startswith("linux"):
        raise CannotGoOnError("Only Linux has rules for USB devices; see drivers/README.md.")
    source = ROOT / "installer" / "70-tallydock.rules"
    steps = [
        ["groupadd", "--system", "--force", "plugdev"],
        ["install", "-D", "-m", "644", str(source), str(rules / source.name)],
    ]
    if shutil.which("udevadm"):
        steps += [
            ["udevadm", "control", "--reload"],
            ["udevadm", "trigger", "--subsystem-match=usb"],
        ]
    by_hand = "\n".join(f"  sudo {' '.join(step)}" for step in steps)
    before = as_root(f"Only root may do this. Please type:\n{by_hand}")
    for step in steps:
        done = subprocess.run([*before, *step], check=False, capture_output=True, text=True)
        if done.returncode:
            raise CannotGoOnError(f"{done.stderr}\nthat failed. By hand:\n{by_hand}")
    say(f"{rules / source.name} is in place; plug the terminal in again")


# ------------------------------------------------------------------ the virtual environment


def venv_python() -> Path:
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def fill_venv(testing: bool) -> None:
    """Make `.venv` and install the locked packages, unless that has been done already."""
    lock = TEST_LOCK if testing else RUN_LOCK
    house = f"{ROOT} {sys.version_info[0]}.{sys.version_info[1]}"
    stamp = f"{house} {hashlib.sha256(lock.read_bytes()).hexdigest()}"
    stamp_file = VENV / f"installed-{lock.name}"
    if venv_python().exists() and read(stamp_file) == stamp:
        return
    say(f"making {VENV}")
    house_file = VENV / "installed-house"
    clear = ["--clear"] if VENV.exists() and read(house_file) not in ("", house) else []
    call([sys.executable, "-m", "venv", *clear, str(VENV)], "The virtual environment")
    house_file.write_text(house, encoding="utf-8")
    say(f"installing the packages of {lock.name}")
    # The lock is complete. Left to look for itself, pip takes a release that is newer than the
    # locked one for what another package asks with an extra, and then refuses it.
    call(
        [
            str(venv_python()), "-m", "pip", "install", "--quiet", "--no-input", "--no-deps",
            "--disable-pip-version-check", "--require-hashes", "--only-binary", ":all:",
            "-r", str(lock),
        ],
        "The installation of packages",
    )  # fmt: skip
    places = {"base": str(VENV), "platbase": str(VENV)}
    site_packages = Path(sysconfig.get_path("purelib", "venv", places))
    (site_packages / "tallydock.pth").write_text(f"{ROOT}\n", encoding="utf-8")
    stamp_file.write_text(stamp, encoding="utf-8")
    say("ready")


def read(file: Path) -> str:
    return file.read_text(encoding="utf-8") if file.exists() else ""


def call(command: list[str], what: str) -> None:
    """Run a command of the set-up; raise CannotGoOnError when it fails."""
    try:
        subprocess.run(command, check=True, stdout=sys.stderr)
    except (OSError, subprocess.CalledProcessError) as error:
        raise CannotGoOnError(
            f"{what} failed (see above).\nPlease put that right, then start again; "
            f"if nothing helps, remove {VENV} first."
        ) from error


# ------------------------------------------------------------------ starting


def require_display(arguments: list[str]) -> None:
    """Raise CannotGoOnError when a window is asked for and there is nowhere to show it."""
    places = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    if not sys.platform.startswith("linux") or any(os.environ.get(each) for each in places):
        return
    opens_window = not arguments or ("demo" in arguments and "--headless" not in arguments)
    if opens_window and "--help" not in arguments:
        raise CannotGoOnError(
            "There is no screen here (neither DISPLAY nor WAYLAND_DISPLAY is set).\n"
            "Start it on a desktop, or without a window: "
            "python3 installer/bootstrap.py run demo --headless"
        )


def start(module: str, arguments: list[str]) -> int:
    """Become `python -m module` of the virtual environment; return its exit code on Windows."""
    python = str(venv_python())
    # The folder somebody stands in may hold an `app` of its own.
    environment = {**os.environ, "PYTHONSAFEPATH": "1"}
    # Compiling everything anew at each start takes longer than most commands.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [python, "-m", module, *arguments]
    if os.name != "nt":
        sys.stdout.flush()
        os.execve(python, command, environment)
    # Windows would give the prompt back at once and lose the exit code.
    return subprocess.run(command, check=False, env=environment).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
