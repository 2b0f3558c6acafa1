"""Asks for the reason of something that cannot be undone silently."""

from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.ui.widgets.text import Text
from app.ui.workplace import Workplace

_LONGEST = 200


class ReasonDialog(QDialog):
    """The button that does it stays grey until there is a reason."""

    def __init__(
        self, workplace: Workplace, heading: str, consequence: str, act: str, parent: QWidget
    ) -> None:
        super().__init__(parent)
        t = workplace.language
        self.setWindowTitle(heading)
        self.setMinimumWidth(460)
        title = Text("heading", wrap=True)
        title.setText(heading)
        explanation = Text("muted", wrap=True)
        explanation.setText(consequence)
        self.line = QLineEdit()
        self.line.setMaxLength(_LONGEST)
        self.line.setPlaceholderText(t("Reason, for whoever reads this later"))
        self.line.setAccessibleName(t("Reason"))
        self._act = QPushButton(act)
        self._act.setProperty("role", "primary")
        self._act.setEnabled(False)
        buttons = QDialogButtonBox()
        buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        for button in buttons.buttons():
            button.setIcon(QIcon())
        buttons.addButton(self._act, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self.line.textChanged.connect(lambda text: self._act.setEnabled(bool(text.strip())))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 20, 20, 16)
        layout.setSpacing(12)
        for part in (title, explanation, self.line, buttons):
            layout.addWidget(part)

    @classmethod
    def ask(
        cls, workplace: Workplace, heading: str, consequence: str, act: str, parent: QWidget
    ) -> str | None:
        """Return the reason, or None when the user would rather not."""
        dialog = cls(workplace, heading, consequence, act, parent)
        accepted = dialog.exec() == QDialog.DialogCode.Accepted
        return dialog.line.text().strip() if accepted else None
