"""One file for whoever helps: what happened here, without secrets and without people."""

from __future__ import annotations

import io
import json
import platform
import re
import sqlite3
import sys
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from importlib import metadata
from pathlib import Path
from typing import Any

import app
from app.domain.rights import Actor, Right
from app.explain import event_sentence
from app.i18n import Translator
from app.services.checking import check
from app.services.files import new_file
from app.services.office import Office
from app.services.redaction import log_line, without_people, without_secrets
from app.services.sessions import events_of, list_sessions
from app.services.terminals import list_terminals
from app.services.upgrading import database_status
from app.settings import Settings
from app.storage.queries.docking import SessionRow
from app.storage.queries.private import private_texts
from app.storage.queries.terminals import keys_of
from drivers.links.recording import ENTRY, HEADER
from drivers.links.replay import read_recording

LOG_BYTES = 256 * 1024
TRAFFIC_BYTES = 64 * 1024 * 1024
MOST_SESSIONS = 500
EXAMPLES = 3
DAY_MS = 86_400_000

_PLAIN = frozenset({b"o", b"p"})
_NUMBER_BYTES = 8  # a longer number that was drawn is a ticket
_LOCKED = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)", re.MULTILINE)


def make_bundle(office: Office, actor: Actor, settings: Settings, file: Path, days: int = 7) -> int:
    """Write the bundle and return how many dockings are in it, those of the last `days`.

    Of each recording stays what passed over the line, which is encrypted; what the cipher opened
    is blanked. No key of the desk, no name, address or phone number goes in. Raises OutputError
    when `file` cannot be written.
    """
    actor.require(Right.ADMINISTER)
    since_ms = office.clock.now_ms() - days * DAY_MS
    latest = list_sessions(office, actor, limit=MOST_SESSIONS)
    rows = [row for row in latest if row.started_ms >= since_ms]
    with office.database.read() as reader:
        private = private_texts(reader)
    about = _about_program() | _about_branch(office, actor, settings)
    with new_file(file) as stream, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as bundle:
        for row in rows:
            told = without_secrets("\n".join(_told(row)))
            bundle.writestr(f"sessions/{row.id}.txt", without_people(told, private))
        about["without_traffic"] = list(_add_traffic(bundle, office, rows))
        log = "\n".join(map(log_line, _log_lines(office)))
        bundle.writestr("program.log", without_people(log, private))
        plain = without_secrets(json.dumps(about, ensure_ascii=False, indent=1, default=str))
        bundle.writestr("about.json", without_people(plain, private))
    return len(rows)


def blanked(recording: bytes) -> bytes:
    """The same recording with zeros for whatever the cipher opened or closed, and for tickets.

    Raises ValueError for what is no recording.
    """
    out = io.BytesIO()
    out.write(HEADER + b" blanked\n")
    for entry in read_recording(recording):
        is_ticket = entry.kind == b"n" and len(entry.data) > _NUMBER_BYTES
        is_secret = entry.kind in _PLAIN or is_ticket
        data = bytes(len(entry.data)) if is_secret else entry.data
        out.write(ENTRY.pack(entry.kind, entry.micros, len(data)) + data)
    return out.getvalue()


def _about_program() -> dict[str, Any]:
    installed = {each.name: each.version for each in metadata.distributions()}
    locked = dict(_LOCKED.findall(_lock()))
    return {
        "program": app.__version__,
        "python": sys.version,
        "platform": platform.platform(),
        "machine": platform.machine(),
        "sqlite": sqlite3.sqlite_version,
        "packages": sorted(f"{name} {version}" for name, version in installed.items()),
        "not_as_locked": [
            f"{name} {installed[name]} instead of {version}"
            for name, version in locked.items()
            if name in installed and installed[name] != version
        ],
    }


def _lock() -> str:
    """What the versions should be; a program that was packed for customers has no such list."""
    file = Path(app.__file__).parents[1] / "requirements.lock"
    return file.read_text("utf-8") if file.is_file() else ""


def _about_branch(office: Office, actor: Actor, settings: Settings) -> dict[str, Any]:
    terminals = list_terminals(office, actor)
    url = office.database.engine.url
    with office.database.read() as reader:
        devices = {row.terminal_no: keys_of(reader, row.terminal_no) for row in terminals}
    return {
        "branch": office.database.branch_id,
        "made_ms": office.clock.now_ms(),
        "settings": asdict(settings),
        "database": url.get_backend_name(),
        "schema": asdict(database_status(url.render_as_string(hide_password=False))),
        "terminals": [
            asdict(row)
            | {
                "devices": [
                    f"{key.device_id[:16]} {key.method} {key.state}"
                    for key in devices[row.terminal_no]
                ]
            }
            for row in terminals
        ],
        "invariants": [
            {
                "id": each.id,
                "holds": each.holds,
                "checked": each.checked,
                "contradicted": len(each.counterexamples),
                "examples": [dict(example) for example in each.counterexamples[:EXAMPLES]],
            }
            for each in check(office, actor)
        ],
    }


def _told(row: SessionRow) -> Iterable[str]:
    t = Translator("en")
    yield f"{row.port_url} {row.driver} {row.state} {row.error_code}"
    for event in events_of(row):
        words = event_sentence(event.code, event.fields, t)
        yield f"{event.at_ms} {event.code:<11} {words}"
        yield f"    {_fields(event.fields)}"


def _fields(fields: Mapping[str, Any]) -> str:
    return json.dumps(dict(fields), ensure_ascii=False)


def _add_traffic(
    bundle: zipfile.ZipFile, office: Office, rows: Iterable[SessionRow]
) -> Iterator[str]:
    """Newest first while there is room. Yields the dockings whose recording is not inside."""
    left_bytes = TRAFFIC_BYTES
    for row in rows:
        try:
            recording = blanked((office.paths.sessions / (row.traffic_path or "-")).read_bytes())
        except (OSError, ValueError):  # swept, or not a whole header yet
            recording = b""
        if recording and len(recording) <= left_bytes:
            bundle.writestr(f"sessions/{row.id}.traffic", recording)
            left_bytes -= len(recording)
        else:
            yield str(row.id)


def _log_lines(office: Office) -> Iterator[str]:
    """The end of the program's log; its first line may have begun before."""
    for file in sorted(office.paths.logs.glob("*.log")):
        data = file.read_bytes()
        lines = data[-LOG_BYTES:].decode("utf-8", "replace").splitlines()
        yield from lines[1:] if len(data) > LOG_BYTES else lines
