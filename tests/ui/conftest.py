"""Widgets without a screen, dressed and worded as the window does it."""

import os
from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from app.i18n import Translator
from app.ui.language import Language
from app.ui.theme import Theme

os.environ["QT_QPA_PLATFORM"] = "offscreen"

@pytest.fixture(params=["light", "dark"])
def theme(qapp: QApplication, request: pytest.FixtureRequest) -> Iterator[Theme]:
    theme = Theme(qapp, request.param)
    yield theme
    theme.deleteLater()


@pytest.fixture
def language(qapp: QApplication) -> Iterator[Language]:
    language = Language(Translator("en"), qapp, 480)
    yield language
    language.deleteLater()
