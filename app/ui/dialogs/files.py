"""Asks for a file or a folder of this machine."""

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget


def ask_file(parent: QWidget, title: str, kinds: str = "") -> Path | None:
    """Return the file to read, None when the user would rather not."""
    name, _kind = QFileDialog.getOpenFileName(parent, title, "", kinds)
    return Path(name) if name else None


def ask_target(parent: QWidget, title: str, name: str, kinds: str = "") -> Path | None:
    """Return the file to write, None when the user would rather not."""
    found, _kind = QFileDialog.getSaveFileName(parent, title, name, kinds)
    return Path(found) if found else None


def ask_folder(parent: QWidget, title: str) -> Path | None:
    """Return a folder, None when the user would rather not."""
    name = QFileDialog.getExistingDirectory(parent, title)
    return Path(name) if name else None
