"""Settings of this workstation: one line each, kept in a TOML file that a person may edit."""

import json
import os
import tempfile
import tomllib
from dataclasses import Field, asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from app.errors import SettingsError


def setting(default: Any, help_text: str, choices: tuple[str, ...] = ()) -> Any:
    """Declare one setting: its default, its explanation for people, its allowed values."""
    return field(default=default, metadata={"help": help_text, "choices": choices})


@dataclass(frozen=True, slots=True)
class Settings:
    """A new setting is one line here; the file, the checks and the tests follow from it."""

    language: str = setting("auto", "Language of the program", ("auto", "zh", "en"))
    theme: str = setting("auto", "Light or dark window", ("auto", "light", "dark"))
    paper: str = setting("a4", "Paper of delivery notes", ("a4", "241x140"))
    ports: tuple[str, ...] = setting((), "Ports to watch beside those found on this machine")
    keep_docking: bool = setting(True, "Docking goes on in the tray when the window is closed")
    clock_shift_s: int = setting(0, "Seconds the sample branch lives away from today; else 0")


def load_settings(file: Path) -> Settings:
    """Read `file`; what it does not mention keeps its default, and no file means all defaults.

    Raises SettingsError when the file cannot be read, or names or sets something impossible.
    """
    try:
        found = tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        return Settings()
    except (OSError, ValueError) as error:
        raise SettingsError(file=str(file), setting="", value=str(error), allowed="") from error
    known = {each.name: each for each in fields(Settings)}
    values: dict[str, Any] = {}
    for name, value in found.items():
        if name not in known:
            raise SettingsError(file=str(file), setting=name, value=value, allowed=", ".join(known))
        values[name] = _checked(known[name], value, file)
    return Settings(**values)


def save_settings(file: Path, settings: Settings) -> None:
    """Write `file` so that a crash leaves either the old content or the new.

    Raises SettingsError when the folder cannot be written to.
    """
    lines = [
        f"# {each.metadata['help']}\n{each.name} = {json.dumps(value, ensure_ascii=False)}\n"
        for each, value in zip(fields(settings), asdict(settings).values(), strict=True)
    ]
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=file.name)
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write("\n".join(lines))
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).replace(file)
    except OSError as error:
        raise SettingsError(file=str(file), setting="", value=str(error), allowed="") from error


def _checked(declared: "Field[Any]", value: object, file: Path) -> object:
    choices: tuple[str, ...] = declared.metadata["choices"]
    if isinstance(declared.default, tuple):
        if isinstance(value, list) and all(isinstance(each, str) for each in value):
            return tuple(value)
    elif type(value) is type(declared.default) and (not choices or value in choices):
        return value
    allowed = ", ".join(choices) or type(declared.default).__name__
    raise SettingsError(file=str(file), setting=declared.name, value=value, allowed=allowed)
