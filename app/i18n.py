"""Sentences, numbers and dates in the reader's language."""

import locale
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache

from babel.dates import format_date, format_datetime
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

import resources

SOURCE_LANGUAGE = "en"
_LOCALES = {"en": "en", "zh": "zh_Hans_CN"}
_DATE_FORMATS = {"en": "d MMM yyyy", "zh": "yyyy-MM-dd"}


def N_(sentence: str) -> str:  # noqa: N802 - the name that gettext tools know
    """Mark a sentence for translation where it stands, without translating it yet."""
    return sentence


def languages() -> tuple[str, ...]:
    """Return the languages there are words for, the source language first."""
    return tuple(_LOCALES)


def system_language() -> str:
    """Return the language of this machine if there are words for it, else the source language."""
    name = (locale.getlocale()[0] or "").lower()
    return "zh" if name.startswith(("zh", "chinese")) else SOURCE_LANGUAGE


class Translator:
    """Callable `t(sentence, **fields)`; the sentence in English is its own key.

    `language` may be set at any time ("auto" follows the machine): whoever shows words asks
    again. An unknown language counts as the source language.
    """

    def __init__(self, language: str = "auto") -> None:
        self.language = language

    @property
    def language(self) -> str:
        return self._language

    @language.setter
    def language(self, language: str) -> None:
        chosen = system_language() if language == "auto" else language
        self._language = chosen if chosen in _LOCALES else SOURCE_LANGUAGE
        self._sentences = _catalogue(self._language)

    def __call__(self, sentence: str, /, **fields: object) -> str:
        """Return the sentence in this language with `{field}` places filled."""
        words = self._sentences.get(sentence, sentence)
        return words.format_map(fields) if fields else words

    def plural(self, one: str, many: str, /, n: int, **fields: object) -> str:
        """Return `one` or `many` as this language counts, with `{n}` filled with the number."""
        words = self._sentences.get(one) or (one if n == 1 else many)
        return words.format_map({"n": self.number(n), **fields})

    def number(self, value: int) -> str:
        return format_decimal(value, locale=_LOCALES[self._language])

    def money(self, fen: int) -> str:
        """Return an amount in yuan with its sign: ¥1,234.50."""
        yuan = format_decimal(
            Decimal(abs(fen)).scaleb(-2), format="#,##0.00", locale=_LOCALES[self._language]
        )
        return f"{'-' if fen < 0 else ''}¥{yuan}"

    def date(self, day: date) -> str:
        return format_date(day, _DATE_FORMATS[self._language], _LOCALES[self._language])

    def time(self, ms: int, offset_min: int) -> str:
        """Return date and time of day, as a clock `offset_min` minutes east of UTC showed it."""
        shown = datetime.fromtimestamp(ms / 1000, UTC) + timedelta(minutes=offset_min)
        return format_datetime(
            shown,
            f"{_DATE_FORMATS[self._language]} HH:mm",
            locale=_LOCALES[self._language],
        )


@cache
def _catalogue(language: str) -> Mapping[str, str]:
    """Return source sentence -> sentence; empty for the source language."""
    file = resources.path("translations", language, "tallydock.po")
    if language == SOURCE_LANGUAGE or not file.exists():
        return {}
    with file.open("rb") as stream:
        catalogue = read_po(stream, locale=_LOCALES[language])
    sentences: dict[str, str] = {}
    for message in catalogue:
        source = message.id if isinstance(message.id, str) else message.id[0]
        found = message.string
        words = found[0] if isinstance(found, list | tuple) and found else found
        if source and isinstance(words, str) and words and "fuzzy" not in message.flags:
            sentences[source] = words
    return sentences
