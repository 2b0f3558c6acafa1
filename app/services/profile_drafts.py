"""The branch's own format profiles while somebody writes them: kept, saved, thrown away."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from app.domain.profiles.profile import Profile, Sample
from app.domain.rights import Actor, Right
from app.errors import NotFound, OutputError, ProfileError, RuleBroken, UsageError
from app.paths import Paths
from app.services.files import new_file
from app.services.office import Office
from app.services.profiles import (
    StoredProfile,
    import_profile,
    load_profiles,
    profile_of,
    read_profile,
)
from app.storage.queries.files import file_setups

_NAME = "profile.toml"
MAX_SAMPLE_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Draft:
    """A profile as it is written now; it need not be one yet.

    `key` is the code of the own profile that it is to replace, or of a new one (`is_new`).
    `samples` are the files that its text names, as far as they are there.
    """

    key: str
    text: str
    samples: Mapping[str, bytes] = field(default_factory=dict)
    is_new: bool = False


def draft_of(stored: StoredProfile) -> Draft:
    """A profile with its samples, as it lies in its file."""
    text = stored.file.read_bytes().decode("utf-8-sig", "replace")
    return Draft(stored.code, text, _samples(stored.file))


def draft_of_broken(file: Path) -> Draft:
    """An own file that holds no profile, to be put right."""
    return Draft(file.stem, file.read_bytes().decode("utf-8-sig", "replace"), _samples(file))


def list_drafts(paths: Paths) -> tuple[Draft, ...]:
    """What was written and never saved, by code."""
    own = _own_codes(paths)
    found = []
    for file in sorted(_folder(paths).glob(f"*/{_NAME}")):
        text = file.read_bytes().decode("utf-8-sig", "replace")
        key = file.parent.name
        found.append(Draft(key, text, _samples(file), is_new=key not in own))
    return tuple(found)


def keep_draft(paths: Paths, actor: Actor, draft: Draft) -> None:
    """Write down a draft, so that nothing is lost with the program. Raises OutputError."""
    actor.require(Right.ADMINISTER)
    _write(_folder(paths) / draft.key, draft)


def drop_draft(paths: Paths, actor: Actor, key: str) -> None:
    """Forget what was written and not saved."""
    actor.require(Right.ADMINISTER)
    shutil.rmtree(_folder(paths) / key, ignore_errors=True)


def save_draft(paths: Paths, actor: Actor, draft: Draft) -> StoredProfile:
    """Make a draft the branch's own profile, once its samples come out as they should.

    Raises ProfileError, RuleBroken("profile-exists") for a code that another profile has,
    OutputError.
    """
    keep_draft(paths, actor, draft)
    profile = profile_of(draft.text.encode(), draft.key)
    replaces = not draft.is_new and profile.code == draft.key
    before = load_profiles(paths).by_code.get(profile.code) if replaces else None
    file = _folder(paths) / draft.key / _NAME
    stored = import_profile(paths, actor, file, replace=replaces)
    if before is not None and before.own and before.file != stored.file:
        before.file.unlink(missing_ok=True)
    if not draft.is_new and not replaces:
        _drop_broken(paths.profiles / f"{draft.key}.toml")
    drop_draft(paths, actor, draft.key)
    return stored


def delete_profile(office: Office, actor: Actor, code: str) -> None:
    """Take an own profile away, with the samples that no other one names.

    Raises NotFound for one that is not the branch's own, RuleBroken("profile-in-use") while files
    of a terminal are read by it.
    """
    actor.require(Right.ADMINISTER)
    found = load_profiles(office.paths).by_code
    if code not in found or not found[code].own:
        raise NotFound(what="profile", key=code)
    with office.database.read() as reader:
        users = [each.terminal_no for each in file_setups(reader) if each.profile == code]
    if users:
        raise RuleBroken("profile-in-use", profile=code, terminals=users)
    stored = found[code]
    others = {
        name
        for each in found.values()
        if each.own and each.code != code
        for name in sample_files(each.profile)
    }
    for name in set(sample_files(stored.profile)) - others:
        _beside(stored.file, name).unlink(missing_ok=True)
    stored.file.unlink(missing_ok=True)
    drop_draft(office.paths, actor, code)


def delete_broken(paths: Paths, actor: Actor, file: Path) -> None:
    """Take an own file away that holds no profile."""
    actor.require(Right.ADMINISTER)
    if file.parent == paths.profiles:
        file.unlink(missing_ok=True)


def sample_files(profile: Profile) -> tuple[str, ...]:
    return tuple(sorted({sample.file for sample in profile.samples if sample.file}))


def sample_bytes(draft: Draft, sample: Sample) -> bytes | None:
    """The content of a sample; None for a file that is not there."""
    return draft.samples.get(sample.file) if sample.file else sample.text.encode()


def _drop_broken(file: Path) -> None:
    """The file that was put right has another code, and so another name, from now on."""
    try:
        read_profile(file)
    except ProfileError:
        file.unlink(missing_ok=True)
    except UsageError:
        return


def _own_codes(paths: Paths) -> set[str]:
    codes = set()
    for file in paths.profiles.glob("*.toml"):
        codes.add(file.stem)
        try:
            codes.add(read_profile(file).code)
        except (ProfileError, UsageError):
            continue
    return codes


def _folder(paths: Paths) -> Path:
    return paths.profiles / "drafts"


def _beside(file: Path, name: str) -> Path:
    return file.parent.joinpath(*PurePosixPath(name).parts)


def _samples(file: Path) -> dict[str, bytes]:
    """The samples that a profile names, as far as it can be read and they are there."""
    try:
        profile = read_profile(file)
    except (ProfileError, UsageError):
        return _neighbours(file)
    found = {}
    for name in sample_files(profile):
        path = _beside(file, name)
        if path.is_file():
            found[name] = path.read_bytes()
    return found


def _neighbours(file: Path) -> dict[str, bytes]:
    """All samples below a draft: while its text has faults, nobody knows which it names."""
    if file.name != _NAME:
        return {}
    return {
        path.relative_to(file.parent).as_posix(): path.read_bytes()
        for path in file.parent.rglob("*")
        if path.is_file() and path != file and path.stat().st_size <= MAX_SAMPLE_BYTES
    }


def _write(folder: Path, draft: Draft) -> None:
    try:
        for name, data in draft.samples.items():
            with new_file(folder.joinpath(*PurePosixPath(name).parts)) as stream:
                stream.write(data)
        with new_file(folder / _NAME) as stream:
            stream.write(draft.text.encode("utf-8", "replace"))
    except OSError as error:
        raise OutputError(path=str(folder), reason=error.strerror or "") from error
