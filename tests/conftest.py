"""What every test finds: no setting of this machine, no window on its screen."""

import os

import pytest
from hypothesis import settings

# A busy machine is no reason to fail; speed is measured in tests/bench.
settings.register_profile("tallydock", deadline=None)
settings.load_profile("tallydock")

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


@pytest.fixture(autouse=True)
def untouched_installation(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Keep tests away from the data, the language and the passwords of whoever runs them."""
    for name in ("TALLYDOCK_DB", "TALLYDOCK_PASSPHRASE", "TALLYDOCK_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TALLYDOCK_DATA", str(tmp_path_factory.getbasetemp() / "installation"))
