"""One piece of a line as a value, and a value as a piece of a line."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from decimal import Decimal

from app.domain.barcode import check_digit, is_gtin
from app.domain.profiles.patterns import DEFAULTS, read_moment, write_moment
from app.domain.profiles.profile import FIELDS, Check, Column, Sign, Value, ValueKind

LONGEST_NUMBER = 18
"""Digits of the longest number that is read; no terminal counts further."""

_DIGITS = re.compile(r"[0-9]+")
# Zoned decimal: the last digit carries the sign. 0 to 9 of each sign, in this order.
_OVER_PLUS = "{ABCDEFGHI"
_OVER_MINUS = "}JKLMNOPQR"


class Unfit(Exception):
    """A piece is not what its column says; `reason` is a code of `app.explain.profiles`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def read_value(column: Column, text: str) -> Value | None:
    """What a piece means; None when it is empty and may be.

    Raises Unfit("empty"), "literal", "number", "date", "word", "check_digit".
    """
    if column.literal is not None:
        if text != column.literal:
            raise Unfit("literal")
        return text
    plain = text.strip() if column.trim else text
    plain = column.words.get(plain, plain)
    if not plain:
        if column.default is None and column.optional:
            return None
        if column.default is None:
            raise Unfit("empty")
        plain = column.default
    return _READERS[column.kind](column, plain)


def write_value(column: Column, value: Value | None) -> str:
    """The piece that `read_value` reads as `value`, not yet brought to a width.

    Raises Unfit("empty") for a missing value that must be there, Unfit("number"), "date", "word",
    "check_digit" for one that the column cannot say.
    """
    if column.literal is not None:
        return column.literal
    if value is None:
        if column.field and not column.optional and column.default is None:
            raise Unfit("empty")
        return ""
    text = _WRITERS[column.kind](column, value)
    back = {meaning: word for word, meaning in column.words.items()}
    return back.get(text, text)


def shown(value: Value) -> str:
    """A value as the samples of a profile write it down: 12, 2.5, 2026-06-01, 14:41:03."""
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return value


def read_number(column: Column, text: str) -> Decimal:
    """A number with the column's signs and points. Raises Unfit("number")."""
    digits, is_minus = _take_sign(column.sign, text)
    whole, point, part = digits.partition(column.decimal) if column.decimal else (digits, "", "")
    if column.thousands and column.thousands in whole:
        first, *others = whole.split(column.thousands)
        if not 1 <= len(first) <= 3 or any(len(each) != 3 for each in others):
            raise Unfit("number")
        whole = "".join((first, *others))
    if not _DIGITS.fullmatch(whole or "0") or (point and not _DIGITS.fullmatch(part)):
        raise Unfit("number")
    if not digits or len(whole) + len(part) > LONGEST_NUMBER:
        raise Unfit("number")
    number = Decimal(f"{whole or '0'}.{part or '0'}")
    # a number with a point says itself where its parts are
    if column.implied and not point:
        number = number.scaleb(-column.implied)
    return -number if is_minus and number else number


def write_number(column: Column, value: Decimal) -> str:
    """The text of a number. Raises Unfit("number") for one that the column cannot say."""
    size = abs(value)
    if column.implied:
        scaled = size.scaleb(column.implied)
        if scaled != scaled.to_integral_value():
            raise Unfit("number")
        digits = f"{scaled.to_integral_value():f}"
    else:
        digits = shown(size)
    if "." in digits and not column.decimal:
        raise Unfit("number")
    digits = digits.replace(".", column.decimal)
    if len(digits) > LONGEST_NUMBER:
        raise Unfit("number")
    return _put_sign(column.sign, digits, value < 0)


def _take_sign(sign: Sign, text: str) -> tuple[str, bool]:
    if sign is Sign.LEADING and text[:1] in ("+", "-"):
        return text[1:].strip(), text[0] == "-"
    if sign is Sign.TRAILING and text[-1:] in ("+", "-"):
        return text[:-1].strip(), text[-1] == "-"
    if sign is Sign.OVERPUNCH:
        last = text[-1:]
        if last in _OVER_PLUS and last:
            return f"{text[:-1]}{_OVER_PLUS.index(last)}", False
        if last in _OVER_MINUS and last:
            return f"{text[:-1]}{_OVER_MINUS.index(last)}", True
    return text, False


def _put_sign(sign: Sign, digits: str, is_minus: bool) -> str:
    if sign is Sign.OVERPUNCH:
        table = _OVER_MINUS if is_minus else _OVER_PLUS
        return f"{digits[:-1]}{table[int(digits[-1])]}"
    if not is_minus:
        return digits
    if sign is Sign.NONE:
        raise Unfit("number")
    return f"-{digits}" if sign is Sign.LEADING else f"{digits}-"


def _read_text(column: Column, text: str) -> Value:
    if column.strip_zeros:
        text = text.lstrip("0") or "0"
    if column.check is Check.GTIN and not is_gtin(text):
        raise Unfit("check_digit")
    if column.check in (Check.MOD10, Check.ADD_MOD10):
        is_short = len(text) < (2 if column.check is Check.MOD10 else 1)
        if is_short or not (text.isascii() and text.isdigit()):
            raise Unfit("check_digit")
        if column.check is Check.ADD_MOD10:
            return f"{text}{check_digit(text)}"
        if check_digit(text[:-1]) != int(text[-1]):
            raise Unfit("check_digit")
    return text


def _write_text(column: Column, value: Value) -> str:
    text = shown(value)
    if column.check is Check.ADD_MOD10:
        digits = text.isascii() and text.isdigit() and len(text) > 1
        if not digits or check_digit(text[:-1]) != int(text[-1]):
            raise Unfit("check_digit")
        return text[:-1]
    return text


def _read_moment(column: Column, text: str) -> Value:
    moment = read_moment(text, column.pattern or DEFAULTS[column.kind])
    if moment is None:
        raise Unfit("date")
    if column.kind is ValueKind.DAY:
        return moment.date()
    return moment.time() if column.kind is ValueKind.TIME else moment


def _write_moment(column: Column, value: Value) -> str:
    if isinstance(value, datetime):
        moment = value
    elif isinstance(value, date):
        moment = datetime.combine(value, time())
    elif isinstance(value, time):
        moment = datetime.combine(date.min, value)
    else:
        raise Unfit("date")
    text = write_moment(moment, column.pattern or DEFAULTS[column.kind])
    if text is None:
        raise Unfit("date")
    return text


def _read_word(column: Column, text: str) -> Value:
    if text not in FIELDS[column.field].words:
        raise Unfit("word")
    return text


def _write_number(column: Column, value: Value) -> str:
    if not isinstance(value, Decimal):
        raise Unfit("number")
    return write_number(column, value)


def _write_word(column: Column, value: Value) -> str:
    return str(_read_word(column, shown(value)))


_READERS = {
    ValueKind.TEXT: _read_text,
    ValueKind.NUMBER: read_number,
    ValueKind.DAY: _read_moment,
    ValueKind.TIME: _read_moment,
    ValueKind.STAMP: _read_moment,
    ValueKind.WORD: _read_word,
}

_WRITERS = {
    ValueKind.TEXT: _write_text,
    ValueKind.NUMBER: _write_number,
    ValueKind.DAY: _write_moment,
    ValueKind.TIME: _write_moment,
    ValueKind.STAMP: _write_moment,
    ValueKind.WORD: _write_word,
}
