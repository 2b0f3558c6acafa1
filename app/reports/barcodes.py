"""Bars and gaps of barcodes, in modules."""

from app.errors import RuleBroken


def code128(text: str) -> tuple[int, ...]:
    """Widths of bars and gaps in turn, a bar first, without quiet zones.

    Raises RuleBroken("barcode-text") for anything but printable ASCII.
    """
    # Slow to import, and not every paper has a barcode.
    from reportlab.graphics.barcode.code128 import Code128  # noqa: PLC0415

    if not text or not text.isascii() or not text.isprintable():
        raise RuleBroken("barcode-text", text=text)
    symbol = Code128(text, quiet=0)
    symbol.validate()
    symbol.encode()
    return tuple(ord(letter.lower()) - ord("a") + 1 for letter in symbol.decompose())
