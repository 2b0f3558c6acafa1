"""What every test finds: no setting of this machine, no window on its screen."""

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings

# A busy machine is no reason to fail; speed is measured in tests/bench.
settings.register_profile("tallydock", deadline=None)
settings.load_profile("tallydock")

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

# The programs that tests start need not compile everything anew each time.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# Files in memory where there is room: what a test proves does not depend on how slow a disk is, and
# every commit waits for it. What power loss does is told from what was flushed, not from a disk.
MEMORY = Path("/dev/shm")  # noqa: S108
ENOUGH_BYTES = 6 << 30
if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free >= ENOUGH_BYTES:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))
    os.environ.setdefault("TMPDIR", str(MEMORY))


@pytest.fixture(autouse=True)
def untouched_installation(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Keep tests away from the data, the language and the passwords of whoever runs them."""
    for name in ("TALLYDOCK_DB", "TALLYDOCK_PASSPHRASE", "TALLYDOCK_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TALLYDOCK_DATA", str(tmp_path_factory.getbasetemp() / "installation"))
