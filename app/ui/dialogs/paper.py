"""Asks what the paper says of one delivery note."""

from PySide6.QtGui import QIcon, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.domain.deliveries import DeliveryLine, result_of
from app.explain import word
from app.services.paper_entry import PaperResult
from app.services.paper_notes import Paper
from app.ui.widgets.paper_grid import PaperGrid
from app.ui.widgets.text import Text
from app.ui.workplace import Workplace

_NAME_LENGTH = 13
"""Forty bytes hold that many Chinese characters."""


class PaperDialog(QDialog):
    """The lines of the note, what became of each; the keys alone are enough."""

    def __init__(self, workplace: Workplace, paper: Paper, parent: QWidget) -> None:
        super().__init__(parent)
        self._t = t = workplace.language
        self._paper = paper
        note = paper.note
        heading = t("Enter {number} from paper", number=note.number)
        self.setWindowTitle(heading)
        self.resize(780, min(640, 400 + 34 * len(note.lines)))
        title = Text("heading", wrap=True)
        title.setText(heading)
        facts = Text("muted", wrap=True)
        facts.setText(_facts(workplace, paper))
        self.grid = PaperGrid(note)
        self.grid.setAccessibleName(t("Lines of the note"))
        self.grid.setHorizontalHeaderLabels(
            [t("Product"), t("Lot"), t("Loaded"), t("Delivered"), t("Refused"), t("Reason")]
        )
        reasons = Text("muted", wrap=True)
        reasons.setText(" · ".join(f"{code} {name}" for code, name in paper.reasons))
        reasons.setVisible(bool(paper.reasons))
        self.receiver = QLineEdit()
        self.receiver.setMaxLength(_NAME_LENGTH)
        self.receiver.setPlaceholderText(t("Who signed for the goods, if somebody did"))
        self.receiver.setAccessibleName(t("Who signed for the goods"))
        self.outcome = Text("strong", wrap=True)
        self.post = QPushButton(t("Post"))
        self._lay_out((title, facts, self.grid, reasons, self.receiver, self.outcome))
        self.grid.told.connect(self._show_outcome)
        self.grid.finished.connect(self.receiver.setFocus)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            QShortcut(QKeySequence(keys), self).activated.connect(self.accept)
        self._show_outcome()
        self.grid.setFocus()

    @property
    def result_of_note(self) -> PaperResult:
        receiver = self.receiver.text().strip()
        return PaperResult(self._paper.note.number, self.grid.lines(), receiver)

    def accept(self) -> None:
        self.grid.finish()
        super().accept()

    @classmethod
    def ask(cls, workplace: Workplace, paper: Paper, parent: QWidget) -> PaperResult | None:
        """Return what the paper says, or None when the user would rather not."""
        dialog = cls(workplace, paper, parent)
        accepted = dialog.exec() == QDialog.DialogCode.Accepted
        return dialog.result_of_note if accepted else None

    def _lay_out(self, parts: tuple[QWidget, ...]) -> None:
        self.post.setProperty("role", "primary")
        self.post.setToolTip(self._t("Post") + "  Ctrl+Enter")
        buttons = QDialogButtonBox()
        buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        for button in buttons.buttons():
            button.setIcon(QIcon())
        buttons.addButton(self.post, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 20, 20, 16)
        layout.setSpacing(12)
        for part in parts:
            layout.addWidget(part, 1 if part is self.grid else 0)
        layout.addWidget(buttons)

    def _show_outcome(self) -> None:
        t = self._t
        told = [
            DeliveryLine(on.line_no, on.product_code, on.shipped, line.delivered, line.refused)
            for on, line in zip(self._paper.note.lines, self.grid.lines(), strict=True)
        ]
        self.outcome.setText(
            t(
                "Delivered {delivered}, refused {refused}: {result}.",
                delivered=t.number(sum(line.delivered for line in told)),
                refused=t.number(sum(line.refused for line in told)),
                result=word(result_of(told).value, t.translator),
            )
        )


def _facts(workplace: Workplace, paper: Paper) -> str:
    t, note = workplace.language, paper.note
    said = {"customer": note.customer_name, "day": t.date(note.business_date)}
    if paper.terminal_no:
        return t(
            "{customer} · {day} · terminal {terminal} is lost. The delivery will be shown as "
            "typed by {user}. Quantities in single units.",
            terminal=paper.terminal_no,
            user=workplace.actor.user,
            **said,
        )
    return t(
        "{customer} · {day} · typed by {user} from the signed paper. Quantities in single units.",
        user=workplace.actor.user,
        **said,
    )
