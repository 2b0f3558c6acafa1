"""Sentences, numbers and dates come out in the reader's language."""

import re
from datetime import date
from string import Formatter

import pytest
from babel.messages.pofile import read_po

import resources
from app import i18n
from app.i18n import Translator

CATALOGUE = resources.path("translations", "zh", "tallydock.po")


def test_english_is_the_source() -> None:
    t = Translator("en")
    assert t("A sentence that nobody translated: {n}", n=3) == (
        "A sentence that nobody translated: 3"
    )


def test_chinese_comes_from_the_catalogue() -> None:
    words = Translator("zh")("Cancelled. What was not finished is undone; start again at any time.")
    assert re.search(r"[一-鿿]", words)


def test_the_language_changes_without_a_restart() -> None:
    t = Translator("zh")
    assert t.date(date(2026, 6, 3)) == "2026-06-03"
    t.language = "en"
    assert t.language == "en"
    assert t.date(date(2026, 6, 3)) == "3 Jun 2026"


def test_an_unknown_language_counts_as_the_source() -> None:
    assert Translator("tlh").language == "en"


@pytest.mark.parametrize(
    ("machine", "expected"),
    [("zh_CN", "zh"), ("Chinese (Simplified)_China", "zh"), ("de_DE", "en"), (None, "en")],
)
def test_auto_follows_the_machine(
    monkeypatch: pytest.MonkeyPatch, machine: str | None, expected: str
) -> None:
    monkeypatch.setattr(i18n.locale, "getlocale", lambda: (machine, "UTF-8"))
    assert Translator().language == expected


@pytest.mark.parametrize("language", i18n.languages())
def test_amounts_are_exact_and_grouped(language: str) -> None:
    t = Translator(language)
    assert t.money(123_450) == "¥1,234.50"
    assert t.money(-5) == "-¥0.05"
    assert t.money(10**15 + 1) == "¥10,000,000,000,000.01"
    assert t.number(1_234_567) == "1,234,567"


def test_time_is_what_the_clock_there_showed() -> None:
    # 2026-06-03 23:30 in Beijing is 15:30 UTC.
    assert Translator("zh").time(1_780_500_600_000, 480) == "2026-06-03 23:30"
    assert Translator("en").time(1_780_500_600_000, 0) == "3 Jun 2026 15:30"


def test_one_and_many() -> None:
    t = Translator("en")
    assert t.plural("{n} parcel", "{n} parcels", 1) == "1 parcel"
    assert t.plural("{n} parcel", "{n} parcels", 1200) == "1,200 parcels"


def test_every_sentence_is_translated_with_the_same_places() -> None:
    with CATALOGUE.open("rb") as stream:
        catalogue = read_po(stream, locale="zh_Hans_CN")
    wrong = []
    for message in catalogue:
        if not message.id:
            continue
        sources = [message.id] if isinstance(message.id, str) else list(message.id)
        words = message.string
        translated = words if isinstance(words, str) else (words or ("",))[0]
        expected = {name for _, name, _, _ in Formatter().parse(sources[-1]) if name}
        found = {name for _, name, _, _ in Formatter().parse(translated) if name}
        if not translated or found != expected:
            wrong.append((sources, translated))
    assert wrong == []
