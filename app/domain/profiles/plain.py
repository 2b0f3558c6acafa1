"""Profiles as the plain values of a TOML file: checked on the way in, whole on the way out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from app.domain.profiles.columns import column_to_plain, read_columns
from app.domain.profiles.patterns import DEFAULTS
from app.domain.profiles.profile import (
    FIELDS,
    LIST_FIELDS,
    Column,
    CountRule,
    Encoding,
    Form,
    HeadRule,
    Layout,
    LineEnd,
    Lines,
    Listing,
    Profile,
    ProfileKind,
    Sample,
    Value,
    ValueKind,
)
from app.domain.profiles.table import Fault, Table
from app.domain.profiles.values import Unfit, read_value, shown
from app.errors import ProfileError

MOST_COLUMNS = 100
MOST_SAMPLES = 20
_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_LONGEST_LINE = 4096
_ONLY_LISTED = frozenset({"short_name", "gtin", "factor", "stock", "address", "phone"})
_READABLE = frozenset(FIELDS) - _ONLY_LISTED
_NEEDED: Mapping[ProfileKind, tuple[str, ...]] = MappingProxyType(
    {
        ProfileKind.COUNT: ("place",),
        ProfileKind.ORDER: ("payment",),
        ProfileKind.RETURN: ("mode", "condition"),
    }
)
"""What a document needs and no file can be asked for later: a column or a constant says it."""


def from_plain(plain: Mapping[str, object]) -> Profile:
    """The profile that a TOML file describes.

    Raises ProfileError, whose `faults` are all that is wrong with it, each with its key.
    """
    faults: list[Fault] = []
    table = Table(plain, "", faults)
    code = table.text("code", needed=True)
    if code and not _CODE.fullmatch(code):
        table.fault("code", "code")
    title = table.text("title", needed=True)
    source = table.text("source", needed=True, longest=1000)
    kind = table.choice("kind", ProfileKind, None)
    encoding = table.choice("encoding", Encoding, Encoding.AUTO)
    layout = _layout(table.table("layout", needed=True))
    columns = read_columns(table.tables("columns", MOST_COLUMNS), layout, _READABLE)
    lines = _lines(table.table("lines"), layout)
    head = _head(table.table("head"), layout) if table.has("head") else None
    constants = _constants(table.table("constants"))
    group = table.texts("group")
    is_summed = table.flag("sum", False)
    listing = _listing(table.table("list"), layout, encoding) if table.has("list") else None
    samples = tuple(_sample(each) for each in table.tables("samples", MOST_SAMPLES))
    table.end()
    named = {each.field for each in columns} | set(constants)
    named |= {each.field for each in head.columns} if head is not None else set()
    _check_fields(table, columns, named, group)
    for name in _NEEDED.get(kind, ()) if kind is not None else ():
        if name not in named:
            table.fault(f"constants.{name}", "needed")
    if head is not None and head.line > max(lines.skip, 1):
        table.fault("head.line", "range", str(head.line))
    if faults or kind is None:
        raise ProfileError(profile=code or title, faults=tuple(faults))
    return Profile(
        code,
        title,
        source,
        kind,
        layout,
        columns,
        encoding or Encoding.AUTO,
        lines,
        head,
        constants,
        group,
        is_summed,
        listing,
        samples,
    )


def to_plain(profile: Profile) -> dict[str, object]:
    """The plain values that `from_plain` makes the same profile of; defaults are left out."""
    plain: dict[str, object] = {
        "code": profile.code,
        "title": profile.title,
        "source": profile.source,
        "kind": profile.kind.value,
        "encoding": profile.encoding.value,
        "sum": profile.sum,
        "group": list(profile.group),
        "constants": {name: shown(value) for name, value in profile.constants.items()},
        "layout": _layout_to_plain(profile.layout),
        "lines": _lines_to_plain(profile.lines),
    }
    if profile.head is not None:
        plain["head"] = _kept(
            {
                "mark": profile.head.mark,
                "line": profile.head.line,
                "columns": [column_to_plain(each) for each in profile.head.columns],
            }
        )
    plain["columns"] = [column_to_plain(each) for each in profile.columns]
    if profile.listing is not None:
        plain["list"] = _listing_to_plain(profile.listing)
    if profile.samples:
        plain["samples"] = [_sample_to_plain(each) for each in profile.samples]
    return _kept(plain)


def _kept(plain: Mapping[str, object]) -> dict[str, object]:
    return {key: value for key, value in plain.items() if value not in ("", 0, None, {}, [])}


def _layout(table: Table) -> Layout:
    form = table.choice("form", Form, Form.DELIMITED) or Form.DELIMITED
    line_end = table.choice("line_end", LineEnd, LineEnd.CRLF) or LineEnd.CRLF
    if form is Form.FIXED:
        record = table.whole("record", 0, 0, _LONGEST_LINE)
        by_bytes = table.choice_of("unit", ("bytes", "characters"), "bytes") == "bytes"
        if line_end is LineEnd.NONE and not (record and by_bytes):
            table.fault("record", "needed")
        table.end()
        return Layout(form, record=record, by_bytes=by_bytes, line_end=line_end)
    delimiter = table.text("delimiter", ",", longest=3, trim=False)
    quote = table.text("quote", '"', longest=1, trim=False)
    least, most = table.pair("pieces", 0, MOST_COLUMNS)
    if not delimiter or any(end in delimiter for end in "\r\n") or delimiter == quote:
        table.fault("delimiter", "text")
    if quote in ("\r", "\n", " "):
        table.fault("quote", "text")
    if line_end is LineEnd.NONE:
        table.fault("line_end", "choice", "none")
    table.end()
    return Layout(form, delimiter or ",", quote, (least, most), line_end=line_end)


def _layout_to_plain(layout: Layout) -> dict[str, object]:
    plain: dict[str, object] = {"form": layout.form.value, "line_end": layout.line_end.value}
    if layout.form is Form.DELIMITED:
        plain |= {"delimiter": layout.delimiter, "quote": layout.quote}
        return plain | ({"pieces": list(layout.pieces)} if any(layout.pieces) else {})
    unit = "bytes" if layout.by_bytes else "characters"
    return plain | _kept({"record": layout.record, "unit": unit})


def _lines(table: Table, layout: Layout) -> Lines:
    count = None
    if table.has("count"):
        inner = table.table("count")
        in_tail = inner.choice_of("in", ("head", "tail"), "tail") == "tail"
        index, start, end = inner.place(layout.form, needed=False)
        count = CountRule(in_tail, index, start, end, inner.whole("extra", 0, 0, 100))
        inner.end()
    lines = Lines(
        skip=table.whole("skip", 0, 0, 1000),
        tail=table.whole("tail", 0, 0, 100),
        tail_mark=table.text("tail_mark", trim=False),
        comment=table.text("comment", trim=False),
        mark=table.text("mark", trim=False),
        closed=table.flag("closed", False),
        count=count,
    )
    if count is not None and count.in_tail and not (lines.tail or lines.tail_mark):
        table.fault("count.in", "no_tail")
    if lines.tail and lines.tail_mark:
        table.fault("tail", "twice")
    table.end()
    return lines


def _lines_to_plain(lines: Lines) -> dict[str, object]:
    plain: dict[str, object] = {
        "skip": lines.skip,
        "tail": lines.tail,
        "tail_mark": lines.tail_mark,
        "comment": lines.comment,
        "mark": lines.mark,
        "closed": lines.closed,
    }
    if lines.count is not None:
        rule = lines.count
        at = [rule.start, rule.end] if rule.end else []
        plain["count"] = _kept(
            {
                "in": "tail" if rule.in_tail else "head",
                "index": rule.index,
                "at": at,
                "extra": rule.extra,
            }
        )
    return _kept(plain)


def _head(table: Table, layout: Layout) -> HeadRule:
    mark = table.text("mark", trim=False)
    line = table.whole("line", 0, 0, 1000)
    # a head has a length of its own
    own = replace(layout, record=0)
    columns = read_columns(table.tables("columns", MOST_COLUMNS), own, _READABLE)
    if bool(mark) == bool(line):
        table.fault("mark", "one_of")
    table.end()
    return HeadRule(columns, mark, line)


def _constants(table: Table) -> Mapping[str, Value]:
    constants: dict[str, Value] = {}
    for name in table.names():
        text = table.text(name, needed=True)
        if name not in _READABLE:
            table.fault(name, "field")
            continue
        try:
            value = read_value(Column(name), text)
        except Unfit as unfit:
            table.fault(name, unfit.reason, text)
            continue
        if value is not None:
            constants[name] = value
    return MappingProxyType(constants)


def _listing(table: Table, layout: Layout, encoding: Encoding | None) -> Listing:
    what = table.choice_of("what", tuple(LIST_FIELDS), "products")
    same = layout if layout.line_end is LineEnd.NONE else replace(layout, record=0, pieces=(0, 0))
    own = _layout(table.table("layout")) if table.has("layout") else same
    columns = table.tables("columns", MOST_COLUMNS)
    listing = Listing(
        what,
        table.text("file", needed=True, longest=100),
        own,
        table.choice("encoding", Encoding, encoding) or Encoding.AUTO,
        read_columns(columns, own, LIST_FIELDS.get(what, frozenset())),
        table.text("titles", longest=1000, trim=False),
    )
    if not columns:
        table.fault("columns", "needed")
    if any(sign in listing.file for sign in '/\\:*?"<>|') or listing.file.startswith("."):
        table.fault("file", "file", listing.file)
    table.end()
    return listing


def _listing_to_plain(listing: Listing) -> dict[str, object]:
    return _kept(
        {
            "what": listing.what,
            "file": listing.file,
            "titles": listing.titles,
            "encoding": listing.encoding.value,
            "layout": _layout_to_plain(listing.layout),
            "columns": [column_to_plain(each) for each in listing.columns],
        }
    )


def _sample(table: Table) -> Sample:
    file, text = table.text("file"), table.text("text", longest=100_000, trim=False)
    if bool(file) == bool(text):
        table.fault("file", "one_of")
    if any(sign in file for sign in '\\:*?"<>|') or ".." in file or file.startswith("/"):
        table.fault("file", "file", file)
    lines = []
    for each in table.tables("lines", 1000):
        lines.append({name: each.plain_text(name) for name in each.names()})
        each.end()
    bad = []
    for each in table.tables("bad", 1000):
        bad.append((each.whole("line", 0, 0, 10**9), each.text("reason", needed=True)))
        each.end()
    table.end()
    return Sample(file, text, tuple(lines), tuple(bad))


def _sample_to_plain(sample: Sample) -> dict[str, object]:
    return _kept(
        {
            "file": sample.file,
            "text": sample.text,
            "lines": [dict(each) for each in sample.lines],
            "bad": [{"line": line, "reason": reason} for line, reason in sample.bad],
        }
    )


def _check_fields(
    table: Table, columns: tuple[Column, ...], named: set[str], group: tuple[str, ...]
) -> None:
    if not columns:
        table.fault("columns", "needed")
    elif "code" not in named:
        table.fault("columns", "no_code")
    for name in group:
        if name not in named:
            table.fault("group", "field", name)
    if "at" in named and named & {"day", "time"}:
        table.fault("columns", "twice", "at")
    if "time" in named and "day" not in named:
        table.fault("columns", "no_day")
    for column in columns:
        if column.pattern and column.kind not in (*DEFAULTS, ValueKind.TEXT):
            table.fault("columns", "pattern", column.name)
