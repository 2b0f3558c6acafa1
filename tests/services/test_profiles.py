"""Profiles of the program and of the branch: each reads its sample, comes in and goes out whole."""

import re
import shutil
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import resources
from app.domain.profiles.bodies import Given
from app.domain.profiles.making import make_records
from app.domain.profiles.plain import from_plain, to_plain
from app.domain.profiles.profile import FIELDS, LIST_FIELDS, Column, Lines, ProfileKind
from app.domain.profiles.reading import read_file, read_lines
from app.domain.profiles.writing import write_lines, write_list
from app.domain.rights import Actor
from app.errors import NotFound, PermissionDenied, ProfileError, RuleBroken, UsageError
from app.paths import Paths
from app.services.profiles import (
    StoredProfile,
    export_profile,
    find_profile,
    import_profile,
    load_profiles,
    profile_of,
    read_profile,
    text_of,
    try_file,
    try_samples,
)
from app.services.toml_text import toml_text
from tests.support.offices import CLERK, MORNING_MS
from tests.support.profiles import only_goods, plain, rows_of

BUILT_IN = sorted(resources.path("profiles").glob("*.toml"))
CODES = sorted(file.stem for file in BUILT_IN)


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths(tmp_path / "data")


def built_in(code: str) -> StoredProfile:
    file = resources.path("profiles", f"{code}.toml")
    return StoredProfile(read_profile(file), file, own=False)


def sample_of(code: str) -> bytes:
    stored = built_in(code)
    return (stored.file.parent / stored.profile.samples[0].file).read_bytes()


def known(scanned: str) -> str:
    """A product for every code, another one for each."""
    return re.sub("[^A-Z0-9]", "", scanned.upper())[-12:] or "P0"


def own_file(folder: Path, code: str = "ours", sample: bytes = b"A,1\n", **changes: object) -> Path:
    """A profile of the branch with a sample beside it, as somebody brings it."""
    folder.mkdir(exist_ok=True)
    name = f"{code}.txt"
    (folder / name).write_bytes(sample)
    samples = [{"file": name, "lines": [{"code": "A", "qty": 1}]}]
    file = folder / f"{code}.toml"
    values = plain(code=code, samples=samples, **changes)
    file.write_text(toml_text(values), "utf-8")
    return file


def faults_of(error: ProfileError) -> list[tuple[str, str]]:
    faults = error.fields["faults"]
    assert isinstance(faults, tuple)
    return [(each.key, each.reason) for each in faults]


def test_many_layouts_come_with_the_program(paths: Paths) -> None:
    profiles = load_profiles(paths)
    assert sorted(profiles.by_code) == CODES
    assert len(CODES) >= 25
    assert profiles.broken == ()
    kinds = {each.profile.kind for each in profiles.by_code.values()}
    assert kinds == set(ProfileKind)


@pytest.mark.parametrize("code", CODES)
def test_each_profile_reads_its_sample_as_it_says(code: str) -> None:
    stored = built_in(code)
    assert stored.code == code
    assert stored.profile.source
    results = try_samples(stored)
    assert results
    assert [each for each in results if each.differences] == []
    assert all(sample.lines for sample in stored.profile.samples)


@pytest.mark.parametrize("code", CODES)
def test_each_sample_becomes_records(code: str) -> None:
    profile = built_in(code).profile
    given_facts = Given(MORNING_MS, 480, customer="C0001")
    data = sample_of(code)
    made = make_records(profile, read_lines(profile, data), known, given_facts)
    if profile.kind is ProfileKind.RECEIPT:
        assert made.receipts
    else:
        assert made.documents
    read = read_file(profile, data)
    assert {each.number for each in read.bad} <= {each.number for each in made.bad}


@pytest.mark.parametrize("code", CODES)
def test_each_profile_is_the_same_as_a_new_file(code: str) -> None:
    profile = built_in(code).profile
    assert profile_of(text_of(profile).encode(), code) == profile
    assert from_plain(to_plain(profile)) == profile


