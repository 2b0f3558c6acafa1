"""Colours, sizes, fonts and icons of the window, from the tokens in resources/themes."""

import tomllib
from functools import cache
from string import Template

from PySide6.QtCore import QByteArray, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QIcon,
    QPainter,
    QPalette,
    QPixmap,
)
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

import resources

THEMES = ("light", "dark")
_ICON_SIDES = (14, 16, 18, 20, 24, 28, 32, 36, 40, 48, 64, 96)


@cache
def colours(theme: str) -> dict[str, str]:
    """Return token -> "#RRGGBB" of one theme."""
    text = resources.path("themes", f"{theme}.toml").read_text("utf-8")
    found: dict[str, str] = tomllib.loads(text)["colours"]
    return found


@cache
def measures() -> dict[str, object]:
    """Return the sizes in pixels and the font families that both themes share."""
    return tomllib.loads(resources.path("themes", "measures.toml").read_text("utf-8"))


def size(token: str) -> int:
    """Return one size in device-independent pixels."""
    value = measures()[token]
    return value if isinstance(value, int) else 0


def families(token: str = "families") -> list[str]:
    value = measures()[token]
    return [str(each) for each in value] if isinstance(value, list) else []


class Theme(QObject):
    """Dresses the application; `changed` follows every switch between light and dark."""

    changed = Signal()

    def __init__(self, application: QApplication, choice: str = "auto") -> None:
        super().__init__(application)
        self._application = application
        self._choice = choice
        self._icons: dict[tuple[str, str], QIcon] = {}
        for font in sorted(resources.path("fonts").glob("*.ttf")):
            QFontDatabase.addApplicationFont(str(font))
        application.setStyle("Fusion")
        font_of_all = QFont()
        font_of_all.setFamilies(families())
        font_of_all.setPixelSize(size("font"))
        application.setFont(font_of_all)
        application.styleHints().colorSchemeChanged.connect(self._follow_system)
        self._dress()

    @property
    def name(self) -> str:
        """The theme that is shown: "light" or "dark"."""
        if self._choice in THEMES:
            return self._choice
        dark = self._application.styleHints().colorScheme() is Qt.ColorScheme.Dark
        return "dark" if dark else "light"

    def choose(self, choice: str) -> None:
        """Show "light", "dark", or with "auto" what the system shows."""
        self._choice = choice
        self._dress()

    def other(self) -> str:
        """Return the theme that a click on the switch leads to."""
        return "light" if self.name == "dark" else "dark"

    @property
    def mono(self) -> QFont:
        """The font in which every sign is equally wide."""
        font = QFont()
        font.setFamilies(families("mono"))
        font.setPixelSize(size("font_small"))
        return font

    def colour(self, token: str) -> QColor:
        return QColor(colours(self.name)[token])

    def icon(self, name: str, token: str = "text") -> QIcon:
        """Return the drawing `resources/icons/<name>.svg` in the colour of `token`."""
        key = (name, colours(self.name)[token])
        if key not in self._icons:
            self._icons[key] = _draw_icon(name, key[1])
        return self._icons[key]

    def pixmap(self, name: str, token: str = "text", side: int = 16) -> QPixmap:
        ratio = self._application.devicePixelRatio()
        return self.icon(name, token).pixmap(QSize(side, side), ratio)

    def _follow_system(self) -> None:
        if self._choice not in THEMES:
            self._dress()

    def _dress(self) -> None:
        self._application.setPalette(_palette(colours(self.name)))
        self._application.setStyleSheet(stylesheet(self.name))
        self.changed.emit()


def stylesheet(theme: str) -> str:
    """Return the style sheet of the window with every token filled in."""
    template = Template(resources.path("themes", "window.qss").read_text("utf-8"))
    tokens: dict[str, object] = {**measures(), **colours(theme)}
    for name in ("families", "mono"):
        tokens[name] = ", ".join(f'"{family}"' for family in families(name))
    return template.substitute(tokens)


def _palette(tokens: dict[str, str]) -> QPalette:
    roles = {
        QPalette.ColorRole.Window: "window",
        QPalette.ColorRole.WindowText: "text",
        QPalette.ColorRole.Base: "surface",
        QPalette.ColorRole.AlternateBase: "sunken",
        QPalette.ColorRole.Text: "text",
        QPalette.ColorRole.Button: "surface",
        QPalette.ColorRole.ButtonText: "text",
        QPalette.ColorRole.ToolTipBase: "text",
        QPalette.ColorRole.ToolTipText: "surface",
        QPalette.ColorRole.PlaceholderText: "muted",
        QPalette.ColorRole.Highlight: "accent",
        QPalette.ColorRole.HighlightedText: "on_accent",
        QPalette.ColorRole.Link: "accent",
        QPalette.ColorRole.Mid: "border",
        QPalette.ColorRole.Dark: "outline",
        QPalette.ColorRole.Light: "surface",
    }
    palette = QPalette()
    for role, token in roles.items():
        palette.setColor(role, QColor(tokens[token]))
    for role in (QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(tokens["muted"]))
    return palette


def _draw_icon(name: str, colour: str) -> QIcon:
    drawing = resources.path("icons", f"{name}.svg").read_text("utf-8")
    renderer = QSvgRenderer(QByteArray(drawing.replace("currentColor", colour).encode()))
    icon = QIcon()
    for side in _ICON_SIDES:
        pixmap = QPixmap(side, side)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        renderer.render(painter, QRectF(0, 0, side, side))
        painter.end()
        icon.addPixmap(pixmap)
    return icon
