"""The cells of a grid in which goods and quantities are written."""

from app.domain.quantity_text import TypedQuantity, read_quantity
from app.errors import AppError
from app.storage.queries.directory import FoundProduct
from app.ui.language import Language
from app.ui.messages import in_words
from app.ui.models.shelf import Shelf
from app.ui.widgets.entry_grid import EntryGrid


def read_goods(
    grid: EntryGrid, row: int, shelf: Shelf, t: Language
) -> tuple[FoundProduct, TypedQuantity] | None:
    """The goods and quantity of a row, None with what is wrong marked in its cell."""
    words = grid.words(row, "product")
    product = shelf.product(words)
    if product is None:
        grid.put(row, "product", words, t("No product is called this"))
        return None
    grid.put(row, "product", f"{product.code}  {product.name}")
    text = grid.words(row, "qty")
    if not text:
        return None
    typed = read_units(grid, row, "qty", product, t)
    if typed is None:
        return None
    if not typed.qty:
        grid.put(row, "qty", text, t("More than nothing, please"))
        return None
    return product, typed


def read_units(
    grid: EntryGrid, row: int, key: str, product: FoundProduct, t: Language
) -> TypedQuantity | None:
    """The quantity in a cell, which may be nothing; None with what is wrong marked there."""
    text = grid.words(row, key)
    try:
        typed = read_quantity(product.packings, text)
    except AppError as error:
        grid.put(row, key, text, in_words(error, t))
        return None
    grid.put(row, key, text)
    return typed
