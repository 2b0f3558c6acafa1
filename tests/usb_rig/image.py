"""Makes the virtual machine's kernel and its first and only disk, out of Debian's own packages."""

import hashlib
import json
import lzma
import os
import py_compile
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import unquote

import platformdirs

from tests.usb_rig.cpio import Entry, write_cpio

SUITES: Final = {(3, 11): "bookworm"}
"""The release whose Python can import the packages of the virtual environment we run in."""

PACKAGES: Final = (
    "python3", "busybox-static", "linux-image-amd64", "umtp-responder", "lrzsz", "mtp-tools",
    "dosfstools", "libusb-1.0-0",
)  # fmt: skip

MODULES: Final = (
    "virtio_pci", "virtio_console", "9pnet_virtio", "9p", "xhci_pci", "usbserial", "ftdi_sio",
    "cdc_acm", "sd_mod", "usb_storage", "vfat", "nls_cp437", "nls_ascii", "dummy_hcd",
    "libcomposite", "usb_f_acm", "usb_f_fs", "usb_f_ss_lb",
)  # fmt: skip
"""What the machine loads, beside what these need."""

UNUSED: Final = re.compile(
    r"(boot|var|lib/udev|lib/modules|lib/systemd|usr/share|usr/lib/x86_64-linux-gnu/(gconv/[A-TV-Z].*|perl.*)|"
    r"usr/(share|lib)/perl5?|usr/lib/(initramfs-tools|python3)|usr/include|"
    r"usr/lib/python3\.\d+/(test|idlelib|lib2to3|pydoc_data|ensurepip))(/|$)"
)
GUEST: Final = Path(__file__).with_name("guest")
XZ_MAGIC: Final = b"\xfd7zXZ\x00"
DEVICE_FOLDERS: Final = ("dev", "proc", "sys", "tmp", "run", "mnt", "tree", "packages", "root")


class ImageError(Exception):
    """The image cannot be made here; the message says why."""


@dataclass(frozen=True, slots=True)
class Image:
    """Two files that QEMU starts from, and the versions of the packages that are in them."""

    kernel: Path
    initramfs: Path
    versions: dict[str, str]
    was_cached: bool


def prepare_image(*, fresh: bool = False) -> Image:
    """The image of today's package versions; made, in about half a minute, if it is not cached.

    Raises ImageError.
    """
    suite = SUITES.get(sys.version_info[:2])
    if suite is None:
        raise ImageError(f"no Debian release is known to have Python {sys.version_info[:2]}")
    folder = Path(platformdirs.user_cache_dir("tallydock")) / "usb-rig" / _key(suite)
    was_cached = (folder / "versions.json").exists() and not fresh
    if not was_cached:
        _make(folder, suite)
    versions = json.loads((folder / "versions.json").read_text("utf-8"))
    return Image(folder / "vmlinux", folder / "initramfs.cpio", versions, was_cached)


def _key(suite: str) -> str:
    """Changes with the versions that apt would install now, and with how the image is made."""
    command = ["apt-cache", "policy", *PACKAGES]
    known = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    candidates = re.findall(r"^\S+:$|^ +Candidate: .*$", known, re.MULTILINE)
    recipe = b"".join(file.read_bytes() for file in (Path(__file__), GUEST / "init"))
    return hashlib.sha256(repr((suite, candidates, recipe)).encode()).hexdigest()[:16]


