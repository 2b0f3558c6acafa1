"""The list inside a backup: what is in it, of which branch, when, and how far each terminal is."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

FORMAT = 1
DATABASE = "database.sqlite"
DESK_KEY = "keys/desk.pem"

# Names that this program gives; whatever else a file inside is called, it is not unpacked.
_NAMES = re.compile(
    r"database\.sqlite"
    r"|keys/desk\.pem"
    r"|archive/[0-9]{4,}/[0-9]{3,}/[0-9]+/[0-9]{6,}-[0-9a-f]{8}\.cbor(\.aside)?"
    r"|blobs/[0-9a-f]{2}/[0-9a-f]{64}",
    re.ASCII,
)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Member:
    """One file; `sha256` in hex of its content before it was deflated or encrypted."""

    name: str
    sha256: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class TerminalMark:
    """Records of `epoch` up to `received_seq` had come when the backup was made."""

    terminal_no: int
    epoch: int
    received_seq: int


@dataclass(frozen=True, slots=True)
class Defect:
    """A file that should have been in the backup and was `missing` or `damaged` already."""

    path: str
    flaw: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """`schema` is the revision of the tables; `members` are all files but the list itself."""

    made_ms: int
    made_by: str
    branch: int
    schema: str
    program: str
    members: tuple[Member, ...]
    terminals: tuple[TerminalMark, ...]
    defects: tuple[Defect, ...] = ()

    @property
    def holds_database(self) -> bool:
        """Without one, the office was on a server, and the archive makes the database again."""
        return any(member.name == DATABASE for member in self.members)


def is_ours(name: str) -> bool:
    """Whether a file inside a backup may be called so."""
    return _NAMES.fullmatch(name) is not None


def write_manifest(manifest: Manifest) -> bytes:
    """As JSON."""
    plain = {
        "format": FORMAT,
        "made_ms": manifest.made_ms,
        "made_by": manifest.made_by,
        "branch": manifest.branch,
        "schema": manifest.schema,
        "program": manifest.program,
        "terminals": [
            [each.terminal_no, each.epoch, each.received_seq] for each in manifest.terminals
        ],
        "defects": [[each.path, each.flaw] for each in manifest.defects],
        "members": [[each.name, each.sha256, each.size_bytes] for each in manifest.members],
    }
    return json.dumps(plain, ensure_ascii=False, indent=1).encode()


def read_manifest(data: bytes) -> Manifest:
    """Raises ValueError for anything that `write_manifest` would not have written."""
    try:
        plain: Any = json.loads(data)
        if plain["format"] != FORMAT:
            raise ValueError("another format")
        manifest = Manifest(
            made_ms=_whole(plain["made_ms"]),
            made_by=_text(plain["made_by"]),
            branch=_whole(plain["branch"]),
            schema=_text(plain["schema"]),
            program=_text(plain["program"]),
            members=tuple(_member(*each) for each in plain["members"]),
            terminals=tuple(TerminalMark(*map(_whole, each)) for each in plain["terminals"]),
            defects=tuple(Defect(*map(_text, each)) for each in plain["defects"]),
        )
    except (TypeError, KeyError, RecursionError) as error:
        raise ValueError(str(error)) from error
    if len({member.name for member in manifest.members}) != len(manifest.members):
        raise ValueError("a name appears twice")
    return manifest


def _member(name: Any, sha256: Any, size_bytes: Any) -> Member:
    member = Member(_text(name), _text(sha256), _whole(size_bytes))
    if _SHA256.fullmatch(member.sha256) is None:
        raise ValueError("no digest")
    return member


def _whole(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise ValueError("no whole number")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("no text")
    return value
