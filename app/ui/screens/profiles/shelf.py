"""The profiles that there are, with those that somebody is writing: rows of a list."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from app.explain.profiles import profile_kind
from app.i18n import N_
from app.paths import Paths
from app.services.profile_drafts import Draft, draft_of, draft_of_broken, list_drafts
from app.services.profiles import StoredProfile, load_profiles
from app.ui.language import Language
from app.ui.models.columns import Column, Look
from app.ui.screens.profiles.plain_text import plain_of, text_at

_OWN = Look("busy", "user-round", N_("own"))
_BUILT_IN = Look("idle", "file-text", N_("of the program"))
_CHANGED = Look("warn", "save", N_("not saved"))
_BROKEN = Look("bad", "circle-x", N_("has faults"))


@dataclass(frozen=True, slots=True)
class ProfileRow:
    """One profile. `file` is where it is saved, None for one that never was; `stored` is None for
    that one and for an own file that holds no profile; `draft` is what was not saved yet."""

    key: str
    title: str
    kind: str
    own: bool
    source: str = ""
    file: Path | None = None
    stored: StoredProfile | None = field(default=None, compare=False)
    draft: Draft | None = None

    @property
    def look(self) -> Look:
        if self.draft is not None:
            return _CHANGED
        if self.stored is None:
            return _BROKEN
        return _OWN if self.own else _BUILT_IN

    @property
    def order(self) -> tuple[bool, str]:
        return (not self.own, self.title.casefold())


def load_shelf(paths: Paths) -> tuple[ProfileRow, ...]:
    """The branch's own first, then those of the program, each by title."""
    found = load_profiles(paths).by_code
    drafts = {draft.key: draft for draft in list_drafts(paths)}
    rows = {
        code: ProfileRow(
            code,
            stored.profile.title,
            stored.profile.kind.value,
            stored.own,
            stored.profile.source,
            stored.file,
            stored,
        )
        for code, stored in found.items()
    }
    known = {stored.file for stored in found.values()}
    for file in sorted(paths.profiles.glob("*.toml")):
        if file not in known:
            rows[file.stem] = ProfileRow(file.stem, file.name, "", own=True, file=file)
    for key, draft in drafts.items():
        row = rows.get(key)
        if row is None or not row.own:
            rows[key] = with_draft(ProfileRow(key, key, "", own=True), draft)
        else:
            rows[key] = with_draft(row, draft)
    return tuple(sorted(rows.values(), key=lambda each: each.order))


def with_draft(row: ProfileRow, draft: Draft) -> ProfileRow:
    """The row of a profile that somebody is writing, under the title that it has by now."""
    try:
        plain = plain_of(draft.text)
    except ValueError:
        plain = {}
    return ProfileRow(
        row.key,
        text_at(plain, ("title",)) or row.title,
        text_at(plain, ("kind",)) or row.kind,
        row.own,
        text_at(plain, ("source",)),
        row.file,
        row.stored,
        draft,
    )


def open_row(row: ProfileRow) -> Draft:
    """What a row is about: what was not saved, else what lies in its file."""
    if row.draft is not None:
        return row.draft
    if row.stored is not None:
        return draft_of(row.stored)
    return draft_of_broken(row.file) if row.file is not None else Draft(row.key, "", is_new=True)


def words_of(row: ProfileRow) -> tuple[str | None, ...]:
    """What a search looks through; kinds are found by their code, which is English."""
    return (row.title, row.key, row.kind, row.source)


def _title(row: ProfileRow, _t: Language) -> str:
    return row.title


def _title_look(row: ProfileRow) -> Look:
    return Look("text" if row.look in (_OWN, _BUILT_IN) else row.look.tone, row.look.icon, "")


def _kind(row: ProfileRow, t: Language) -> str:
    return profile_kind(row.kind, t.translator)


def _state(row: ProfileRow, t: Language) -> str:
    return t(row.look.word)


def _code(row: ProfileRow, _t: Language) -> str:
    return row.key


COLUMNS: tuple[Column[ProfileRow], ...] = (
    Column("title", N_("Profile"), _title, 270, look=_title_look),
    Column("kind", N_("Becomes"), _kind, 70, hidden=True),
    Column("key", N_("Code"), _code, 140, hidden=True),
    Column("own", N_("From"), _state, 96, hidden=True),
)
