"""Settings survive a round trip and refuse what cannot be meant."""

from dataclasses import fields, replace
from pathlib import Path

import pytest

from app.errors import SettingsError
from app.settings import Settings, load_settings, save_settings


def test_no_file_means_defaults(tmp_path: Path) -> None:
    assert load_settings(tmp_path / "settings.toml") == Settings()


def test_a_round_trip_is_the_identity(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "settings.toml"
    chosen = replace(Settings(), language="zh", ports=("/dev/ttyS0", 'odd "name"\\'))
    save_settings(file, chosen)
    assert load_settings(file) == chosen
    assert [each.name for each in file.parent.iterdir()] == ["settings.toml"]


def test_the_file_explains_itself(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    save_settings(file, Settings())
    for each in fields(Settings):
        assert f"# {each.metadata['help']}" in file.read_text("utf-8")


@pytest.mark.parametrize(
    ("text", "setting"),
    [
        ('language = "tlh"', "language"),
        ("language = 3", "language"),
        ('ports = "COM3"', "ports"),
        ("ports = [3]", "ports"),
        ("clock_shift_s = true", "clock_shift_s"),
        ('langauge = "zh"', "langauge"),
        ("language = ", ""),
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path: Path, text: str, setting: str) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(SettingsError) as refused:
        load_settings(file)
    assert refused.value.fields["setting"] == setting
    assert refused.value.fields["file"] == str(file)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError):
        save_settings(tmp_path / "file" / "settings.toml", Settings())
