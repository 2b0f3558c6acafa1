"""Lines of a terminal's file into drafts of records, ready to be numbered and sealed.

A record bears the names of its fields, see app/domain/records/catalogue.py. A line belongs to the
last header before it, so it does not name one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from app.domain.counts import MAX_COUNT_LINES
from app.domain.orders import MAX_ORDER_LINES
from app.domain.problems import Problem
from app.domain.profiles.bodies import LINES, TOPS, Given, times_of
from app.domain.profiles.goods import (
    Goods,
    Resolve,
    bad,
    check_quantity,
    goods_of,
    merge_all,
    merge_in_row,
    merge_taken_back,
    person_of,
)
from app.domain.profiles.profile import Profile, ProfileKind
from app.domain.profiles.reading import BadLine, Entry, Line
from app.domain.profiles.values import shown
from app.domain.records.catalogue import RECORD_TYPES
from app.domain.records.reading import read_record
from app.domain.records.writing import write_body

MAX_RETURN_LINES = 128

_HEADERS: Mapping[ProfileKind, int] = MappingProxyType(
    {ProfileKind.ORDER: 10, ProfileKind.RETURN: 14, ProfileKind.COUNT: 16}
)
_MOST: Mapping[ProfileKind, int] = MappingProxyType(
    {
        ProfileKind.ORDER: MAX_ORDER_LINES,
        ProfileKind.RETURN: MAX_RETURN_LINES,
        ProfileKind.COUNT: MAX_COUNT_LINES,
    }
)
_APART: Mapping[ProfileKind, tuple[str, ...]] = MappingProxyType(
    {
        ProfileKind.COUNT: ("place", "location", "customer"),
        ProfileKind.ORDER: ("customer", "document", "wanted"),
        ProfileKind.RETURN: ("customer", "document", "mode", "original"),
        ProfileKind.RECEIPT: ("supplier", "location", "document"),
    }
)
"""Fields that always keep documents of a kind apart."""


@dataclass(frozen=True, slots=True)
class DraftRecord:
    """A record by the names of its fields, and the lines of the file that it came from.

    `at_ms` (UTC) is when it was collected, None when no clock said so; `person` may be empty.
    """

    type: int
    fields: Mapping[str, object]
    at_ms: int | None
    person: str
    sources: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A header with its lines. `missing` are lines of the same document that became no record:
    whoever takes it in decides whether the rest may stand without them."""

    header: DraftRecord
    lines: tuple[DraftRecord, ...]
    missing: tuple[BadLine, ...]


@dataclass(frozen=True, slots=True)
class ReceivedGoods:
    """`qty` base units that came in; the dates are as far as the file says them."""

    product: str
    qty: int
    lot: str
    expiry: date | None
    produced: date | None
    line: Line


@dataclass(frozen=True, slots=True)
class Receipt:
    """Goods that came in from a supplier; codes are empty where nobody said them."""

    supplier: str
    location: str
    lines: tuple[ReceivedGoods, ...]
    missing: tuple[BadLine, ...]


@dataclass(frozen=True, slots=True)
class Made:
    """What a file became; `bad` are all lines that became nothing, in the order of the file."""

    documents: tuple[Document, ...]
    receipts: tuple[Receipt, ...]
    bad: tuple[BadLine, ...]


def make_records(
    profile: Profile, entries: Iterable[Entry], resolve: Resolve, given: Given
) -> Made:
    """Documents of the profile's kind out of the lines of a file.

    A code that `resolve` does not know stays as it is where a record can bear it, for intake to
    ask about; else its line is bad. The same goods twice in one order are one line of it. A
    document with more lines than a record may have becomes several; in a count all lines of a
    product stay in one of them, because each count is compared with the book on its own.

    Goods that come in become receipts and no records: terminals have no record for them, so a
    service books them in with app/services/receiving.py.
    """
    read_badly: list[BadLine] = []
    groups: dict[tuple[str, ...], list[Line]] = {}
    for entry in entries:
        if isinstance(entry, BadLine):
            read_badly.append(entry)
        elif isinstance(entry, Line):
            groups.setdefault(_group(profile, entry, given), []).append(entry)
    documents: list[Document] = []
    receipts: list[Receipt] = []
    for lines in groups.values():
        goods, missing = _goods(profile, lines, resolve)
        read_badly += missing
        if profile.kind is ProfileKind.RECEIPT:
            receipts += [_receipt(goods, missing, given)] if goods else []
            continue
        for part in _parts(profile.kind, goods):
            made = _document(profile.kind, part, missing, given)
            known = set(missing)
            read_badly += [each for each in made.missing if each not in known]
            documents += [made] if made.lines else []
    found = sorted(read_badly, key=lambda each: (each.offset, each.number))
    return Made(tuple(documents), tuple(receipts), tuple(found))


