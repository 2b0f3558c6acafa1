"""Words for what is wrong with a line of a terminal's file, and with a format profile."""

from collections.abc import Mapping

from app.i18n import N_, Translator

KINDS: Mapping[str, str] = {
    "count": N_("Count"),
    "order": N_("Order"),
    "receipt": N_("Goods receipt"),
    "return": N_("Return"),
}
"""What the lines of a file become."""

LINE_FAULTS: Mapping[str, str] = {
    # the file
    "file_too_large": N_("the file is larger than any terminal's"),
    "too_many_lines": N_("there are more lines than any terminal collects; the rest is not read"),
    "no_tail": N_("the last line of the file is missing: it may have been cut off"),
    "no_count": N_("the line that says how many lines there are is missing"),
    "count_differs": N_("there are more or fewer lines than this one says"),
    # the line
    "encoding": N_("these bytes are no text in the encoding of the profile"),
    "too_long": N_("the line is longer than any terminal's"),
    "cut_off": N_("the last line has no end: it may have been cut off"),
    "open_quote": N_("a quotation mark is not closed"),
    "too_few_pieces": N_("pieces of the line are missing"),
    "too_many_pieces": N_("the line has more pieces than it should"),
    "too_short": N_("the line is too short"),
    "too_wide": N_("the line is too long"),
    "unknown_line": N_("the profile knows no such line"),
    "no_head": N_("the line that should stand before it is missing or cannot be read"),
    "after_tail": N_("the file should have ended before this line"),
    # a piece of it
    "literal": N_("something else stands here than the profile says"),
    "empty": N_("nothing stands here"),
    "number": N_("this is not a number as the profile describes it"),
    "date": N_("this is not a date or time as the profile describes it"),
    "word": N_("this is none of the words that are possible here"),
    "check_digit": N_("the check digit is wrong, or it is no article number"),
    # what it means
    "unknown_barcode": N_("no product has this barcode"),
    "unknown_packing": N_("the product is not packed so"),
    "not_whole": N_("this is not a whole number of units"),
    "negative": N_("the quantity is below zero"),
    "no_quantity": N_("the quantity is zero"),
    "too_many": N_("the quantity is larger than a record can hold"),
    "no_customer": N_("it is not known for which customer"),
    "no_reason": N_("the reason of the return is missing"),
    "second_price": N_("the same goods stand in this order at another price already"),
    "blank": N_("this would be read as something else"),
    "unfit": N_("this does not fit into a record"),
}
"""Why a line of a file is not understood, by the reason of its BadLine."""

PROFILE_FAULTS: Mapping[str, str] = {
    "unknown": N_("this key is not known"),
    "needed": N_("this has to be there"),
    "text": N_("this is not a text that can stand here"),
    "texts": N_("this has to be a list of texts"),
    "words": N_("this has to be a table of texts"),
    "table": N_("this has to be a table"),
    "tables": N_("this has to be a list of tables, and not too long a one"),
    "whole": N_("this has to be a whole number"),
    "flag": N_("this has to be true or false"),
    "pair": N_("this has to be two whole numbers, from and to"),
    "range": N_("this number is too small or too large here"),
    "choice": N_("this is none of the possible choices"),
    "code": N_("a code has small letters, digits and hyphens, forty at most"),
    "field": N_("there is no such field here"),
    "file": N_("this cannot be the name of a file"),
    "twice": N_("this is said twice"),
    "overlap": N_("another column has these places"),
    "pattern": N_("this is not a pattern of what stands here"),
    "not_a_number": N_("only a number can have this"),
    "not_a_text": N_("only a text can have this"),
    "align": N_("a number that is filled up has to be aligned right"),
    "one_of": N_("exactly one of two things has to be said"),
    "no_code": N_("no column has the barcode or the product"),
    "no_day": N_("a time of day is of no use without its day"),
    "no_tail": N_("it is not said which line is the last one"),
    "number": N_("this is not a number"),
    "date": N_("this is not a date or time"),
    "word": N_("this is none of the words that are possible here"),
    "check_digit": N_("the check digit is wrong, or it is no article number"),
    "empty": N_("nothing stands here"),
    "toml": N_("this is not a TOML file"),
    "taken": N_("another profile has a sample of this name"),
    "missing_file": N_("this file is not there"),
    "sample": N_("the sample does not come out as it should"),
}
"""What is wrong with a profile, by the reason of a Fault."""


def profile_kind(kind: str, t: Translator) -> str:
    """What the lines of a file become; a kind without words is returned as it is."""
    return t(KINDS[kind]) if kind in KINDS else kind


def line_fault(reason: str, t: Translator) -> str:
    """Why a line is not understood; a reason without words is returned as it is."""
    return t(LINE_FAULTS[reason]) if reason in LINE_FAULTS else reason


def profile_fault(reason: str, t: Translator) -> str:
    """What is wrong with a profile."""
    return t(PROFILE_FAULTS[reason]) if reason in PROFILE_FAULTS else reason
