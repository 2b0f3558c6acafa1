"""Sentences about rows of tables that could not be taken in."""

from collections.abc import Mapping

from app.i18n import N_, Translator

BAD_CELLS: Mapping[str, str] = {
    "missing": N_("This cell must not be empty."),
    "too-long": N_("This is too long."),
    "no-code": N_("A code has no spaces and at most 24 letters."),
    "no-number": N_("This is no whole number."),
    "out-of-range": N_("This number is too small or too large."),
    "no-money": N_("This is no amount in yuan, such as 1,234.50."),
    "no-day": N_("This is no day, such as 2026-06-18."),
    "no-flag": N_("Write 1 or 0."),
    "unknown-word": N_("This word is not known in this column."),
    "again": N_("The same row stands further up, on the line in brackets."),
    "not-found": N_("There is nothing with this code."),
}


def bad_row_sentence(code: str, t: Translator) -> str:
    """What is wrong with a row, in the reader's language."""
    return t(BAD_CELLS.get(code, N_("A rule of the branch does not allow this row.")))