@pytest.mark.parametrize("code", CODES)
def test_each_profile_writes_what_it_reads(code: str) -> None:
    profile = built_in(code).profile
    bare = only_goods(profile)
    names = {column.field for column in profile.columns}
    rows = [
        {name: value for name, value in line.fields.items() if name in names}
        for line in read_file(profile, sample_of(code)).lines
    ]
    written = write_lines(bare, rows)
    assert written.left_out == ()
    assert [dict(line.fields) for line in read_file(bare, written.data).lines] == rows


@given(st.data(), st.sampled_from(CODES))
@settings(max_examples=150)
def test_whatever_each_profile_writes_it_reads_again(data: st.DataObject, code: str) -> None:
    bare = only_goods(built_in(code).profile)
    rows = data.draw(st.lists(rows_of(bare), max_size=4))
    written = write_lines(bare, rows)
    left_out = {each.row for each in written.left_out}
    kept = [row for place, row in enumerate(rows, start=1) if place not in left_out]
    read = read_file(bare, written.data)
    assert read.bad == ()
    assert [dict(line.fields) for line in read.lines] == kept


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("cut", [1, 2, 7])
def test_a_cut_sample_never_upsets_its_profile(code: str, cut: int) -> None:
    profile = built_in(code).profile
    whole, data = read_file(profile, sample_of(code)), sample_of(code)[:-cut]
    read = read_file(profile, data)
    assert len(read.lines) <= len(whole.lines)
    marked = profile.lines.tail_mark or profile.lines.closed
    if marked and cut > 2:
        assert read.bad != whole.bad


@pytest.mark.parametrize("code", CODES)
def test_lists_for_the_terminal_can_be_written(code: str) -> None:
    listing = built_in(code).profile.listing
    if listing is None:
        return
    row = {
        "code": "HX500",
        "customer": "C0001",
        "name": "Beer",
        "address": "1 Main Street",
        "gtin": "036000291452",
        "price": 5,
        "stock": 12,
    }
    written = write_list(listing, [row])
    assert written.left_out == ()
    assert b"Beer" in written.data


def test_the_page_about_profiles_tells_every_key_and_every_field() -> None:
    page = resources.path("profiles", "README.md").read_text("utf-8")
    columns = {each.name for each in fields(Column)} - {"start", "end"}
    lines = {each.name for each in fields(Lines)}
    lists = set().union(*LIST_FIELDS.values())
    read = {name for name in FIELDS if name not in lists or name in ("code", "name", "unit")}
    names = set(re.findall("[a-z_]+", " ".join(re.findall("`[^`]+`", page))))
    assert (columns | lines | read) - names == set()


def test_an_own_profile_comes_in_with_its_samples(paths: Paths, tmp_path: Path) -> None:
    file = own_file(tmp_path / "stick")
    stored = import_profile(paths, CLERK, file)
    assert (stored.code, stored.own) == ("ours", True)
    assert stored.file == paths.profiles / "ours.toml"
    assert find_profile(paths, "ours") == stored
    assert stored.file.read_bytes() == file.read_bytes()
    shutil.rmtree(tmp_path / "stick")
    (result,) = try_samples(stored)
    assert result.differences == ()


def test_an_own_profile_is_replaced_only_when_that_is_said(paths: Paths, tmp_path: Path) -> None:
    import_profile(paths, CLERK, own_file(tmp_path / "stick"))
    newer = own_file(tmp_path / "stick", title="Newer")
    with pytest.raises(RuleBroken) as broken:
        import_profile(paths, CLERK, newer)
    assert broken.value.rule == "profile-exists"
    assert import_profile(paths, CLERK, newer, replace=True).profile.title == "Newer"


def test_a_profile_of_the_program_is_never_replaced(paths: Paths, tmp_path: Path) -> None:
    file = own_file(tmp_path / "stick", "generic-csv")
    with pytest.raises(RuleBroken):
        import_profile(paths, CLERK, file, replace=True)
    assert not paths.profiles.exists()


def test_a_sample_of_somebody_else_stays(paths: Paths, tmp_path: Path) -> None:
    import_profile(paths, CLERK, own_file(tmp_path / "stick"))
    other = own_file(tmp_path / "stick", "others")
    values = tomllib.loads(other.read_text("utf-8"))
    values["samples"][0]["file"] = "ours.txt"
    other.write_text(toml_text(values), "utf-8")
    with pytest.raises(ProfileError) as error:
        import_profile(paths, CLERK, other)
    assert faults_of(error.value) == [("ours.txt", "taken")]
    assert sorted(each.name for each in paths.profiles.iterdir()) == ["ours.toml", "ours.txt"]


