"""What passed over the line of a docking, frame by frame, as its recording kept it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.domain.rights import Actor, Right
from app.errors import NotFound
from app.services.office import Office
from app.services.sessions import traffic_of
from app.storage.queries.docking import SessionRow
from drivers.links.replay import Entry, ReplayLink, read_recording
from drivers.protocols.docking.frames import FrameReader

_WAYS = {b"r": "in", b"w": "out"}


@dataclass(frozen=True, slots=True)
class SeenFrame:
    """`at_us`: microseconds since the line was opened. `way`: in, out, as the desk sees it.

    `kind` is a name of the protocol, or "damaged" for what was no frame; then nothing else is
    known but its `length` on the line, which for a frame is that of its payload.
    """

    at_us: int
    way: str
    kind: str
    serial: int | None
    channel: int | None
    connection: int | None
    length: int


@dataclass(frozen=True, slots=True)
class Traffic:
    """`began_ms`: the desk's time as the line was opened."""

    began_ms: int
    frames: tuple[SeenFrame, ...]


def read_traffic(office: Office, actor: Actor, row: SessionRow) -> Traffic:
    """The frames of a docking. Raises NotFound when there is no recording that can be read."""
    actor.require(Right.DOCK)
    try:
        entries = read_recording(traffic_of(office, actor, row).read_bytes())
        began_ms = ReplayLink(row.port_url, entries).began_ms
    except (OSError, ValueError) as error:
        raise NotFound(what="recording", key=str(row.id)) from error
    frames = tuple(seen_frames(entries))
    return Traffic(row.started_ms if began_ms is None else began_ms, frames)


def seen_frames(entries: Sequence[Entry]) -> Iterator[SeenFrame]:
    """Every frame and every piece of noise, at the entry that completed it."""
    readers = {kind: FrameReader() for kind in _WAYS}
    for entry in entries:
        if entry.kind not in readers:
            continue
        way, reader = _WAYS[entry.kind], readers[entry.kind]
        # one after the other, so that damage keeps its place among the frames
        for piece in _pieces(entry.data):
            noise_bytes = reader.noise_bytes
            for frame in reader.feed(piece):
                yield SeenFrame(
                    entry.micros,
                    way,
                    frame.kind.name.lower(),
                    frame.serial,
                    frame.channel,
                    frame.connection,
                    len(frame.payload),
                )
            if reader.noise_bytes > noise_bytes:
                length = reader.noise_bytes - noise_bytes
                yield SeenFrame(entry.micros, way, "damaged", None, None, None, length)


def _pieces(data: bytes) -> Iterator[bytes]:
    """Cut behind every zero byte, where frames end."""
    *ended, rest = data.split(b"\0")
    yield from (piece + b"\0" for piece in ended)
    if rest:
        yield rest
