"""Format profiles: those that come with the program, and the branch's own."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import resources
from app.domain.profiles.plain import from_plain, to_plain
from app.domain.profiles.profile import Profile, Sample
from app.domain.profiles.reading import MAX_FILE_BYTES, FileRead, read_file
from app.domain.profiles.samples import Difference, compare_sample
from app.domain.profiles.table import Fault
from app.domain.rights import Actor, Right
from app.errors import NotFound, ProfileError, RuleBroken, UsageError
from app.paths import Paths
from app.services.files import new_file
from app.services.toml_text import toml_text

MAX_PROFILE_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class StoredProfile:
    """A profile and the file it stands in; `own` when it is the branch's."""

    profile: Profile
    file: Path
    own: bool

    @property
    def code(self) -> str:
        return self.profile.code


@dataclass(frozen=True, slots=True)
class Profiles:
    """All profiles by code; `broken` are the branch's own files that hold none."""

    by_code: Mapping[str, StoredProfile]
    broken: tuple[ProfileError, ...]


@dataclass(frozen=True, slots=True)
class SampleResult:
    """What came of trying a profile on one of its samples; good when there are no differences."""

    name: str
    differences: tuple[Difference, ...]


def load_profiles(paths: Paths) -> Profiles:
    """All that there are; the branch's own come before one with the same code of the program."""
    built_in = (StoredProfile(read_profile(file), file, own=False) for file in _built_in().values())
    own, broken = _own(paths)
    found = {each.code: each for each in built_in} | own
    return Profiles(dict(sorted(found.items())), broken)


def find_profile(paths: Paths, code: str) -> StoredProfile:
    """Raises NotFound; ProfileError for an own one that is broken."""
    own, broken = _own(paths)
    if code in own:
        return own[code]
    for error in broken:
        if error.fields["profile"] in (code, f"{code}.toml"):
            raise error
    if (file := _built_in().get(code)) is not None:
        return StoredProfile(read_profile(file), file, own=False)
    raise NotFound(what="profile", key=code)


def read_profile(file: Path) -> Profile:
    """The profile in a TOML file, which bears its code as a name.

    Raises UsageError for a file that is not there, ProfileError for one that is no profile.
    """
    return profile_of(_bytes_of(file, MAX_PROFILE_BYTES), file.name)


def profile_of(data: bytes, name: str) -> Profile:
    """The profile in the text of a TOML file; `name` is what it is called while it has no code."""
    try:
        if len(data) > MAX_PROFILE_BYTES:
            raise ValueError(f"more than {MAX_PROFILE_BYTES} bytes")
        plain = tomllib.loads(data.decode("utf-8-sig"))
    except ValueError as error:
        faults = (Fault(name, "toml", str(error)),)
        raise ProfileError(profile=name, faults=faults) from error
    return from_plain(plain)


def text_of(profile: Profile) -> str:
    """A profile as a TOML file, for whoever changed one; comments are not kept."""
    return toml_text(to_plain(profile))


def try_file(profile: Profile, file: Path) -> FileRead:
    """Read a terminal's file by a profile, without taking anything in. Raises UsageError."""
    return read_file(profile, _bytes_of(file, MAX_FILE_BYTES))


def try_samples(stored: StoredProfile) -> tuple[SampleResult, ...]:
    """Try a profile on each of its samples; one that is not there is a difference too."""
    return _tried(stored.profile, stored.file.parent)


def import_profile(paths: Paths, actor: Actor, file: Path, replace: bool = False) -> StoredProfile:
    """Make a profile the branch's own, with its samples, once they come out as they should.

    Raises ProfileError for one that is wrong, RuleBroken("profile-exists") for a code that is
    there already unless an own one is to be replaced, UsageError, OutputError.
    """
    actor.require(Right.ADMINISTER)
    data = _bytes_of(file, MAX_PROFILE_BYTES)
    profile = profile_of(data, file.name)
    own, _ = _own(paths)
    if profile.code in _built_in() or (profile.code in own and not replace):
        raise RuleBroken("profile-exists", profile=profile.code)
    _check_samples(profile, file.parent)
    target = paths.profiles / f"{profile.code}.toml"
    if target.resolve() != file.resolve():
        _copy(file.parent, paths.profiles, _sample_files(profile.samples), replace)
        _write(target, data)
    return StoredProfile(profile, target, own=True)