def _group(profile: Profile, line: Line, given: Given) -> tuple[str, ...]:
    apart = (*_APART[profile.kind], *profile.group)
    texts = (shown(line.fields.get(name, "")) for name in apart)
    named = tuple(
        text or str(getattr(given, name, "")) for name, text in zip(apart, texts, strict=True)
    )
    # two counts of one place are one: the second scan of a shelf goes on with the first
    return named if profile.kind is ProfileKind.COUNT else (str(line.head), *named)


def _goods(
    profile: Profile, lines: Sequence[Line], resolve: Resolve
) -> tuple[list[Goods], tuple[BadLine, ...]]:
    kind = profile.kind
    goods: list[Goods] = []
    missing: list[BadLine] = []
    for line in lines:
        found = goods_of(kind, line, resolve)
        if isinstance(found, BadLine):
            missing.append(found)
        else:
            goods.append(found)
    if profile.sum:
        goods = merge_in_row(goods)
    if kind is ProfileKind.COUNT:
        goods = merge_taken_back(goods)
        goods = merge_all(goods) if len(goods) > MAX_COUNT_LINES else goods
    elif kind is ProfileKind.ORDER:
        goods, dear = _at_one_price(goods)
        missing += dear
        goods = merge_all(goods)
    standing = []
    for each in goods:
        reason = check_quantity(kind, each)
        if reason:
            missing += [bad(line, reason, "qty") for line in each.sources]
        else:
            standing.append(each)
    return standing, tuple(missing)


def _at_one_price(goods: Sequence[Goods]) -> tuple[list[Goods], list[BadLine]]:
    """The same goods at a second price: one of the two is wrong, and nobody here knows which."""
    prices: dict[tuple[object, ...], int] = {}
    same, others = [], []
    for each in goods:
        if prices.setdefault(each.key, each.price_fen) == each.price_fen:
            same.append(each)
        else:
            others += [bad(line, "second_price", "price") for line in each.sources]
    return same, others


def _parts(kind: ProfileKind, goods: Sequence[Goods]) -> Iterator[list[Goods]]:
    """The goods of each document, no more than it may have."""
    most = _MOST[kind]
    if kind is not ProfileKind.COUNT:
        for start in range(0, len(goods), most):
            yield list(goods[start : start + most])
        return
    products: dict[str, list[Goods]] = {}
    for each in goods:
        products.setdefault(each.product, []).append(each)
    if len(goods) <= most:
        products = {"": list(goods)} if goods else {}
    part: list[Goods] = []
    for own in products.values():
        if part and len(part) + len(own) > most:
            yield part
            part = []
        part += own
        while len(part) > most:
            yield part[:most]
            part = part[most:]
    if part:
        yield part


def _document(
    kind: ProfileKind, goods: Sequence[Goods], missing: Sequence[BadLine], given: Given
) -> Document:
    lines: list[DraftRecord] = []
    kept: list[Goods] = []
    found = list(missing)
    for each in goods:
        fields = LINES[kind](each)
        if kind is ProfileKind.ORDER:
            fields["line"] = len(lines) + 1
        record = _record(_HEADERS[kind] + 1, fields, [each], given)
        unfit = _unfit(record)
        if unfit is None:
            lines.append(record)
            kept.append(each)
        else:
            found += [bad(line, *unfit) for line in each.sources]
    header = _record(_HEADERS[kind], TOPS[kind](kept or goods, given), kept or goods, given)
    unfit = _unfit(header)
    if unfit is not None:
        found += [bad(line, *unfit) for each in kept for line in each.sources]
        lines = []
    return Document(header, tuple(lines), tuple(found))


def _record(
    type_no: int, fields: Mapping[str, object], goods: Sequence[Goods], given: Given
) -> DraftRecord:
    sources = tuple(line for each in goods for line in each.sources)
    times = times_of(goods, given)
    person = person_of(goods[0].text("person"))
    return DraftRecord(type_no, fields, max(times) if times else None, person, sources)


def _unfit(record: DraftRecord) -> tuple[str, str] | None:
    """(reason, field) of what a record cannot bear, None when it can bear all."""
    known = RECORD_TYPES[record.type]
    fields = dict(record.fields)
    if known.header is not None:
        fields[known.fields[0].name] = (0, 0)
    read = read_record(record.type, write_body(record.type, fields))
    if not isinstance(read, Problem):
        return None
    name = str(read.fields["field"])
    is_missing = read.fields["reason"] == "missing"
    return (f"no_{name}" if is_missing and name in ("customer", "reason") else "unfit"), name


def _receipt(goods: Sequence[Goods], missing: tuple[BadLine, ...], given: Given) -> Receipt:
    first = goods[0]
    lines = []
    for each in goods:
        expiry, produced = (each.first.fields.get(name) for name in ("expiry", "produced"))
        lines.append(
            ReceivedGoods(
                each.product,
                int(each.base),
                each.text("lot"),
                expiry if isinstance(expiry, date) else None,
                produced if isinstance(produced, date) else None,
                each.first,
            )
        )
    return Receipt(
        first.text("supplier") or given.supplier,
        first.text("location") or given.location,
        tuple(lines),
        missing,
    )
