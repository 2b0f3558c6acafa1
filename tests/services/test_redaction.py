"""Secrets and people go; what helps stays."""

import json

import pytest

from app.services.redaction import REMOVED, log_line, without_people, without_secrets


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("password: hunter2", "hunter2"),
        ("{'passphrase': 'tall door'}", "tall"),
        ("api_key=abc", "abc"),
        ("postgresql://tally:hunter2@db/tally", "hunter2"),
        ("TALLYDOCK1ABCDEFG234", "ABCDEFG234"),
        (f"drawn {'a0' * 16}", "a0a0"),
        (f"line {'MIIB' * 16}", "MIIB"),
        ("-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\nafter", "MIIB"),
        ("-----BEGIN PRIVATE KEY-----\nMIIB and then the file ends", "MIIB"),
    ],
)
def test_what_looks_like_a_secret_goes(text: str, secret: str) -> None:
    assert secret in text
    assert secret not in without_secrets(text)
    assert secret not in log_line(text)
    assert secret not in log_line(json.dumps({"event": text}))


@pytest.mark.parametrize(
    "text",
    [
        "docking broke down at /dev/ttyUSB0",
        "/home/clerk/.local/share/tallydock/archive/0127/003/1/000001-ab12cd34.cbor",
        "01a212b4-4615-7e6a-ad0e-1f2ef1083e91",
        "postgresql://db/tally",
        "turned down: 3 of 12",
    ],
)
def test_what_helps_stays(text: str) -> None:
    assert without_secrets(text) == text


def test_values_and_names_of_secrets_go_out_of_a_line_of_the_log() -> None:
    frame = {"name": "pair", "lineno": 7, "locals": {"customer": "'Zhang'"}}
    line = {"event": "bug", "desk_key": "short", "exception": [{"frames": [frame]}], "n": 3}
    plain = json.loads(log_line(json.dumps(line)))
    assert plain == {
        "event": "bug",
        "desk_key": REMOVED,
        "exception": [{"frames": [{"name": "pair", "lineno": 7}]}],
        "n": 3,
    }


def test_a_line_that_is_nested_without_end_is_still_cleaned() -> None:
    assert "hunter2" not in log_line("[" * 100_000 + "password=hunter2")


def test_people_go_however_they_are_spelt() -> None:
    private = ["东浦烟酒店", "东浦", 'Zhang "Li"', "Li", "139000", "13900011122"]
    for text in ("东浦烟酒店", '"东浦"', json.dumps("东浦烟酒店"), json.dumps(private[2])):
        left = without_people(text, private)
        assert left.strip('"') == REMOVED
    assert without_people("Li at line 139000, Linux", private) == (
        f"{REMOVED} at line 139000, Linux"
    )
    assert without_people("call 13900011122.", private) == f"call {REMOVED}."
