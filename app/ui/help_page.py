"""The page of help that belongs to a screen (F1)."""

from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTextBrowser, QVBoxLayout, QWidget

import resources
from app.ui.workplace import Workplace


class HelpPage(QDialog):
    """Shows `resources/help/<language>/<name>.md`; these pages are ours, so Markdown is safe."""

    def __init__(self, workplace: Workplace, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        t = workplace.language
        self.setWindowTitle(t("Help"))
        self.resize(640, 560)
        self.page = QTextBrowser()
        self.page.setOpenLinks(False)
        self.page.document().setDocumentMargin(12)
        self.page.setAccessibleName(t("Help"))
        self.page.setMarkdown(resources.path("help", t.name, f"{name}.md").read_text("utf-8"))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        for button in buttons.buttons():
            button.setIcon(QIcon())
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(12)
        layout.addWidget(self.page)
        layout.addWidget(buttons)
