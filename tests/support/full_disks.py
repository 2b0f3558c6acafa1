"""Full disks: a small one for the archive where one may be mounted, else a limit on writing."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from resource import RLIMIT_FSIZE, prlimit

SIZE = "40m"
BLOCK = bytes(1 << 20)


@dataclass(frozen=True, slots=True)
class SmallDisk:
    """The disk under an archive; `is_real` unless this user may not mount one."""

    filler: Path
    is_real: bool

    def fill(self, process: int) -> None:
        """Not one byte more can be written to it, at least not by `process`."""
        if self.is_real:
            with self.filler.open("wb", buffering=0) as stream, suppress(OSError):
                while stream.write(BLOCK):
                    pass
        else:
            stop_writing(process)

    def make_room(self) -> None:
        self.filler.unlink(missing_ok=True)


@contextmanager
def small_disk(folder: Path) -> Iterator[SmallDisk]:
    """A disk of its own at `folder`, with what lay there before."""
    before = folder.with_name("before")
    shutil.copytree(folder, before)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tallydock-test", str(folder)]
    is_real = subprocess.run(mount, capture_output=True, check=False).returncode == 0
    try:
        shutil.copytree(before, folder, dirs_exist_ok=True)
        yield SmallDisk(folder / "filler", is_real)
    finally:
        if is_real:
            shutil.rmtree(before)
            shutil.copytree(folder, before)
            subprocess.run(["umount", str(folder)], check=True)
            shutil.copytree(before, folder, dirs_exist_ok=True)


def stop_writing(process: int) -> None:
    """From now on whatever `process` writes to a file is refused, as on a full disk."""
    prlimit(process, RLIMIT_FSIZE, (0, 0))
