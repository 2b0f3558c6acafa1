"""The language of the window, which may change while it is open."""

from datetime import date

from PySide6.QtCore import QLibraryInfo, QLocale, QObject, QTranslator, Signal
from PySide6.QtWidgets import QApplication

from app.i18n import Translator, languages


class Language(QObject):
    """Callable like the translator it holds; `changed` asks everybody to say their words again."""

    changed = Signal()

    def __init__(self, translator: Translator, application: QApplication, offset_min: int) -> None:
        super().__init__(application)
        self.translator = translator
        self.offset_min = offset_min
        self._application = application
        self._qt_words = QTranslator(self)
        self._speak_qt()

    def __call__(self, sentence: str, /, **fields: object) -> str:
        return self.translator(sentence, **fields)

    @property
    def name(self) -> str:
        return self.translator.language

    def choose(self, language: str) -> None:
        """Speak `language` ("auto", "zh", "en") from now on."""
        before = self.translator.language
        self.translator.language = language
        if self.translator.language != before:
            self._speak_qt()
            self.changed.emit()

    def other(self) -> str:
        """Return the language that a click on the switch leads to."""
        known = languages()
        return known[(known.index(self.name) + 1) % len(known)]

    def number(self, value: int) -> str:
        return self.translator.number(value)

    def money(self, fen: int) -> str:
        return self.translator.money(fen)

    def date(self, day: date) -> str:
        return self.translator.date(day)

    def time(self, ms: int) -> str:
        """Return date and time of day as the clock on the desk's wall shows it."""
        return self.translator.time(ms, self.offset_min)

    def _speak_qt(self) -> None:
        # Qt's own words (dialog buttons, context menus) come from its own catalogues.
        self._application.removeTranslator(self._qt_words)
        locale = QLocale("zh_CN" if self.name == "zh" else "en_GB")
        QLocale.setDefault(locale)
        folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        if self._qt_words.load(locale, "qtbase", "_", folder):
            self._application.installTranslator(self._qt_words)
