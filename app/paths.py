"""Where an installation keeps its files."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs


@dataclass(frozen=True, slots=True)
class Paths:
    """All files of one installation, below one data folder."""

    data: Path

    @property
    def database(self) -> Path:
        return self.data / "tallydock.sqlite"

    @property
    def archive(self) -> Path:
        """Folder of the sealed uploads, exactly as the terminals sent them."""
        return self.data / "archive"

    @property
    def blobs(self) -> Path:
        """Folder of photos and signatures, each under the digest of its content."""
        return self.data / "blobs"

    @property
    def sessions(self) -> Path:
        """Folder of what passed over the lines of dockings."""
        return self.data / "sessions"

    @property
    def profiles(self) -> Path:
        """Folder of the branch's own format profiles, with their samples below it."""
        return self.data / "profiles"

    @property
    def desk_key(self) -> Path:
        """Private key and certificate by which terminals know this desk."""
        return self.data / "keys" / "desk.pem"

    @property
    def output(self) -> Path:
        """Folder of papers, charts and reports."""
        return self.data / "output"

    @property
    def logs(self) -> Path:
        return self.data / "logs"

    @property
    def settings_file(self) -> Path:
        return self.data / "settings.toml"

    def create(self) -> None:
        """Make the folders that are missing.

        Raises OSError when the data folder cannot be made.
        """
        for folder in (self.data, self.archive, self.output, self.logs):
            folder.mkdir(parents=True, exist_ok=True)


def default_data_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Return the folder named by TALLYDOCK_DATA, else the one this platform keeps for programs."""
    if chosen := environment.get("TALLYDOCK_DATA"):
        return Path(chosen).expanduser().resolve()
    return Path(platformdirs.user_data_dir("tallydock", appauthor=False))
