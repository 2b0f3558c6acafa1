"""The load sheet: what was picked for a van, and what two people found when they counted it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple
from uuid import UUID

from app.domain.business_day import posting_date
from app.domain.numbering import DocumentKind, DocumentNumber
from app.errors import NotFound, RuleBroken
from app.services.journal import Step
from app.services.picking import Limits, Planned
from app.storage.queries.directory import (
    find_branch,
    lots_by_code,
    persons_by_code,
    products_by_code,
)
from app.storage.store.load_sheets import LoadSheet
from app.storage.store.papers import Header, Line, Paper
from app.storage.store.uploads import Link


@dataclass(frozen=True, slots=True)
class CheckedLine:
    """Base units of a product found ready to go; of one lot, or of whichever was picked."""

    product: str
    qty: int
    lot: str = ""


@dataclass(frozen=True, slots=True)
class LoadCheck:
    """What `checker` and `driver` counted together, all by code; `blind` without the pick list."""

    checker: str
    driver: str
    lines: tuple[CheckedLine, ...]
    blind: bool = False
    seal_no: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """Base units of a product that were picked by the list, and those that were found."""

    product: str
    picked: int
    found: int


class LotGoods(NamedTuple):
    """A product by code and key, and a lot by key."""

    product: str
    key: UUID
    lot: UUID | None


def found_goods(step: Step, picked: Planned, check: LoadCheck) -> Limits:
    """What may be loaded after the check: what was found, and nothing else.

    Raises RuleBroken: "checker-is-driver", "not-checked" for picked goods of which nothing is
    said, "overloaded" for more than was picked of something; NotFound for a lot.
    """
    if check.checker == check.driver:
        raise RuleBroken("checker-is-driver", person=check.checker)
    wanted = sums_by_lot(picked)
    told: defaultdict[str, list[CheckedLine]] = defaultdict(list)
    for line in check.lines:
        told[line.product].append(line)
    limits: dict[UUID, dict[UUID | None, int]] = {}
    for goods in told.keys() | {goods.product for goods in wanted}:
        lots = {each.lot: qty for each, qty in wanted.items() if each.product == goods}
        if goods not in told:
            raise RuleBroken("not-checked", product=goods)
        found = sum(line.qty for line in told[goods])
        if min(line.qty for line in told[goods]) < 0 or found > sum(lots.values()):
            raise RuleBroken("overloaded", product=goods, picked=sum(lots.values()), found=found)
        for key in {each.key for each in wanted if each.product == goods}:
            limits[key] = _lots(step, key, lots, told[goods])
    return limits


def add_sheet(
    step: Step,
    number: DocumentNumber,
    sheet: LoadSheet,
    picked: Planned,
    loaded: Planned,
    check: LoadCheck | None,
) -> list[Difference]:
    """Keep the load sheet under its number; returns what was found other than picked.

    Raises NotFound for a person that is unknown.
    """
    store = step.store
    before, after = sums_by_lot(picked), sums_by_lot(loaded)
    goods = sorted(before.keys() | after.keys(), key=lambda each: (each.product, str(each.lot)))
    products = products_by_code(store.reader, {each.product for each in goods})
    document_id = step.key("load sheet")
    lines, counts = [], {}
    for line_no, each in enumerate(goods, start=1):
        product, qty = products[each.product], after.get(each, 0)
        packing = product.packings.default
        line = Line(
            id=step.key("load sheet line", line_no),
            line_no=line_no,
            product_id=product.id,
            packing_id=product.packing_ids[packing.code],
            qty=qty,
            packs=qty // packing.factor,
            lot_id=each.lot,
            source=step.source,
        )
        lines.append(line)
        counts[line.id] = (before.get(each, 0), None if check is None else qty)
    header = Header(
        id=document_id,
        kind=DocumentKind.LS,
        state="loaded",
        number=number,
        event_ms=step.at_ms,
        offset_min=step.offset_min,
        business_date=sheet.day,
        source=step.source,
    )
    if check is not None:
        people = persons_by_code(store.reader)
        for code in (check.checker, check.driver):
            if code not in people:
                raise NotFound(what="person", key=code)
        sheet = replace(
            sheet,
            checker_id=people[check.checker].id,
            driver_id=people[check.driver].id,
            seal_no=check.seal_no.strip(),
            checked_ms=step.at_ms,
        )
        store.audit.note(checker=check.checker, driver=check.driver, blind=check.blind)
    store.documents.add([Paper(header=header, lines=tuple(lines))])
    store.load_sheets.add(document_id, sheet, counts)
    store.uploads.link([Link(record_id=step.record_id, document_id=document_id)])
    closed = find_branch(store.reader).closed_through
    store.documents.post({document_id: posting_date(sheet.day, closed)})
    return _differences(before, after)


def sums_by_lot(planned: Planned) -> dict[LotGoods, int]:
    """Base units of what was picked, summed over all stops, in the order of picking."""
    sums: dict[LotGoods, int] = {}
    for _delivery, lines in planned:
        for each in lines:
            for pick in each.picks:
                goods = LotGoods(each.line.product_code, each.line.product_id, pick.stock.key)
                sums[goods] = sums.get(goods, 0) + pick.qty
    return sums


def _lots(
    step: Step, product_id: UUID, picked: Mapping[UUID | None, int], lines: Sequence[CheckedLine]
) -> dict[UUID | None, int]:
    """By the lots that were named; else by those of the pick list, as far as they go."""
    named = {(product_id, line.lot) for line in lines if line.lot}
    known = lots_by_code(step.store.reader, named)
    found: Counter[UUID | None] = Counter()
    for line in lines:
        if line.lot:
            if (product_id, line.lot) not in known:
                raise NotFound(what="lot", key=line.lot)
            found[known[product_id, line.lot][0]] += line.qty
            continue
        left = line.qty
        for lot, qty in picked.items():
            taken = min(left, qty - found[lot])
            if taken > 0:
                found[lot] += taken
                left -= taken
    return dict(found)


def _differences(before: Mapping[LotGoods, int], after: Mapping[LotGoods, int]) -> list[Difference]:
    sums: dict[str, list[int]] = {}
    for place, goods in enumerate((before, after)):
        for each, qty in goods.items():
            sums.setdefault(each.product, [0, 0])[place] += qty
    return [Difference(code, *pair) for code, pair in sorted(sums.items()) if pair[0] != pair[1]]
