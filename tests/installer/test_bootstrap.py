"""The set-up does only what is missing, and says what to type when it cannot do it."""

import ast
import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
SCRIPT = ROOT / "installer" / "bootstrap.py"


@pytest.fixture
def bootstrap() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bootstrap", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def make_program(folder: Path, name: str, script: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


def test_it_needs_nothing_but_the_standard_library() -> None:
    imported = {
        (node.module or "") if isinstance(node, ast.ImportFrom) else alias.name
        for node in ast.walk(ast.parse(SCRIPT.read_text("utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    assert {name.split(".")[0] for name in imported} <= sys.stdlib_module_names


def test_an_older_python_is_told_so(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bootstrap.sys, "version_info", (3, 9, 2))
    assert bootstrap.main(["run"]) == 3
    assert "needs Python 3.11 or newer; this is 3.9.2" in capsys.readouterr().err


def test_an_older_python_can_still_read_the_script() -> None:
    ast.parse(SCRIPT.read_text("utf-8"), feature_version=(3, 7))


@pytest.mark.parametrize(("arguments", "code"), [([], 2), (["fly"], 2), (["--help"], 0)])
def test_wrong_words_show_how_it_is_used(
    bootstrap: ModuleType, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int
) -> None:
    assert bootstrap.main(arguments) == code
    assert "bootstrap.py run" in capsys.readouterr().out


def test_only_missing_packages_are_named(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    rows = "installed qpdf\\ninstalled libcups2t64\\nconfig-files xvfb\\n"
    make_program(tmp_path, "dpkg-query", f"printf '{rows}'")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert bootstrap.missing_on_debian(["qpdf", "libcups2", "xvfb", "xauth"]) == ["xvfb", "xauth"]


def test_a_python_without_ensurepip_gets_its_venv_package(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    make_program(tmp_path, "dpkg-query", "true")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(bootstrap.importlib.util, "find_spec", lambda _: None)
    monkeypatch.setattr(bootstrap, "VENV", tmp_path / "none")
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    assert bootstrap.missing_on_debian([]) == [f"python{version}-venv"]


def test_without_root_and_sudo_it_says_what_to_type(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    make_program(tmp_path, "apt-get", "exit 1")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(bootstrap.CannotGoOnError) as told:
        bootstrap.install_with_apt(["qpdf"])
    assert "sudo apt-get install -y --no-install-recommends qpdf" in str(told.value)


def test_a_failing_apt_shows_what_apt_said(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    make_program(tmp_path, "apt-get", "echo E: no network; exit 100")
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with pytest.raises(bootstrap.CannotGoOnError, match="E: no network"):
        bootstrap.install_with_apt(["qpdf"])


def test_the_venv_is_left_alone_when_the_lock_has_not_changed(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    commands: list[list[str]] = []
    lock = tmp_path / "requirements.lock"
    lock.write_text("one==1")
    venv = tmp_path / "venv"
    site = venv / f"lib/python{sys.version_info[0]}.{sys.version_info[1]}/site-packages"

    def pretend(command: list[str], what: str) -> None:
        commands.append(command)
        site.mkdir(parents=True, exist_ok=True)
        make_program(venv / "bin", "python", "true")

    monkeypatch.setattr(bootstrap, "VENV", venv)
    monkeypatch.setattr(bootstrap, "RUN_LOCK", lock)
    monkeypatch.setattr(bootstrap, "call", pretend)
    bootstrap.fill_venv(testing=False)
    assert [command[2] for command in commands] == ["venv", "pip"]
    assert "--require-hashes" in commands[1]
    assert (site / "tallydock.pth").read_text() == f"{ROOT}\n"

    bootstrap.fill_venv(testing=False)
    assert len(commands) == 2

    lock.write_text("one==2")
    bootstrap.fill_venv(testing=False)
    assert [command[2] for command in commands] == ["venv", "pip"] * 2


@pytest.mark.parametrize(
    ("arguments", "display", "refused"),
    [
        ([], "", True),
        (["demo"], "", True),
        (["demo"], ":0", False),
        (["demo", "--headless"], "", False),
        (["check"], "", False),
        (["demo", "--help"], "", False),
    ],
)
def test_a_window_needs_a_screen(
    bootstrap: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    display: str,
    refused: bool,
) -> None:
    for name in ("WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DISPLAY", display)
    if refused:
        with pytest.raises(bootstrap.CannotGoOnError, match="--headless"):
            bootstrap.require_display(arguments)
    else:
        bootstrap.require_display(arguments)


def test_an_app_in_the_folder_one_stands_in_is_not_taken_for_ours(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    started: list[tuple[list[str], dict[str, str]]] = []

    def become(_: str, command: list[str], environment: dict[str, str]) -> None:
        started.append((command, environment))
        raise SystemExit

    monkeypatch.setattr(os, "execve", become)
    with pytest.raises(SystemExit):
        bootstrap.start("app", ["check", "--json"])
    ((command, environment),) = started
    assert command[1:] == ["-m", "app", "check", "--json"]

    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "__init__.py").write_text("raise SystemExit(99)")
    done = subprocess.run(
        [sys.executable, "-c", "import app"],
        cwd=tmp_path,
        env=environment | {"PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert done.returncode == 0


def test_the_rule_for_usb_is_put_where_udev_finds_it(
    bootstrap: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("groupadd", "udevadm"):
        make_program(tmp_path / "bin", name, f'echo {name} "$@" >> {tmp_path}/called')
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    monkeypatch.setattr(bootstrap, "as_root", lambda _otherwise: [])
    bootstrap.let_people_open_usb(tmp_path / "rules.d")
    placed = (tmp_path / "rules.d" / "70-tallydock.rules").read_text()
    assert placed == (ROOT / "installer" / "70-tallydock.rules").read_text()
    assert "plugdev" in placed
    assert (tmp_path / "called").read_text().splitlines() == [
        "groupadd --system --force plugdev",
        "udevadm control --reload",
        "udevadm trigger --subsystem-match=usb",
    ]


def test_who_is_not_root_is_told_what_to_type_for_usb(
    bootstrap: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(bootstrap.CannotGoOnError, match="sudo install") as caught:
        bootstrap.let_people_open_usb(tmp_path / "rules.d")
    assert "plugdev" in str(caught.value)
    assert not (tmp_path / "rules.d").exists()
