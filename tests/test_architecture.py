"""The rules of the house, wherever a machine can see that they are kept."""

import ast
import builtins
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields
from fnmatch import fnmatch
from pathlib import Path

import pytest

from app.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ("app", "drivers", "resources", "installer")
LONGEST_FILE = 400
# One migration is one generated list of tables; cutting it up would help nobody.
MIGRATIONS = "app/storage/migrations/versions/"
FORBIDDEN_NAMES = {"utils", "util", "misc", "common", "helpers", "helper", "base"}
FORBIDDEN_ENDINGS = ("Manager", "Handler", "Helper", "Util", "Utils")
ROOT_FILES = {
    ".ci",
    ".gitignore",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "README.md",
    "app",
    "drivers",
    "installer",
    "pyproject.toml",
    "requirements-dev.lock",
    "requirements.lock",
    "resources",
    "tests",
}


def files(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted((ROOT / folder).rglob("*.py"))


def where(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


@pytest.mark.parametrize(
    "command",
    [
        ["-m", "ruff", "check"],
        ["-m", "ruff", "format", "--check"],
        ["-m", "mypy"],
        ["-c", "import sys, importlinter.cli as c; sys.exit(c.lint_imports())"],
    ],
    ids=["lint", "format", "types", "layers"],
)
def test_the_tools_are_content(command: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_file_is_too_long() -> None:
    long = {
        where(file): length
        for file in files(*SOURCE, "tests")
        if (length := len(file.read_text("utf-8").splitlines())) > LONGEST_FILE
        and not where(file).startswith(MIGRATIONS)
    }
    assert long == {}


def test_names_say_what_is_inside() -> None:
    vague = [
        where(file)
        for file in files(*SOURCE, "tests")
        if {file.stem, *file.relative_to(ROOT).parent.parts} & FORBIDDEN_NAMES
    ]
    vague += [
        f"{where(file)}: {node.name}"
        for file in files(*SOURCE)
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.ClassDef) and node.name.endswith(FORBIDDEN_ENDINGS)
    ]
    assert vague == []


def test_every_module_says_in_one_sentence_what_it_is() -> None:
    silent = [
        where(file)
        for file in files(*SOURCE)
        if not (ast.get_docstring(ast.parse(file.read_text("utf-8"))) or "").split("\n")[0]
    ]
    assert silent == []


def test_nothing_shadows_a_builtin() -> None:
    taken = set(dir(builtins)) - {"__doc__", "__name__", "__file__"}
    shadowing = [
        f"{where(file)}: {node.name}"
        for file in files(*SOURCE)
        for node in ast.parse(file.read_text("utf-8")).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name in taken
    ]
    assert shadowing == []


def test_every_driver_is_registered() -> None:
    registry = (ROOT / "drivers/registry.py").read_text("utf-8")
    declared = [
        node.name
        for file in files("drivers/devices")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.ClassDef)
        and any(ast.unparse(each).partition("[")[0].endswith("Driver") for each in node.bases)
        and any(
            isinstance(each, ast.Assign) and ast.unparse(each.targets[0]) == "name"
            for each in node.body
        )
    ]
    assert declared
    assert [name for name in declared if name not in registry] == []


def test_every_setting_explains_itself() -> None:
    for each in fields(Settings):
        assert each.metadata["help"].strip(), each.name


def test_package_folders_have_no_tests_and_test_folders_are_no_packages() -> None:
    packages = {where(file) for file in files("tests") if file.name == "__init__.py"}
    programs = ("tests/bench/", "tests/soak/", "tests/usb_rig/")
    assert all(package.startswith(programs) for package in packages)
    assert [where(file) for file in files(*SOURCE) if file.name.startswith("test_")] == []


def test_only_known_files_lie_at_the_root() -> None:
    ignored = [line.rstrip("/") for line in (ROOT / ".gitignore").read_text("utf-8").split()]
    there = {
        each.name
        for each in ROOT.iterdir()
        if each.name != ".git" and not any(fnmatch(each.name, pattern) for pattern in ignored)
    }
    assert there - ROOT_FILES == set()


def test_locks_hold_hashes_and_no_addresses() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text("utf-8")
        assert "--hash=sha256:" in text
        assert "http" not in text


def test_no_link_leads_nowhere() -> None:
    lost = [
        f"{where(file)}: {target}"
        for file in [*ROOT.glob("*.md"), *(ROOT / "drivers").glob("*.md")]
        for target in re.findall(r"\]\(([^)#:]+)\)", file.read_text("utf-8"))
        if not (file.parent / target).exists()
    ]
    assert lost == []
