"""Asks once more before something is done that cannot be undone."""

from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPushButton, QVBoxLayout, QWidget

from app.ui.widgets.text import Text


class QuestionDialog(QDialog):
    """Enter without looking does nothing: the button that does it has to be gone to."""

    def __init__(self, heading: str, consequence: str, act: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(heading)
        self.setMinimumWidth(460)
        title = Text("heading", wrap=True)
        title.setText(heading)
        explanation = Text("muted", wrap=True)
        explanation.setText(consequence)
        self.act = QPushButton(act)
        self.act.setProperty("role", "danger")
        self.act.setAutoDefault(False)
        buttons = QDialogButtonBox()
        cancel = buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        for button in buttons.buttons():
            button.setIcon(QIcon())
        buttons.addButton(self.act, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 20, 20, 16)
        layout.setSpacing(12)
        for part in (title, explanation, buttons):
            layout.addWidget(part)
        cancel.setDefault(True)
        cancel.setFocus()

    @classmethod
    def ask(cls, heading: str, consequence: str, act: str, parent: QWidget) -> bool:
        """Return whether it is to be done."""
        dialog = cls(heading, consequence, act, parent)
        return dialog.exec() == QDialog.DialogCode.Accepted