def _make(folder: Path, suite: str) -> None:
    """Fill `folder`, whole or not at all, and remove the images of other versions."""
    if shutil.which("mmdebstrap") is None:
        raise ImageError("mmdebstrap is missing; see python3 installer/bootstrap.py usb-rig")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as name:
        part = Path(name)
        packed = part / "debian.tar"
        # Extracted, never installed: nothing of it runs on this machine.
        done = subprocess.run(
            [
                "mmdebstrap", "--quiet", "--variant=extract", f"--include={','.join(PACKAGES)}",
                "--dpkgopt=path-exclude=/usr/share/*",
                '--extract-hook=ls "$1/var/cache/apt/archives" > "$1/unpacked"',
                suite, str(packed),
            ],
            stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise ImageError(f"mmdebstrap failed: {done.stderr[-2000:]}")
        with tarfile.open(packed) as debian:
            _write_files(debian, part)
        packed.unlink()
        shutil.rmtree(folder, ignore_errors=True)
        for other in folder.parent.iterdir():
            if other.is_dir() and other.name != part.name:
                shutil.rmtree(other, ignore_errors=True)
        part.rename(folder)
        part.mkdir()  # what the context removes


def _write_files(debian: tarfile.TarFile, folder: Path) -> None:
    members = {os.path.normpath(member.name): member for member in debian.getmembers()}
    kernel = next(name for name in members if name.startswith("boot/vmlinuz-"))
    (folder / "vmlinux").write_bytes(unpack_kernel(_content(debian, members[kernel])))
    with (folder / "initramfs.cpio").open("wb") as file:
        write_cpio(file, _entries(debian, members))
    unpacked = _content(debian, members["unpacked"]).decode()
    versions = dict(re.findall(r"^([^_\n]+)_([^_]+)_\w+\.deb$", unquote(unpacked), re.MULTILINE))
    wanted = {name: versions[name] for name in PACKAGES}
    (folder / "versions.json").write_text(json.dumps(wanted, indent=1), "utf-8")


def unpack_kernel(packed: bytes) -> bytes:
    """The ELF file inside a bzImage. QEMU enters it directly (PVH): without hardware help for
    virtual machines the kernel's own unpacking takes 4 to 13 s."""
    unpacked = lzma.LZMADecompressor().decompress(packed[packed.index(XZ_MAGIC) :])
    if not unpacked.startswith(b"\x7fELF"):
        raise ImageError("the kernel has no ELF file inside")
    return unpacked


def _entries(debian: tarfile.TarFile, members: dict[str, tarfile.TarInfo]) -> Iterator[Entry]:
    for folder in DEVICE_FOLDERS:
        yield Entry(folder, 0o40755)
    yield Entry("init", 0o100755, (GUEST / "init").read_bytes())
    for name, member in members.items():
        if name in (".", *DEVICE_FOLDERS) or UNUSED.match(name):
            continue
        mode = member.mode & 0o7777
        if member.isdir():
            yield Entry(name, 0o40000 | mode)
            if name.startswith("usr/lib/python3."):
                yield Entry(f"{name}/__pycache__", 0o40755)
        elif member.issym():
            yield Entry(name, 0o120777, member.linkname.encode())
        elif member.isfile() or member.islnk():
            content = _content(debian, member)
            yield Entry(name, 0o100000 | mode, content)
            if name.endswith(".py"):
                yield from _compiled(name, content)
    files = {
        Path(name).stem.replace("-", "_"): member
        for name, member in members.items()
        if name.endswith(".ko")
    }
    modules = {name: _content(debian, files[name]) for name in _needed(debian, files)}
    yield Entry("modules", 0o40755)
    for number, (name, content) in enumerate(modules.items()):
        yield Entry(f"modules/{number:02}-{name}.ko", 0o100644, content)


def _compiled(name: str, source: bytes) -> Iterator[Entry]:
    """What Debian makes when it installs. Without it Python would start in seconds each time."""
    folder, _, file = name.rpartition("/")
    with tempfile.TemporaryDirectory() as here:
        original, compiled = Path(here) / file, Path(here) / "compiled"
        original.write_bytes(source)
        with suppress(py_compile.PyCompileError):
            py_compile.compile(
                str(original), str(compiled), f"/{name}", doraise=True,
                invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
            )  # fmt: skip
            cached = f"{folder}/__pycache__/{file[:-3]}.{sys.implementation.cache_tag}.pyc"
            yield Entry(cached, 0o100644, compiled.read_bytes())


def _needed(debian: tarfile.TarFile, files: dict[str, tarfile.TarInfo]) -> list[str]:
    """The modules, each behind those that it needs. What is built in has no file."""
    order: dict[str, None] = {}

    def add(names: Iterable[str]) -> None:
        for name in names:
            if name and name in files and name not in order:
                told = re.search(rb"\0depends=([^\0]*)\0", _content(debian, files[name]))
                add(told[1].decode().replace("-", "_").split(",") if told else ())
                order[name] = None

    add(MODULES)
    return list(order)


def _content(debian: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = debian.extractfile(member)
    return file.read() if file else b""
