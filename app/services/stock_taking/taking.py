"""A planned count is taken: line by line, each at its own time, and again by somebody else."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from app.domain.counts import (
    COUNT_TRANSITIONS,
    CountEvent,
    CountLine,
    CountState,
    LineState,
    needs_recount,
)
from app.domain.rights import Actor, Right
from app.errors import NotFound, RuleBroken
from app.services.counting import differences_of, find_count, post_count
from app.services.differences import by_lot_and_product, can_adjust
from app.services.journal import Step, journaled
from app.services.office import Office
from app.services.posting_counts import SYSTEM_RULE
from app.services.stock_taking.planning import blank_line
from app.storage.queries.counts import CountRow, SheetLine, count_rows, sheet_lines
from app.storage.queries.directory import lots_by_code, persons_by_code, products_by_code
from app.storage.store.counts import Finding


@dataclass(frozen=True, slots=True)
class FoundGoods:
    """What was found of a line of the sheet, or of a `product` and `lot` that it does not have.

    `qty` base units, None for a line that is left blank after all. `at_ms` is when it was counted,
    0 for now.
    """

    line_no: int = 0
    qty: int | None = None
    product: str = ""
    lot: str = ""
    at_ms: int = 0


@dataclass(frozen=True, slots=True)
class HandedIn:
    """`number` of a count that was within its tolerance and is booked; else the `state` it is in,
    and the lines that are further off."""

    state: CountState
    number: str
    off: tuple[int, ...]


def enter_found(
    office: Office, actor: Actor, key: UUID, counter: str, found: Sequence[FoundGoods]
) -> None:
    """Write down what a person counted; what the book says is taken at the time of each line.

    In a recount `counter` is another person than the first, and only lines that were too far off
    are asked for. Raises NotFound, RuleBroken: "transition", "counter-again" for the first counter,
    "counted-ahead" for a time to come, "quantity-text" for less than nothing.
    """
    actor.require(Right.POST_COUNTS)
    with journaled(
        office,
        actor,
        "enter_found",
        subject=str(key),
        key=key,
        counter=counter,
        found=tuple(found),
    ) as step:
        _enter(step, actor.user, key, counter, found)


def hand_in(office: Office, actor: Actor, key: UUID, reason: str = "") -> HandedIn:
    """Hand a count in: booked if it is within tolerance, else counted again by somebody else.

    After the second look what is still off waits for approval. A reason is asked for where
    everything is said to be gone, or where it is still off. Raises NotFound, RuleBroken:
    "transition", "no-lines" when nothing was counted, "not-recounted", "reason-missing".
    """
    actor.require(Right.POST_COUNTS)
    with journaled(office, actor, "hand_in", subject=str(key), key=key, reason=reason) as step:
        return _hand_in(step, key, reason.strip())


def _enter(step: Step, user: str, key: UUID, counter: str, found: Sequence[FoundGoods]) -> None:
    store = step.store
    row = _find(step, key)
    person = persons_by_code(store.reader, [counter]).get(counter)
    if person is None:
        raise NotFound(what="person", key=counter)
    again = row.state == CountState.RECOUNT
    if not again:
        if row.state == CountState.PLANNED:
            state = COUNT_TRANSITIONS.after(CountState.PLANNED, CountEvent.START)
            store.documents.set_state([key], state)
        elif row.state != CountState.OPEN:
            raise RuleBroken("transition", state=row.state, event="enter")
    elif row.counter == counter:
        raise RuleBroken("counter-again", user=counter)
    typed_by = sorted({*row.scope.get("typed_by", ()), user})
    scope = json.dumps({**row.scope, "typed_by": typed_by}, ensure_ascii=False, sort_keys=True)
    who = {"checker_id" if again else "counter_id": person.id}
    store.counts.change(key, {"scope": scope, **who})
    lines = {line.line_no: line for line in sheet_lines(store.reader, key)}
    asked = set(row.scope.get("off", ())) if again else set(lines)
    for each in found:
        line = _line_of(step, key, each, lines)
        if again and line.line_no not in asked:
            raise NotFound(what="line", key=str(line.line_no))
        _write(step, row, line, each, again=again)


def _line_of(step: Step, key: UUID, each: FoundGoods, lines: dict[int, SheetLine]) -> SheetLine:
    """The line of the sheet, or a new one for goods that it does not have."""
    if each.line_no:
        if each.line_no not in lines:
            raise NotFound(what="line", key=str(each.line_no))
        return lines[each.line_no]
    reader = step.store.reader
    product = products_by_code(reader, [each.product]).get(each.product)
    if product is None:
        raise NotFound(what="product", key=each.product)
    lot_id = None
    if each.lot:
        known = lots_by_code(reader, [(product.id, each.lot)]).get((product.id, each.lot))
        if known is None:
            raise NotFound(what="lot", key=each.lot)
        lot_id = known[0]
    same = [
        line for line in lines.values() if (line.product_id, line.lot_id) == (product.id, lot_id)
    ]
    if same:
        return same[0]
    line_no = max(lines, default=0) + 1
    step.store.documents.add_counted(key, [blank_line(step, line_no, product, lot_id)])
    lines[line_no] = next(line for line in sheet_lines(reader, key) if line.line_no == line_no)
    return lines[line_no]


def _write(step: Step, row: CountRow, line: SheetLine, each: FoundGoods, *, again: bool) -> None:
    if each.qty is not None and each.qty < 0:
        raise RuleBroken("quantity-text", text=str(each.qty))
    if each.at_ms > step.at_ms:
        raise RuleBroken("counted-ahead")
    at_ms = each.at_ms or step.at_ms
    book = None
    if each.qty is not None:
        stock = step.store.stock.balances_at(row.location_id, at_ms, [line.product_id])
        book = by_lot_and_product(stock).get((line.product_id, line.lot_id), 0)
    packs, loose = divmod(each.qty or 0, line.factor)
    step.store.counts.enter(
        Finding(
            line_id=line.id,
            counted=each.qty,
            packs=packs,
            loose=loose,
            book=book,
            scanned_ms=None if each.qty is None else at_ms,
        ),
        again=again,
    )


def _hand_in(step: Step, key: UUID, reason: str) -> HandedIn:
    store = step.store
    row = _find(step, key)
    submitted = COUNT_TRANSITIONS.after(CountState(row.state), CountEvent.SUBMIT)
    lines = sheet_lines(store.reader, key)
    counted = [line for line in lines if line.counted is not None]
    if not counted:
        raise RuleBroken("no-lines")
    if (
        not reason
        and not any(line.counted for line in counted)
        and any(line.book for line in counted)
    ):
        raise RuleBroken("reason-missing")
    off = _off(step, lines)
    asked = set(row.scope.get("off", ()))
    last_ms = max(line.scanned_ms or 0 for line in counted)
    store.counts.change(key, {"counted_ms": last_ms})
    if row.state == CountState.RECOUNT:
        missing = [line.line_no for line in lines if line.line_no in asked and line.second is None]
        if missing:
            raise RuleBroken("not-recounted", lines=missing)
    if reason:
        scope = json.dumps({**row.scope, "reason": reason}, ensure_ascii=False, sort_keys=True)
        store.counts.change(key, {"scope": scope})
        step.store.audit.note(reason=reason)
    if off and row.state != CountState.RECOUNT:
        state = COUNT_TRANSITIONS.after(submitted, CountEvent.ASK_RECOUNT)
        store.documents.set_state([key], state)
        told = json.dumps({**row.scope, "off": sorted(off)}, ensure_ascii=False, sort_keys=True)
        store.counts.change(key, {"scope": told})
        return HandedIn(state, "", tuple(off))
    if off and not reason:
        raise RuleBroken("reason-missing")
    store.documents.set_state([key], submitted)
    count = find_count(step, key)
    if off or not can_adjust(store, differences_of(step, count)):
        return HandedIn(submitted, "", tuple(off))
    store.counts.change(key, {"approved_by": SYSTEM_RULE})
    return HandedIn(CountState.POSTED, post_count(step, count), ())


def _off(step: Step, lines: Sequence[SheetLine]) -> dict[int, SheetLine]:
    """The lines that are further off than their tolerance."""
    products = products_by_code(step.store.reader, {line.product_code for line in lines})
    factors: Mapping[str, int] = {
        code: product.packings.default.factor for code, product in products.items()
    }
    return {
        line.line_no: line
        for line in lines
        if line.counted is not None
        and needs_recount(
            CountLine(
                line.line_no,
                line.product_code,
                LineState(line.state),
                line.counted,
                line.book or 0,
            ),
            factors[line.product_code],
        )
    }


def _find(step: Step, key: UUID) -> CountRow:
    """Raises NotFound."""
    found = count_rows(step.store.reader, key=key)
    if not found:
        raise NotFound(what="count", key=str(key))
    return found[0]
