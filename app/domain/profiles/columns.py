"""Columns of a profile as plain values, checked against the layout they are in."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import fields
from types import MappingProxyType

from app.domain.profiles.patterns import fits
from app.domain.profiles.profile import (
    FIELDS,
    Align,
    Check,
    Column,
    Layout,
    Sign,
    ValueKind,
)
from app.domain.profiles.table import Table
from app.domain.profiles.values import Unfit, read_value

_MOMENTS = (ValueKind.DAY, ValueKind.TIME, ValueKind.STAMP)
_PLAIN = {each.name: each.default for each in fields(Column)}


def read_columns(
    tables: Iterable[Table], layout: Layout, allowed: Collection[str]
) -> tuple[Column, ...]:
    """The columns in the order of their tables; notes what is wrong with them in the tables."""
    columns: list[Column] = []
    for table in tables:
        column = _column(table, layout, allowed)
        table.end()
        if column.field and column.field in {each.field for each in columns}:
            table.fault("field", "twice", column.field)
        if any(_overlap(column, each) for each in columns):
            table.fault("at" if column.end else "index", "overlap")
        columns.append(column)
    return tuple(columns)


def column_to_plain(column: Column) -> dict[str, object]:
    """What `read_columns` reads; defaults are left out."""
    plain: dict[str, object] = {}
    if column.field:
        plain["field"] = column.field
    plain |= {"index": column.index} if column.index else {"at": [column.start, column.end]}
    for name, default in _PLAIN.items():
        value = getattr(column, name)
        if name in ("field", "index", "start", "end", "words") or value == default:
            continue
        plain[name] = list(value) if isinstance(value, tuple) else value
    if column.words:
        plain["words"] = dict(column.words)
    return {name: getattr(value, "value", value) for name, value in plain.items()}


def _column(table: Table, layout: Layout, allowed: Collection[str]) -> Column:
    field = table.text("field")
    if field and field not in allowed:
        table.fault("field", "field", field)
        field = ""
    index, start, end = table.place(layout.form)
    literal = table.text("literal", trim=False) if table.has("literal") else None
    default = table.text("default") if table.has("default") else None
    column = Column(
        field=field,
        index=index,
        start=start,
        end=end,
        literal=literal,
        trim=table.flag("trim", True),
        strip_zeros=table.flag("strip_zeros", False),
        pattern=table.text("pattern", trim=False),
        decimal=table.text("decimal", ".", longest=1),
        thousands=table.text("thousands", longest=1, trim=False),
        implied=table.whole("implied", 0, 0, 9),
        sign=table.choice("sign", Sign, Sign.LEADING) or Sign.LEADING,
        check=table.choice("check", Check, Check.NONE) or Check.NONE,
        default=default or None,
        optional=table.flag("optional", False),
        words=MappingProxyType(table.words("words")),
        keep=table.texts("keep"),
        skip=table.texts("skip"),
        align=table.choice("align", Align, Align.LEFT) or Align.LEFT,
        fill=table.text("fill", " ", longest=1, trim=False) or " ",
        cut=table.flag("cut", False),
    )
    _check(table, column, layout)
    return column


def _check(table: Table, column: Column, layout: Layout) -> None:
    kind = column.kind
    if column.pattern and (kind not in _MOMENTS or not fits(column.pattern, kind)):
        table.fault("pattern", "pattern", column.pattern)
    if kind is not ValueKind.TEXT and (column.check is not Check.NONE or column.strip_zeros):
        table.fault("check", "not_a_text")
    if column.literal is not None and column.field:
        table.fault("literal", "one_of")
    if layout.record and column.end > layout.record:
        table.fault("at", "range", str(column.end))
    if not column.fill.isprintable() or not column.fill.isascii():
        table.fault("fill", "text")
    _check_number(table, column)
    _check_words(table, column)


def _check_number(table: Table, column: Column) -> None:
    if column.kind is ValueKind.NUMBER and column.fill != " " and column.align is Align.LEFT:
        table.fault("fill", "align", column.fill)
    if column.kind is not ValueKind.NUMBER:
        for name in ("decimal", "thousands", "implied", "sign"):
            if getattr(column, name) != _PLAIN[name]:
                table.fault(name, "not_a_number")
    elif column.thousands and column.thousands == column.decimal:
        table.fault("thousands", "twice", column.thousands)
    elif (column.decimal + column.thousands).strip("., '"):
        table.fault("decimal", "text", column.decimal + column.thousands)


def _check_words(table: Table, column: Column) -> None:
    if not column.field:
        return
    known = FIELDS[column.field].words
    for meaning in column.words.values():
        if known and meaning not in known:
            table.fault("words", "word", meaning)
    if column.default is not None:
        try:
            read_value(column, column.default)
        except Unfit as unfit:
            table.fault("default", unfit.reason, column.default)


def _overlap(one: Column, other: Column) -> bool:
    if one.index or other.index:
        return one.index == other.index
    return bool(one.end and other.end) and one.start <= other.end and other.start <= one.end
