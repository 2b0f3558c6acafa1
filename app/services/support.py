"""One file for whoever helps: what happened here, without secrets and without customers."""

from __future__ import annotations

import io
import json
import platform
import re
import sys
import zipfile
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from app import __version__
from app.domain.rights import Actor, Right
from app.errors import OutputError
from app.explain import event_sentence
from app.i18n import Translator
from app.services.checking import check
from app.services.office import Office
from app.services.sessions import events_of, list_sessions
from app.services.terminals import list_terminals
from app.settings import Settings
from app.storage.queries.docking import SessionRow
from drivers.links.recording import ENTRY, HEADER
from drivers.links.replay import read_recording

LOG_BYTES = 256 * 1024
DAY_MS = 86_400_000
_PLAIN = frozenset({b"o", b"p"})
_SECRETS = re.compile(
    r"(?i)(pass(word|phrase)?|secret|token|key)(\"?\s*[:=]\s*)(\S+)|TALLYDOCK1[A-Z2-7]+"
)


def make_bundle(office: Office, actor: Actor, settings: Settings, file: Path, days: int = 7) -> int:
    """Write the bundle and return how many dockings are in it.

    Of each recording stays what passed over the line, which is encrypted; what the cipher opened
    is blanked. No key of the desk, no name, address or phone number goes in. Raises OutputError.
    """
    actor.require(Right.ADMINISTER)
    since_ms = office.clock.now_ms() - days * DAY_MS
    rows = [row for row in list_sessions(office, actor, limit=500) if row.started_ms >= since_ms]
    about = {
        "program": __version__,
        "python": sys.version,
        "platform": platform.platform(),
        "settings": asdict(settings),
        "terminals": [asdict(row) for row in list_terminals(office, actor)],
        "invariants": [{"id": each.id, "holds": each.holds} for each in check(office, actor)],
    }
    try:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as bundle:
            bundle.writestr("about.json", json.dumps(about, indent=1, default=str))
            bundle.writestr("program.log", "\n".join(_log_lines(office)))
            for row in rows:
                bundle.writestr(f"sessions/{row.id}.txt", "\n".join(_told(row)))
                _add_traffic(bundle, office, row)
    except OSError as error:
        raise OutputError(path=str(file), reason=error.strerror or "") from error
    return len(rows)


def _told(row: SessionRow) -> Iterable[str]:
    t = Translator("en")
    yield f"{row.port_url} {row.driver} {row.state} {row.error_code}"
    for event in events_of(row):
        yield f"{event.at_ms} {event_sentence(event.code, event.fields, t)}"


def _add_traffic(bundle: zipfile.ZipFile, office: Office, row: SessionRow) -> None:
    path = office.paths.sessions / (row.traffic_path or "-")
    if path.is_file():
        bundle.writestr(f"sessions/{row.id}.traffic", blanked(path.read_bytes()))


def blanked(recording: bytes) -> bytes:
    """The same recording with zeros for everything that the cipher opened or closed."""
    out = io.BytesIO()
    out.write(HEADER + b" blanked\n")
    for entry in read_recording(recording):
        data = bytes(len(entry.data)) if entry.kind in _PLAIN else entry.data
        out.write(ENTRY.pack(entry.kind, entry.micros, len(data)) + data)
    return out.getvalue()


def _log_lines(office: Office) -> Iterable[str]:
    """The end of the program's log, with the values of what looks like a secret taken out."""
    for file in sorted(office.paths.logs.glob("*.log")):
        tail = file.read_bytes()[-LOG_BYTES:].decode("utf-8", "replace")
        for line in tail.splitlines():
            yield _SECRETS.sub(lambda match: f"{match[1] or ''}{match[3] or ''}***", line)
