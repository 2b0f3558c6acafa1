"""Own profiles while they are written: nothing is lost, nothing half done becomes one."""

from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.rights import Actor
from app.errors import NotFound, PermissionDenied, ProfileError, RuleBroken
from app.services.office import Office
from app.services.profile_drafts import (
    Draft,
    delete_broken,
    delete_profile,
    draft_of,
    draft_of_broken,
    drop_draft,
    keep_draft,
    list_drafts,
    save_draft,
)
from app.services.profiles import find_profile, load_profiles, try_samples
from tests.support.offices import CLERK

NOBODY = Actor("nobody", frozenset())


@pytest.fixture
def draft(office: Office) -> Draft:
    """A copy of a profile of the program under a code of its own."""
    found = draft_of(find_profile(office.paths, "generic-csv"))
    text = found.text.replace('code = "generic-csv"', 'code = "ours"')
    return Draft("ours", text, found.samples, is_new=True)


def test_a_draft_is_kept_with_its_samples_until_it_is_dropped(office: Office, draft: Draft) -> None:
    keep_draft(office.paths, CLERK, draft)
    assert list_drafts(office.paths) == (draft,)
    broken = replace(draft, text="code = ")
    keep_draft(office.paths, CLERK, broken)
    assert list_drafts(office.paths) == (broken,)
    assert "ours" not in load_profiles(office.paths).by_code
    drop_draft(office.paths, CLERK, "ours")
    assert list_drafts(office.paths) == ()


def test_saved_it_is_a_profile_whose_samples_come_out(office: Office, draft: Draft) -> None:
    stored = save_draft(office.paths, CLERK, draft)
    assert stored.own
    assert all(not each.differences for each in try_samples(stored))
    assert list_drafts(office.paths) == ()
    changed = draft_of(find_profile(office.paths, "ours"))
    assert not changed.is_new
    save_draft(office.paths, CLERK, replace(changed, text=changed.text.replace("CSV:", "Our CSV:")))
    assert find_profile(office.paths, "ours").profile.title.startswith("Our CSV:")


def test_what_cannot_be_saved_stays_a_draft(office: Office, draft: Draft) -> None:
    wrong = replace(draft, text=draft.text.replace("qty = 12", "qty = 13"))
    with pytest.raises(ProfileError):
        save_draft(office.paths, CLERK, wrong)
    assert list_drafts(office.paths) == (wrong,)
    taken = replace(draft, text=draft.text.replace('"ours"', '"generic-tsv"'))
    with pytest.raises(RuleBroken) as refused:
        save_draft(office.paths, CLERK, taken)
    assert refused.value.rule == "profile-exists"
    assert "ours" not in load_profiles(office.paths).by_code


def test_a_broken_file_is_put_right_under_any_code(office: Office, draft: Draft) -> None:
    folder = office.paths.profiles
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "old.toml").write_text("code = ", "utf-8")
    broken = draft_of_broken(folder / "old.toml")
    assert (broken.key, broken.text) == ("old", "code = ")
    save_draft(office.paths, CLERK, Draft("old", draft.text, draft.samples))
    assert sorted(each.name for each in folder.glob("*.toml")) == ["ours.toml"]
    (folder / "bad.toml").write_text("code = ", "utf-8")
    delete_broken(office.paths, CLERK, folder / "bad.toml")
    assert not (folder / "bad.toml").exists()


def test_deleting_takes_the_samples_that_nobody_else_names(office: Office, draft: Draft) -> None:
    save_draft(office.paths, CLERK, draft)
    sample = office.paths.profiles / "samples" / "generic-csv.txt"
    other = replace(draft, key="theirs", text=draft.text.replace('"ours"', '"theirs"'), samples={})
    (name,) = draft.samples
    own = f"samples/theirs{Path(name).suffix}"
    text = other.text.replace(name, own)
    save_draft(office.paths, CLERK, replace(other, text=text, samples={own: draft.samples[name]}))
    delete_profile(office, CLERK, "ours")
    assert not sample.exists()
    assert (office.paths.profiles / own).exists()
    for code in ("ours", "generic-csv"):
        with pytest.raises(NotFound):
            delete_profile(office, CLERK, code)


def test_only_who_administers_may(office: Office, draft: Draft) -> None:
    for act in (keep_draft, save_draft):
        with pytest.raises(PermissionDenied):
            act(office.paths, NOBODY, draft)
    with pytest.raises(PermissionDenied):
        delete_profile(office, NOBODY, "ours")
    assert list_drafts(office.paths) == ()
