"""Words of the profile editor: fields, choices, kinds of lines, and where a fault lies."""

import re
from collections.abc import Mapping

from app.domain.profiles.table import Fault
from app.explain.profiles import profile_fault
from app.i18n import N_
from app.ui.language import Language
from app.ui.models.columns import Look

FIELD_WORDS: Mapping[str, str] = {
    "code": N_("Barcode or product"),
    "qty": N_("Quantity"),
    "packing": N_("Packing"),
    "lot": N_("Batch of goods"),
    "expiry": N_("Expiry"),
    "produced": N_("Produced on"),
    "price": N_("Price"),
    "day": N_("Day"),
    "time": N_("Time of day"),
    "at": N_("Day and time"),
    "customer": N_("Customer"),
    "supplier": N_("Supplier"),
    "location": N_("Warehouse or van"),
    "place": N_("Counted in"),
    "person": N_("Person"),
    "document": N_("Document number"),
    "wanted": N_("Wanted on"),
    "origin": N_("Taken by"),
    "fulfilment": N_("Who delivers"),
    "payment": N_("Way of payment"),
    "note": N_("Note"),
    "mode": N_("Kind of return"),
    "reason": N_("Reason"),
    "condition": N_("Condition"),
    "original": N_("Original delivery note"),
    "serial": N_("Serial number"),
    "terminal": N_("Terminal"),
    "symbology": N_("Kind of barcode"),
    "mark": N_("Mark"),
    "name": N_("Name"),
    "unit": N_("Unit"),
    "text": N_("Text"),
    "short_name": N_("Short name"),
    "gtin": N_("Barcode"),
    "factor": N_("Units in the packing"),
    "stock": N_("Stock"),
    "address": N_("Address"),
    "phone": N_("Phone"),
}

ROLES: Mapping[str, Look] = {
    "goods": Look("ok", "circle-check", N_("goods")),
    "bad": Look("bad", "circle-x", N_("not understood")),
    "skipped": Look("idle", "circle-dashed", N_("passed over at the top")),
    "head": Look("busy", "info", N_("holds for the lines below")),
    "comment": Look("idle", "circle-dashed", N_("comment")),
    "blank": Look("idle", "circle-dashed", N_("empty line")),
    "tail": Look("idle", "circle-dashed", N_("end of the file")),
    "ignored": Look("idle", "circle-dashed", N_("passed over, as a column says")),
    "filling": Look("idle", "circle-dashed", N_("filling behind the end")),
}

_PLACES: Mapping[str, str] = {
    "code": N_("Code"),
    "title": N_("Title"),
    "source": N_("Known from"),
    "kind": N_("Becomes"),
    "encoding": N_("Encoding"),
    "group": N_("Keep apart by"),
    "sum": N_("Add up equal scans"),
    "layout": N_("Layout"),
    "form": N_("Pieces of a line"),
    "delimiter": N_("Separated by"),
    "quote": N_("Quotation mark"),
    "pieces": N_("Number of pieces"),
    "record": N_("Length of a line"),
    "unit": N_("Counted in bytes or characters"),
    "line_end": N_("End of a line"),
    "lines": N_("Line layout"),
    "skip": N_("Pass over"),
    "tail": N_("Last lines"),
    "tail_mark": N_("The end begins with"),
    "comment": N_("Comments begin with"),
    "mark": N_("Begins with"),
    "closed": N_("The last line must be ended"),
    "count": N_("Number of lines"),
    "head": N_("Head line"),
    "constants": N_("Holds for all lines"),
    "columns": N_("Column"),
    "list": N_("List"),
    "what": N_("List of"),
    "file": N_("File"),
    "titles": N_("First line"),
    "samples": N_("Sample"),
    "field": N_("Field"),
    "index": N_("Position"),
    "at": N_("Position"),
    "pattern": N_("Pattern"),
    "decimal": N_("Decimal point"),
    "thousands": N_("Thousands"),
    "implied": N_("Decimals left out"),
    "sign": N_("Sign"),
    "check": N_("Check digit"),
    "default": N_("If empty"),
    "optional": N_("May be empty"),
    "literal": N_("Must be"),
    "words": N_("Stands for"),
    "keep": N_("Only lines with"),
    "align": N_("Aligned"),
    "fill": N_("Filled with"),
    "cut": N_("May be cut"),
}
_CONSTANTS = "constants"
_BETWEEN = " › "
_NUMBERED = re.compile(r"([a-z_]+)\[([0-9]+)\]")


def field_word(name: str, t: Language) -> str:
    return t(FIELD_WORDS[name]) if name in FIELD_WORDS else name


def column_word(name: str, t: Language) -> str:
    """What a column is called in a sentence about a bad line: its field, or its place."""
    if name.startswith("column "):
        return t("column {place}", place=name.removeprefix("column "))
    return field_word(name, t)


def place_word(key: str, t: Language) -> str:
    """Where a fault lies, such as “Column 2, Pattern”; a key without words stays as it is."""
    words: list[str] = []
    holding = t(_PLACES[_CONSTANTS])
    for part in key.split("."):
        numbered = _NUMBERED.fullmatch(part)
        name = numbered[1] if numbered else part
        if words[-1:] == [holding] and name in FIELD_WORDS:
            word = field_word(name, t)
        else:
            word = t(_PLACES[name]) if name in _PLACES else name
        words.append(f"{word} {numbered[2]}" if numbered else word)
    return _BETWEEN.join(words)


def fault_words(fault: Fault, t: Language) -> str:
    """What is wrong with a profile, and where."""
    if fault.reason == "toml":
        return t("The text cannot be read as a profile: {reason}.", reason=fault.value.rstrip("."))
    said = profile_fault(fault.reason, t.translator)
    where = place_word(fault.key, t)
    if fault.value:
        return t("{place}: {reason} (“{value}”).", place=where, reason=said, value=fault.value)
    return t("{place}: {reason}.", place=where, reason=said)
