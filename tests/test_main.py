"""The composition root puts an installation together from what is there."""

from dataclasses import replace
from pathlib import Path

import pytest

from app.errors import OutputError, SettingsError
from app.main import open_office, read_options, run


def test_open_options_are_filled_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALLYDOCK_DATA", str(tmp_path))
    options = read_options(None, None, None, False, None)
    assert options.data == tmp_path
    assert options.db == f"sqlite:///{tmp_path / 'tallydock.sqlite'}"
    assert options.language == "auto"
    assert options.user


def test_the_settings_file_is_obeyed(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text('language = "zh"\n', "utf-8")
    assert read_options(tmp_path, None, None, False, "x").language == "zh"
    assert read_options(tmp_path, None, "en", False, "x").language == "en"


def test_a_spoiled_settings_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("language = 7\n", "utf-8")
    with pytest.raises(SettingsError):
        read_options(tmp_path, None, None, False, None)
    assert run(["--data", str(tmp_path), "check"]) == 3


def test_a_new_installation_gets_its_folders_and_tables(tmp_path: Path) -> None:
    options = read_options(tmp_path / "new", None, None, False, "x")
    with open_office(options) as office:
        assert office.database.branches() == ()
    assert (tmp_path / "new" / "archive").is_dir()
    assert (tmp_path / "new" / "logs" / "tallydock.log").exists()


def test_a_data_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    options = read_options(tmp_path, None, None, False, "x")
    nowhere = replace(options, data=tmp_path / "file")
    with pytest.raises(OutputError), open_office(nowhere):
        pass


def test_without_a_screen_the_window_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    assert run(["--data", str(tmp_path), "--lang", "en"]) == 3
    assert capsys.readouterr().err.startswith("There is no screen here")
