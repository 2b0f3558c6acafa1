"""Values of commands as JSON knows them, and back again by their types."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Mapping, Sequence
from datetime import date
from enum import Enum
from typing import Any, Union, get_args, get_origin, get_type_hints
from uuid import UUID


def to_plain(value: object) -> Any:
    """`value` as None, bool, int, str, list or dict; raises TypeError for anything else."""
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = dataclasses.fields(value)
        return {field.name: to_plain(getattr(value, field.name)) for field in fields}
    if isinstance(value, Mapping):
        return {key: to_plain(each) for key, each in value.items()}
    if isinstance(value, Sequence | set | frozenset):
        items = sorted(value) if isinstance(value, set | frozenset) else value
        return [to_plain(each) for each in items]
    raise TypeError(f"no plain form for {type(value).__name__}")


def from_plain(hint: Any, value: Any) -> Any:  # one return for each kind of type
    """The value of type `hint` whose plain form is `value`."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        if value is None:
            return None
        return from_plain(next(each for each in arguments if each is not type(None)), value)
    if origin is tuple:
        if len(arguments) == 2 and arguments[1] is Ellipsis:
            return tuple(from_plain(arguments[0], each) for each in value)
        return tuple(map(from_plain, arguments, value))
    if origin in (list, Sequence):
        return [from_plain(arguments[0], each) for each in value]
    if origin in (dict, Mapping):
        key, item = arguments
        return {from_plain(key, k): from_plain(item, v) for k, v in value.items()}
    if hint is date:
        return date.fromisoformat(value)
    if hint is UUID:
        return UUID(value)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint(value)
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        hints = get_type_hints(hint)
        return hint(**{name: from_plain(hints[name], each) for name, each in value.items()})
    return value
