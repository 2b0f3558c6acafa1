"""Keys for tests: desks and terminals that know each other without having been paired."""

from dataclasses import dataclass
from pathlib import Path

from drivers.contract import Credentials
from drivers.protocols.docking.keys import certificate_of, make_key


@dataclass(frozen=True, slots=True)
class Pair:
    """A desk's credentials, and the options of a handheld that it knows and that knows it."""

    desk: Credentials
    key_file: Path
    desk_file: Path

    @property
    def options(self) -> list[str]:
        return ["--key", str(self.key_file), "--desk", str(self.desk_file)]


def make_pair(folder: Path, name: str = "pair") -> Pair:
    """Fresh keys in `folder`; the same name gives the same ones again."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {who: folder / f"{name}-{who}.key" for who in ("desk", "terminal")}
    for file in files.values():
        if not file.exists():
            file.write_bytes(make_key())
    certificates = {who: certificate_of(file.read_bytes()) for who, file in files.items()}
    desk_file = folder / f"{name}-desk.der"
    desk_file.write_bytes(certificates["desk"])
    desk = Credentials(certificates["desk"], files["desk"], (certificates["terminal"],))
    return Pair(desk, files["terminal"], desk_file)
