"""Takes in a file of a terminal that knows no records: what is new of it, once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.domain.continuing import Before, News, Verdict, news_of
from app.domain.problems import Problem, problem
from app.domain.profiles.bodies import Given
from app.domain.profiles.making import make_records
from app.domain.profiles.profile import Profile
from app.domain.profiles.reading import BadLine, Line, read_file
from app.domain.rights import Actor, Right
from app.errors import NotFound, RuleBroken, UsageError
from app.i18n import N_
from app.services.archive import origin_of
from app.services.articles import Articles, load_articles
from app.services.desk_batch import DeskBatch
from app.services.file_batches import APP_VERSION, Slice, fill, kept_name
from app.services.intake import IntakeResult, take_in, take_in_kept
from app.services.journal import journaled
from app.services.office import Office
from app.services.profiles import find_profile
from app.storage.queries.arrivals import archive_paths, find_terminal
from app.storage.queries.directory import find_branch
from app.storage.queries.files import find_taken
from app.storage.reader import Reader
from app.storage.store.files import FileSetup
from drivers.file_contract import MAX_FILE_BYTES, TerminalFile

MAX_SLICE_LINES = 10_000
"""More lines become several uploads: one holds 4 MiB and 65,535 records at the most."""

MAX_SLICE_BYTES = 1024 * 1024

TOO_LARGE = N_("it is larger than any terminal's file")

Entry = Line | BadLine


@dataclass(frozen=True, slots=True)
class FileResult:
    """What became of a file; `lines` of goods were new, `bad` of them mean nothing.

    `problems` are of the file as a whole; those of its records are in `results`.
    """

    name: str
    verdict: Verdict
    lines: int = 0
    bad: int = 0
    results: tuple[IntakeResult, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class _Known:
    """A file that was read; `entries` are its lines of goods, bad ones among them, in order."""

    setup: FileSetup
    profile: Profile
    file: TerminalFile
    sha256: bytes
    entries: tuple[Entry, ...]
    articles: Articles


def take_file(
    office: Office,
    actor: Actor,
    setup: FileSetup,
    file: TerminalFile,
    *,
    clock_offset_ms: int = 0,
    again: bool = False,
) -> FileResult:
    """Seal what is new of a file, with the file itself, and take it in.

    The same file adds nothing, a file that grew adds what it grew by. With `again` all of it is
    new, because somebody said so. Raises NotFound for an unknown terminal or profile,
    RuleBroken("terminal-revoked", "terminal-lost"), RuleBroken("profile-unfit") for a file of which
    no line can be read, and what `take_in` raises.
    """
    actor.require(Right.DOCK)
    profile = find_profile(office.paths, setup.profile).profile
    results = _take_left_over(office, actor, setup.terminal_no)
    read = read_file(profile, file.data)
    if read.bad and not read.lines:
        fault = read.bad[0].reason
        raise RuleBroken("profile-unfit", file=file.name, profile=profile.code, line_fault=fault)
    both: list[Entry] = [*read.lines, *read.bad]
    entries = tuple(sorted(both, key=lambda each: each.offset))
    sha256 = hashlib.sha256(file.data).digest()
    with office.database.read() as reader:
        news = _news(reader, setup, file, entries, sha256)
        known = _Known(setup, profile, file, sha256, entries, load_articles(reader))
    if again:
        news = News(Verdict.NEW, 0)
    results += [
        _take_slice(office, actor, known, piece, clock_offset_ms)
        for piece in _slices(entries, news.first, file.data)
    ]
    new = entries[news.first :]
    return FileResult(
        file.name,
        news.verdict,
        len(new),
        sum(isinstance(each, BadLine) for each in new),
        tuple(results),
        _doubts(news, file),
    )


def carried_file(path: Path) -> TerminalFile:
    """A file that somebody carried here from its terminal. Raises UsageError."""
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise UsageError(argument=str(path), reason=TOO_LARGE)
        return TerminalFile(path.name, path.read_bytes())
    except OSError as error:
        raise UsageError(argument=str(path), reason=error.strerror or "") from error


def note_state(
    office: Office, actor: Actor, terminal: int, epoch: int, name: str, state: str
) -> None:
    """A file is about to be deleted on its terminal (clearing), or was (cleared)."""
    actor.require(Right.DOCK)
    with journaled(
        office,
        actor,
        "note_state",
        subject=f"terminal {terminal}",
        terminal=terminal,
        epoch=epoch,
        name=name,
        state=state,
    ) as step:
        step.store.files.set_state(terminal, epoch, name, state)


def _take_slice(
    office: Office, actor: Actor, known: _Known, piece: Slice, clock_offset_ms: int
) -> IntakeResult:
    setup = known.setup
    with office.database.read() as reader:
        terminal = find_terminal(reader, setup.terminal_no)
        if terminal is None:
            raise NotFound(what="terminal", key=setup.terminal_no)
        if terminal.status != "active":
            raise RuleBroken(f"terminal-{terminal.status}", terminal=setup.terminal_no)
        batch = DeskBatch(office, reader, terminal, APP_VERSION)
        given = Given(
            office.clock.now_ms(),
            find_branch(reader).tz_offset_min,
            setup.customer,
            setup.location,
            setup.supplier,
        )
    entries = known.entries[piece.first : piece.last]
    made = make_records(known.profile, entries, known.articles.find, given)
    texts = [each.text for each in known.entries[: piece.last]]
    fill(batch, known.profile.code, known.file, known.sha256, texts, piece, made)
    return take_in(office, actor, batch.origin, batch.seal(), clock_offset_ms=clock_offset_ms)


def _take_left_over(office: Office, actor: Actor, terminal_no: int) -> list[IntakeResult]:
    """What was archived and not taken in: its number must not be given to anything else."""
    branch = office.database.branch_id
    with office.database.read() as reader:
        known = archive_paths(reader, terminal_no)
    missing = office.archive.paths(branch, terminal_no) - known
    return [take_in_kept(office, actor, path, 0) for path in sorted(missing, key=origin_of)]


def _news(
    reader: Reader, setup: FileSetup, file: TerminalFile, entries: Sequence[Entry], sha256: bytes
) -> News:
    terminal = find_terminal(reader, setup.terminal_no)
    taken = None
    if terminal is not None:
        taken = find_taken(reader, setup.terminal_no, terminal.epoch, kept_name(file.name))
    before = None
    if taken is not None:
        before = Before(
            taken.lines,
            bytes.fromhex(taken.lines_sha256),
            bytes.fromhex(taken.sha256),
            taken.state,
        )
    return news_of([each.text for each in entries], sha256, before)


def _doubts(news: News, file: TerminalFile) -> tuple[Problem, ...]:
    codes = {Verdict.AGAIN: "W_FILE_AGAIN", Verdict.DOUBTFUL: "W_FILE_DOUBT"}
    code = codes.get(news.verdict)
    return () if code is None else (problem(code, file.name, file=file.name),)


def _slices(entries: Sequence[Entry], first: int, data: bytes) -> Iterator[Slice]:
    """The new lines, in pieces that an upload can hold, each with its bytes of the file."""
    begin = first
    while begin < len(entries):
        start = entries[begin].offset if begin else 0
        end = begin
        while end < len(entries) and end - begin < MAX_SLICE_LINES:
            stop = entries[end].offset + entries[end].length
            if end > begin and stop - start > MAX_SLICE_BYTES:
                break
            end += 1
        last = entries[end - 1]
        stop = len(data) if end == len(entries) else last.offset + last.length
        yield Slice(begin, end, start, data[start:stop])
        begin = end
