"""Writes the body of a record from the names of its fields, as a terminal does."""

from collections.abc import Mapping
from datetime import date

from app.domain.records.catalogue import RECORD_TYPES, FieldKind


def write_body(type_no: int, values: Mapping[str, object]) -> dict[int, object]:
    """Field names to the integer keys of the catalogue, words to their places.

    A value of None is left out. Raises KeyError for a name that the type does not have,
    ValueError for a word that the field does not know.
    """
    rest = dict(values)
    body: dict[int, object] = {}
    for field in RECORD_TYPES[type_no].fields:
        value = rest.pop(field.name, None)
        if value is None:
            continue
        if field.kind is FieldKind.WORD:
            value = field.words.index(str(value))
        elif isinstance(value, date):
            value = value.isoformat()
        elif isinstance(value, tuple):
            value = list(value)
        body[field.key] = value
    if rest:
        raise KeyError(f"record {type_no} has no field {sorted(rest)}")
    return body
