"""What a terminal sent is shown, and steers nothing."""

import pytest

from app.cli.screen import say


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("东浦　烟酒店 1箱", "东浦　烟酒店 1箱"),
        ("\x1b[2Jgone", "�[2Jgone"),
        ("\x9b2J", "�2J"),
        ("one\ntwo\rthree", "one�two�three"),
        ("\u202eabc\u2066", "�abc�"),
        ("\ud800", "�"),
    ],
)
def test_a_line_stays_one_line_of_text(
    text: str, seen: str, capsys: pytest.CaptureFixture[str]
) -> None:
    say(text)
    assert capsys.readouterr().out == f"{seen}\n"