def test_a_profile_that_does_not_read_its_sample_stays_out(paths: Paths, tmp_path: Path) -> None:
    file = own_file(tmp_path / "stick", sample=b"A,2\nB,x\n")
    with pytest.raises(ProfileError) as error:
        import_profile(paths, CLERK, file)
    assert faults_of(error.value) == [
        ("ours.txt: 1: qty", "sample"),
        ("ours.txt: 2: reason", "sample"),
    ]
    (tmp_path / "stick" / "ours.txt").unlink()
    with pytest.raises(ProfileError) as error:
        import_profile(paths, CLERK, file)
    assert faults_of(error.value) == [("ours.txt: 0: file", "missing_file")]
    assert not paths.profiles.exists()


def test_who_may_not_administer_brings_no_profile(paths: Paths, tmp_path: Path) -> None:
    with pytest.raises(PermissionDenied):
        import_profile(paths, Actor("visitor", frozenset()), own_file(tmp_path / "stick"))


@pytest.mark.parametrize(
    "data", [b"\xff\xfe", b"code = ", b"x" * (1024 * 1024 + 1), b"a = 1\na = 2", b"\0"]
)
def test_what_is_no_toml_is_said_so(data: bytes) -> None:
    with pytest.raises(ProfileError) as error:
        profile_of(data, "ours.toml")
    assert faults_of(error.value) == [("ours.toml", "toml")]


def test_a_broken_own_file_hides_no_other(paths: Paths, tmp_path: Path) -> None:
    import_profile(paths, CLERK, own_file(tmp_path / "stick"))
    (paths.profiles / "bad.toml").write_text("code = 1", "utf-8")
    shutil.copy(paths.profiles / "ours.toml", paths.profiles / "twice.toml")
    profiles = load_profiles(paths)
    assert "ours" in profiles.by_code
    assert len(profiles.by_code) == len(CODES) + 1
    assert len(profiles.broken) == 2
    with pytest.raises(NotFound):
        find_profile(paths, "nonsense")
    with pytest.raises(ProfileError):
        find_profile(paths, "twice.toml")


def test_what_goes_out_comes_in_elsewhere(paths: Paths, tmp_path: Path) -> None:
    target = tmp_path / "stick" / "mine.toml"
    written = export_profile(paths, "opticon-oph1000", target)
    sample = target.parent / "samples" / "opticon-oph1000.txt"
    assert written == (target, sample)
    assert sample.read_bytes() == sample_of("opticon-oph1000")
    text = target.read_text("utf-8").replace('code = "opticon-oph1000"', 'code = "mine"')
    target.write_text(text, "utf-8")
    stored = import_profile(paths, CLERK, target)
    assert stored.profile.columns == built_in("opticon-oph1000").profile.columns
    # what is here already comes in again only as it is
    assert import_profile(paths, CLERK, stored.file, replace=True).file == stored.file


def test_a_file_is_tried_and_a_missing_one_is_said(tmp_path: Path) -> None:
    file = tmp_path / "SCANNED.TXT"
    file.write_bytes(sample_of("opticon-opn2006"))
    assert len(try_file(built_in("opticon-opn2006").profile, file).lines) == 3
    with pytest.raises(UsageError):
        try_file(built_in("opticon-opn2006").profile, tmp_path / "nothing")


PLAIN = st.recursive(
    st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(st.characters(codec="utf-8")),
    lambda inner: (
        st.lists(st.text(st.characters(codec="utf-8")), max_size=3)
        | st.lists(st.dictionaries(st.text(max_size=4), inner, max_size=3), min_size=1, max_size=3)
        | st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=4), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=5), PLAIN, max_size=5))
def test_toml_is_read_as_it_was_written(values: dict[str, object]) -> None:
    assert tomllib.loads(toml_text(values)) == values


def test_what_has_no_toml_is_refused() -> None:
    with pytest.raises(TypeError):
        toml_text({"a": None})
