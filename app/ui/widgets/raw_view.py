"""Bytes as a terminal sent them: position, hexadecimal, readable signs."""

from PySide6.QtWidgets import QPlainTextEdit, QWidget

_BYTES_A_LINE = 16


class RawView(QPlainTextEdit):
    """Read-only; `show_bytes` takes the bytes and where they stood in their batch."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "mono")
        self.setReadOnly(True)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setTabChangesFocus(True)

    def show_bytes(self, data: bytes, first_offset: int = 0) -> None:
        self.setPlainText(hex_lines(data, first_offset))


def hex_lines(data: bytes, first_offset: int = 0) -> str:
    """Return lines of sixteen bytes; what is no plain ASCII sign is shown as a dot."""
    lines = []
    for start in range(0, len(data), _BYTES_A_LINE):
        part = data[start : start + _BYTES_A_LINE]
        signs = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in part)
        lines.append(f"{first_offset + start:08x}  {part.hex(' '):<47}  {signs}")
    return "\n".join(lines)
