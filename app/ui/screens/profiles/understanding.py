"""What a draft of a profile means, and what it makes of a file: worked out beside the window."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from app.domain.profiles.profile import Column, Form, Profile
from app.domain.profiles.reading import Aside, BadLine, Entry, Line, read_lines
from app.domain.profiles.splitting import body_of
from app.domain.profiles.table import Fault
from app.domain.profiles.values import shown
from app.errors import ProfileError
from app.services.profile_drafts import Draft
from app.services.profiles import profile_of
from app.ui.screens.profiles.plain_text import Plain, plain_of, tables_at, text_from

MOST_SHOWN = 2000
_STEP_LINES = 250

Step = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class SeenLine:
    """A line as the preview shows it. `role` is goods, bad, or what else a line can be."""

    number: int
    text: str
    role: str
    reason: str = ""
    column: str = ""
    fields: Mapping[str, str] | None = None

    @property
    def line(self) -> int:
        return self.number


@dataclass(frozen=True, slots=True)
class Reading:
    """The first lines of a file, the first bad ones, and how many there are of each kind.

    `whole` says whether all of the file was read; `codec` is how its bytes were taken as text.
    """

    lines: tuple[SeenLine, ...] = ()
    bad: tuple[SeenLine, ...] = ()
    goods_count: int = 0
    bad_count: int = 0
    others_count: int = 0
    whole: bool = True
    codec: str = "utf-8"

    @property
    def total(self) -> int:
        return self.goods_count + self.bad_count + self.others_count


@dataclass(frozen=True, slots=True)
class Understood:
    """A draft taken apart. `plain` is None for text that is no TOML, `profile` for a draft with
    faults; `reading` is what the profile makes of the file, if there are both."""

    text: str
    plain: Plain | None
    profile: Profile | None
    faults: tuple[Fault, ...]
    reading: Reading | None = None


def understand(draft: Draft, plain: Plain | None) -> Understood:
    """Take a draft apart; with `plain`, that is what it says and its text is made anew."""
    text = draft.text if plain is None else text_from(plain)
    try:
        found = plain_of(text) if plain is None else plain
    except ValueError as error:
        return Understood(text, None, None, (Fault(draft.key, "toml", str(error)),))
    try:
        profile = profile_of(text.encode("utf-8", "replace"), draft.key)
    except ProfileError as error:
        told = error.fields["faults"]
        faults = told if isinstance(told, tuple) else ()
        return Understood(text, found, None, faults)
    return Understood(text, found, profile, ())


def read_through(profile: Profile, data: bytes, step: Step, most: int = 0) -> Reading:
    """Read a file for being shown; with `most` no more than so many lines.

    `step(done, total)` is called again and again, in bytes, and may raise to end the reading.
    """
    lines: list[SeenLine] = []
    bad: list[SeenLine] = []
    counts = {Line: 0, BadLine: 0, Aside: 0}
    whole = True
    for number, entry in enumerate(read_lines(profile, data), start=1):
        if most and number > most:
            whole = False
            break
        counts[type(entry)] += 1
        if number <= MOST_SHOWN or (isinstance(entry, BadLine) and len(bad) < MOST_SHOWN):
            seen = _seen(entry)
            if number <= MOST_SHOWN:
                lines.append(seen)
            if isinstance(entry, BadLine):
                bad.append(seen)
        if number % _STEP_LINES == 0:
            step(entry.offset, len(data))
    # a first line with a wrong number of lines is told last
    lines.sort(key=lambda each: each.number or len(lines) + 1)
    codec = body_of(profile.encoding, data).codec
    return Reading(
        tuple(lines),
        tuple(bad),
        counts[Line],
        counts[BadLine],
        counts[Aside],
        whole,
        codec,
    )


def read_first(understood: Understood, data: bytes | None, step: Step) -> Understood:
    """With the first lines of the file, as soon as they can be there."""
    if understood.profile is None or data is None:
        return understood
    reading = read_through(understood.profile, data, step, MOST_SHOWN)
    return replace(understood, reading=reading)


def with_form(plain: Plain, form: str) -> Plain:
    """The same profile cut in the other way; what only the old way has is taken away.

    Delimited columns get their places in order; fixed ones have to be given theirs.
    """
    is_fixed = form == Form.FIXED.value
    layout = plain.get("layout")
    kept = dict(layout) if isinstance(layout, Mapping) else {}
    for key in ("delimiter", "quote", "pieces") if is_fixed else ("record", "unit"):
        kept.pop(key, None)
    if not is_fixed and kept.get("line_end") == "none":
        del kept["line_end"]
    result = plain | {"layout": kept | {"form": form}}
    if tables_at(plain, ("columns",)):
        result["columns"] = _placed(tables_at(plain, ("columns",)), is_fixed)
    head = plain.get("head")
    if isinstance(head, Mapping) and tables_at(plain, ("head", "columns")):
        columns = _placed(tables_at(plain, ("head", "columns")), is_fixed)
        result["head"] = {**head, "columns": columns}
    listing = plain.get("list")
    if isinstance(listing, Mapping) and "layout" not in listing and isinstance(layout, Mapping):
        # the list was cut as the file, and stays as it is
        old = {key: each for key, each in layout.items() if key not in ("record", "pieces")}
        result["list"] = {**listing, "layout": old}
    return result


def field_order(profile: Profile) -> tuple[str, ...]:
    """The fields that lines of goods have, in the order of their columns."""
    columns: tuple[Column, ...] = profile.columns
    heads = profile.head.columns if profile.head is not None else ()
    names = [each.field for each in (*columns, *heads) if each.field]
    return tuple(dict.fromkeys(names))


def _placed(columns: list[Plain], is_fixed: bool) -> list[Plain]:
    placed = []
    for number, column in enumerate(columns, start=1):
        column.pop("index" if is_fixed else "at", None)
        placed.append(column if is_fixed else {"index": number} | column)
    return placed


def _seen(entry: Entry) -> SeenLine:
    if isinstance(entry, BadLine):
        return SeenLine(entry.number, entry.text, "bad", entry.reason, entry.column)
    fields = {name: shown(value) for name, value in entry.fields.items()}
    role = entry.role if isinstance(entry, Aside) else "goods"
    return SeenLine(entry.number, entry.text, role, fields=fields)