def export_profile(paths: Paths, code: str, file: Path) -> tuple[Path, ...]:
    """Write a profile with its samples to `file` and beside it; returns what was written.

    Raises NotFound, ProfileError, OutputError.
    """
    stored = find_profile(paths, code)
    _write(file, stored.file.read_bytes())
    names = _sample_files(stored.profile.samples)
    return (file, *_copy(stored.file.parent, file.parent, names, replace=True))


def _own(paths: Paths) -> tuple[dict[str, StoredProfile], tuple[ProfileError, ...]]:
    found: dict[str, StoredProfile] = {}
    broken = []
    for file in sorted(paths.profiles.glob("*.toml")):
        try:
            profile = read_profile(file)
        except ProfileError as error:
            broken.append(error)
            continue
        if profile.code in found:
            faults = (Fault("code", "twice", profile.code),)
            broken.append(ProfileError(profile=file.name, faults=faults))
        else:
            found[profile.code] = StoredProfile(profile, file, own=True)
    return found, tuple(broken)


def _built_in() -> dict[str, Path]:
    """Files of the profiles that come with the program, each called by its code."""
    return {file.stem: file for file in resources.path("profiles").glob("*.toml")}


def _tried(profile: Profile, folder: Path) -> tuple[SampleResult, ...]:
    results = []
    for place, sample in enumerate(profile.samples, start=1):
        name = sample.file or f"samples[{place}]"
        data = _sample_data(sample, folder)
        if data is None:
            results.append(SampleResult(name, (Difference(0, "file", sample.file, ""),)))
        else:
            results.append(SampleResult(name, compare_sample(profile, sample, data)))
    return tuple(results)


def _sample_data(sample: Sample, folder: Path) -> bytes | None:
    if not sample.file:
        return sample.text.encode()
    try:
        with folder.joinpath(*PurePosixPath(sample.file).parts).open("rb") as stream:
            return stream.read(MAX_FILE_BYTES + 1)
    except OSError:
        return None


def _check_samples(profile: Profile, folder: Path) -> None:
    faults = []
    for result in _tried(profile, folder):
        for each in result.differences:
            key = f"{result.name}: {each.line}: {each.field}"
            reason = "missing_file" if each.field == "file" else "sample"
            faults.append(Fault(key, reason, f"{each.expected} / {each.found}"))
    if faults:
        raise ProfileError(profile=profile.code, faults=tuple(faults))


def _sample_files(samples: Iterable[Sample]) -> list[str]:
    return sorted({sample.file for sample in samples if sample.file})


def _copy(source: Path, target: Path, names: Iterable[str], replace: bool) -> list[Path]:
    """Raises ProfileError when a file of that name is there and not to be replaced."""
    copies = {target.joinpath(*PurePosixPath(name).parts): name for name in names}
    for copy, name in copies.items():
        if copy.exists() and not replace:
            raise ProfileError(profile=name, faults=(Fault(name, "taken"),))
    for copy, name in copies.items():
        _write(copy, source.joinpath(*PurePosixPath(name).parts).read_bytes())
    return list(copies)


def _bytes_of(file: Path, most: int) -> bytes:
    """What a file holds, and one byte too many of a larger one. Raises UsageError."""
    try:
        with file.open("rb") as stream:
            return stream.read(most + 1)
    except OSError as error:
        raise UsageError(argument=str(file), reason=error.strerror or "") from error


def _write(file: Path, data: bytes) -> None:
    with new_file(file) as stream:
        stream.write(data)
