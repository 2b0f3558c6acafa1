"""`profiles`: listed, shown, tried on files, tested, taken in and given out; without a branch."""

from pathlib import Path

import resources
from tests.cli.conftest import Run

OPN = "opticon-opn2006"
SAMPLE = resources.path("profiles", "samples", f"{OPN}.txt")


def test_profiles_are_listed_without_a_branch(tallydock: Run) -> None:
    outcome = tallydock("--json", "profiles", "list")
    assert outcome.code == 0
    found = {each["code"]: each for each in outcome.document["profiles"]}
    assert found[OPN]["kind"] == "count"
    assert found[OPN]["own"] is False
    assert found["generic-csv"]["list"] == "products"
    assert outcome.document["problems"] == []
    lines = tallydock("profiles", "list").out.splitlines()
    assert len(lines) == len(found)
    assert any(line.startswith(OPN) for line in lines)


def test_a_profile_is_shown_whole(tallydock: Run) -> None:
    document = tallydock("--json", "profiles", "show", OPN).document
    assert document["profile"]["columns"][0] == {"field": "code", "index": 1}
    assert document["source"].startswith("OPN-2006")
    shown = tallydock("profiles", "show", OPN)
    assert shown.code == 0
    assert 'code = "opticon-opn2006"' in shown.out
    missing = tallydock("profiles", "show", "nonsense")
    assert (missing.code, len(missing.err.splitlines())) == (4, 1)
    assert "profiles list" in missing.err


def test_a_file_is_tried_and_its_bad_lines_are_problems(tallydock: Run) -> None:
    outcome = tallydock("--json", "profiles", "try", OPN, str(SAMPLE))
    assert outcome.code == 1
    document = outcome.document
    assert [each["line"] for each in document["lines"]] == [1, 2, 3]
    assert document["lines"][0]["fields"]["code"] == "6901234567892"
    (bad,) = document["bad"]
    assert (bad["line"], bad["reason"], bad["column"]) == (4, "date", "day")
    assert bytes.fromhex(bad["bytes"]) == SAMPLE.read_bytes().splitlines()[3]
    (problem,) = document["problems"]
    assert problem["where"] == "4 day"
    text = tallydock("profiles", "try", OPN, str(SAMPLE))
    assert "code=6901234567892" in text.out
    assert "3 lines read, 1 not understood, 0 others" in text.out
    assert "not a date" in text.err


def test_a_file_that_is_not_there_is_wrong_usage(tallydock: Run) -> None:
    assert tallydock("profiles", "try", OPN, "/nothing/here").code == 2


def test_samples_are_tested(tallydock: Run) -> None:
    outcome = tallydock("--json", "profiles", "test")
    assert outcome.code == 0
    tested = outcome.document["tested"]
    assert len(tested) == len(list(resources.path("profiles").glob("*.toml")))
    assert all(each["good"] == each["samples"] > 0 for each in tested)
    one = tallydock("profiles", "test", OPN)
    assert one.out.split() == [OPN, "1/1"]


def test_a_profile_goes_out_is_changed_and_comes_in(
    tallydock: Run, tmp_path: Path, data: Path
) -> None:
    file = tmp_path / "stick" / "ours.toml"
    given = tallydock("--json", "profiles", "export", OPN, str(file))
    assert given.code == 0
    assert given.document["files"] == [
        str(file),
        str(file.parent / "samples" / f"{OPN}.txt"),
    ]
    again = tallydock("profiles", "import", str(file))
    assert (again.code, "already" in again.err) == (4, True)
    file.write_text(file.read_text("utf-8").replace(f'code = "{OPN}"', 'code = "ours"'), "utf-8")
    taken = tallydock("--json", "profiles", "import", str(file))
    assert taken.code == 0
    assert taken.document["imported"]["own"] is True
    assert (data / "profiles" / "ours.toml").exists()
    assert tallydock("profiles", "import", str(file)).code == 4
    assert tallydock("profiles", "import", "--replace", str(file)).code == 0
    assert tallydock("profiles", "test", "ours").code == 0


def test_everything_wrong_with_a_profile_is_listed(tallydock: Run, tmp_path: Path) -> None:
    file = tmp_path / "ours.toml"
    file.write_text('code = "Ours"\nkind = "party"\n', "utf-8")
    outcome = tallydock("--json", "profiles", "import", str(file))
    assert outcome.code == 3
    codes = {(each["code"], each["where"]) for each in outcome.document["problems"]}
    assert {("code", "Ours code"), ("choice", "Ours kind"), ("needed", "Ours title")} <= codes
    assert len(outcome.err.splitlines()) == 1
    words = tallydock("profiles", "import", str(file))
    assert "Ours kind: this is none of the possible choices: party" in words.out


def test_a_broken_own_profile_is_a_problem_of_the_list(tallydock: Run, data: Path) -> None:
    (data / "profiles").mkdir(parents=True)
    (data / "profiles" / "bad.toml").write_text("nonsense", "utf-8")
    outcome = tallydock("--json", "profiles", "list")
    assert outcome.code == 1
    (problem,) = outcome.document["problems"]
    assert problem["code"] == "toml"
    assert tallydock("profiles", "test").code == 1
