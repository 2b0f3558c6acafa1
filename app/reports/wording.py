"""The words printed on a paper, in both languages, kept beside its layouts."""

import tomllib
from collections.abc import Mapping
from functools import cache

import resources
from app.errors import SettingsError

LANGUAGES = ("zh", "en")


@cache
def load_wording(document: str, language: str) -> Mapping[str, str]:
    """Return key -> words of a document; an unknown language counts as Chinese.

    Raises SettingsError if a key has no words in one of the languages.
    """
    file = resources.path("layouts", f"{document}_words.toml")
    words: dict[str, str] = {}
    for key, entry in tomllib.loads(file.read_text("utf-8")).items():
        if not all(isinstance(entry.get(name), str) for name in LANGUAGES):
            raise SettingsError(
                file=str(file),
                setting=key,
                value=entry,
                allowed="words for " + ", ".join(LANGUAGES),
            )
        words[key] = entry["en" if language == "en" else "zh"]
    return words
