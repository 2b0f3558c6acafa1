"""The bar on top: branch, business day, search, language, theme, user."""

from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QToolButton, QWidget

from app.domain.business_day import NIGHT_CUTOFF_MIN, business_date
from app.storage.queries.directory import FoundBranch
from app.ui.models.columns import Look
from app.ui.widgets.badge import Badge
from app.ui.widgets.text import Text
from app.ui.workplace import Workplace


class TopBar(QFrame):
    """Says where and when the user works; the switches ask the window to change."""

    search_wanted = Signal()
    language_wanted = Signal()
    theme_wanted = Signal()
    help_wanted = Signal()

    def __init__(self, workplace: Workplace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("top")
        self.setFixedHeight(52)
        self._workplace = workplace
        self._t = workplace.language
        self._known: FoundBranch | None = None
        self._branch = Text("heading")
        self._day = Text("muted")
        self._day_state = Badge(workplace.theme)
        self._search = QPushButton()
        self._search.setObjectName("search")
        self._search.setMinimumWidth(280)
        self._search.setMaximumWidth(380)
        self._search.clicked.connect(self.search_wanted)
        self._language = self._tool(self.language_wanted)
        self._theme = self._tool(self.theme_wanted)
        self._help = self._tool(self.help_wanted)
        self._user_icon = Text()
        self._user = Text()
        self._user.setText(workplace.actor.user)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 8, 12, 8)
        layout.setSpacing(12)
        for part in (self._branch, self._day, self._day_state):
            layout.addWidget(part)
        layout.addStretch(1)
        layout.addWidget(self._search, 2)
        layout.addStretch(1)
        for tool in (self._language, self._theme, self._help):
            layout.addWidget(tool)
        layout.addWidget(self._user_icon)
        layout.addWidget(self._user)
        workplace.language.changed.connect(self.retranslate)
        workplace.theme.changed.connect(self.retranslate)
        self.retranslate()

    def show_branch(self, branch: FoundBranch) -> None:
        self._known = branch
        self.retranslate()

    def retranslate(self) -> None:
        t, theme, clock = self._t, self._workplace.theme, self._workplace.clock
        branch = self._known
        cutoff_min = branch.cutoff_min if branch else NIGHT_CUTOFF_MIN
        today = business_date(clock.now_ms(), clock.offset_min(), cutoff_min)
        through = branch.closed_through if branch else None
        closed = through is not None and today <= through
        self._branch.setText(branch.name if branch else t("Tallydock"))
        self._day.setText(t("Business day {day}", day=t.date(today)))
        look = Look("idle", "ban", "") if closed else Look("ok", "circle-check", "")
        self._day_state.show_look(look, t("Closed") if closed else t("Open"))
        self._search.setText(t("Find or do something …   Ctrl+K"))
        self._search.setAccessibleName(t("Search and commands"))
        self._search.setIcon(theme.icon("search", "muted"))
        self._language.setText("中文" if t.other() == "zh" else "English")
        self._name(self._language, t("Switch the language"), "languages")
        dark = theme.name == "dark"
        self._name(
            self._theme, t("Light window") if dark else t("Dark window"), "sun" if dark else "moon"
        )
        self._name(self._help, f"{t('Help')}  F1", "circle-help")
        self._user_icon.setPixmap(theme.pixmap("user-round", "muted", 20))
        self._user.setAccessibleName(t("Signed in as {user}", user=self._workplace.actor.user))

    def _tool(self, signal: SignalInstance) -> QToolButton:
        tool = QToolButton()
        tool.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        tool.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        tool.clicked.connect(signal)
        return tool

    def _name(self, tool: QToolButton, word: str, icon: str) -> None:
        tool.setToolTip(word)
        tool.setAccessibleName(word)
        tool.setIcon(self._workplace.theme.icon(icon, "muted"))
