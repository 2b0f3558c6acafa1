"""Counts from terminals: compared with the book of that moment, posted or put before a person."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from app.domain.counts import CountLine, CountState, LineState, needs_recount
from app.domain.lots import Lot
from app.domain.numbering import DocumentKind
from app.domain.problems import problem
from app.domain.records.drafts import CountDraft
from app.domain.records.identity import TerminalKey
from app.domain.records.units import check_count_units
from app.domain.stock import Goods, Location, LocationKind
from app.services.cases import Bench, Case
from app.services.differences import (
    Found,
    adjust,
    by_lot_and_product,
    can_adjust,
    not_counted_since,
)
from app.services.known import load_lots
from app.services.numbering import issue
from app.storage.queries.directory import FoundPlace
from app.storage.store.papers import Count, CountedLine, Header, Line

SYSTEM_RULE = "system rule"
"""Who approves a count within tolerance: nobody in person, and never the one who counted."""

_OWN_PLACES = {"van": LocationKind.VAN, "warehouse": LocationKind.WAREHOUSE}
_CHANNEL_PLACES = {
    "shelf": LocationKind.CH_OUTLET,
    "back_room": LocationKind.CH_OUTLET,
    "wholesaler": LocationKind.CH_STOCK,
}
Counts = Sequence[tuple[Case, CountDraft]]
Lots = Mapping[tuple[UUID, str], tuple[UUID, Lot]]


@dataclass(frozen=True, slots=True)
class _Ground:
    """What the counts of an upload need of the store, asked for all of them at once."""

    places: Mapping[TerminalKey, Location]
    lots: Lots
    stocked: frozenset[UUID]


def judge_count(bench: Bench, case: Case, draft: CountDraft) -> None:
    """Adds what is wrong with the place, the products and the quantities."""
    case.add(check_count_units(draft.lines, bench.known.packings))
    if draft.place in _OWN_PLACES:
        if _own_place(bench, draft) is None:
            case.add([problem("E_LOCATION", "CNT", location=draft.location or "")])
    elif draft.customer is None or _customer(bench, draft) is None:
        case.add([problem("E_CUST", "CNT", customer=draft.customer or "")])


def post_counts(bench: Bench, cases: Counts) -> tuple[int, int]:
    """Posts or submits every count that stands; returns how many documents and moves that made."""
    standing = [(case, draft) for case, draft in cases if case.stands]
    ground = _ground(bench, [draft for _, draft in standing])
    moves = sum(_post_round(bench, each, ground) for each in _rounds(standing, ground))
    return len(standing), moves


def _rounds(cases: Counts, ground: _Ground) -> list[list[tuple[Case, CountDraft]]]:
    """No place of ours twice in a round, the earlier count first: what it found is in the book
    that the later one is compared with."""
    rounds: list[list[tuple[Case, CountDraft]]] = []
    turns: Counter[UUID] = Counter()
    for case, draft in sorted(cases, key=lambda each: each[1].ended_ms):
        place = ground.places[draft.key].key
        turn = turns[place]
        if draft.place in _OWN_PLACES:
            turns[place] += 1
        if turn == len(rounds):
            rounds.append([])
        rounds[turn].append((case, draft))
    return rounds


def _post_round(bench: Bench, cases: Counts, ground: _Ground) -> int:
    papers: list[Count] = []
    finished: dict[UUID, date] = {}
    found: list[Found] = []
    for case, draft in cases:
        location = ground.places[draft.key]
        count = _paper(bench, case, draft, location, ground)
        differences = _differences(bench, case, draft, count, location)
        if count.approved_by is not None and not can_adjust(bench.step.store, differences):
            count = replace(count, approved_by=None)
        papers.append(count)
        case.posted = True
        if count.approved_by is not None:
            finished[count.header.id] = bench.posting_date(count.header.business_date)
            found += differences
    store = bench.step.store
    store.documents.add(papers)
    days = {paper.header.id: paper.header.business_date for paper in papers}
    numbers = issue(store, DocumentKind.CT, [days[key] for key in finished])
    store.documents.number(dict(zip(finished, numbers, strict=True)), CountState.APPROVED)
    moves = adjust(store, found, finished)
    store.documents.post(finished)
    return moves


def _own_place(bench: Bench, draft: CountDraft) -> FoundPlace | None:
    """The place named, or the only one of its kind when none is named."""
    kind = _OWN_PLACES[draft.place]
    if draft.location is not None:
        place = bench.known.place(draft.location)
        return place if place is not None and place.kind is kind else None
    all_of_kind = [p for p in bench.known.places.values() if p.kind is kind and p.active]
    return all_of_kind[0] if len(all_of_kind) == 1 else None


def _customer(bench: Bench, draft: CountDraft) -> UUID | None:
    day = bench.business_date(draft.header)
    found = bench.known.customer(draft.customer or "", day)
    return None if found is None else found.id


def _ground(bench: Bench, drafts: Sequence[CountDraft]) -> _Ground:
    store = bench.step.store
    places = _places(bench, drafts)
    lots = load_lots(
        store.reader,
        [
            (product.id, line.lot)
            for draft in drafts
            for line in draft.lines
            if line.lot and (product := bench.known.product(line.product)) is not None
        ],
    )
    return _Ground(places, lots, store.stock.stocked(place.key for place in places.values()))


def _places(bench: Bench, drafts: Sequence[CountDraft]) -> dict[TerminalKey, Location]:
    places: dict[TerminalKey, Location] = {}
    parties: defaultdict[LocationKind, dict[TerminalKey, UUID]] = defaultdict(dict)
    for draft in drafts:
        own = _own_place(bench, draft) if draft.place in _OWN_PLACES else None
        if own is not None:
            places[draft.key] = own.location
            continue
        party = _customer(bench, draft)
        if party is None:
            raise LookupError(draft.customer)  # judged before: it stands
        parties[_CHANNEL_PLACES[draft.place]][draft.key] = party
    for kind, asked in parties.items():
        found = bench.step.store.masters.places_of_parties(kind, asked.values())
        places |= {key: Location(found[party], kind) for key, party in asked.items()}
    return places


def _paper(
    bench: Bench, case: Case, draft: CountDraft, location: Location, ground: _Ground
) -> Count:
    key = draft.key.uuid()
    counted_ms = bench.event_ms(draft.ended_ms)
    lines = _lines(bench, case, draft, location, ground)
    is_own = draft.place in _OWN_PLACES
    agreed = not is_own or not any(_is_off(bench, line, each) for line, each in lines)
    person = bench.known.person(draft.person)
    case.link(draft.header, key)
    return Count(
        header=Header(
            id=key,
            kind=DocumentKind.CT,
            state=CountState.SUBMITTED,
            event_ms=counted_ms,
            event_raw_ms=draft.ended_ms,
            offset_min=draft.header.offset_min,
            business_date=bench.business_date(draft.header, draft.ended_ms),
            person_id=None if person is None else person.id,
            party_id=None if is_own else _customer(bench, draft),
            source=bench.source(draft.header),
        ),
        lines=tuple(line for line, _ in lines),
        location_id=location.key,
        counted_ms=counted_ms,
        blind=draft.blind,
        counter_id=None if person is None else person.id,
        approved_by=SYSTEM_RULE if agreed else None,
    )


def _lines(
    bench: Bench, case: Case, draft: CountDraft, location: Location, ground: _Ground
) -> list[tuple[CountedLine, CountLine]]:
    """Each line for the store, and as the domain judges it: book and count of its goods."""
    products = {line.product: bench.known.product(line.product) for line in draft.lines}
    ids = {product.id for product in products.values() if product is not None}
    books: Mapping[Goods, int] = {}
    if location.key in ground.stocked:
        counted_ms = bench.event_ms(draft.ended_ms)
        books = bench.step.store.stock.balances_at(location.key, counted_ms, ids)
    unclaimed = by_lot_and_product(books)
    document_key = draft.key.uuid()
    lines = []
    for record, line in zip(draft.line_records, draft.lines, strict=True):
        product = products[line.product]
        if product is None:
            raise LookupError(line.product)
        found = ground.lots.get((product.id, line.lot or ""))
        lot_id = None if found is None else found[0]
        # A second line of the same goods adds to the first: the book is compared once.
        book = unclaimed.pop((product.id, lot_id), 0)
        key = record.key.uuid()
        case.link(record, document_key, key)
        stored = Line(
            id=key,
            line_no=line.line_no,
            product_id=product.id,
            packing_id=product.packing_id(line.packing),
            qty=line.qty_base or 0,
            packs=line.packs or 0,
            lot_id=lot_id,
            source=bench.source(record),
        )
        skipped = line.state is LineState.SKIPPED
        lines.append(
            (
                CountedLine(
                    line=stored,
                    state=line.state,
                    counted=line.qty_base,
                    loose=line.loose or 0,
                    book_at_count=None if skipped else book,
                ),
                CountLine(line.line_no, line.product, line.state, line.qty_base, book),
            )
        )
    return lines


def _is_off(bench: Bench, line: CountedLine, judged: CountLine) -> bool:
    product = bench.known.product(judged.product)
    factor = 1 if product is None else product.packings.default.factor
    return line.state is not LineState.SKIPPED and needs_recount(judged, factor)


def _differences(
    bench: Bench, case: Case, draft: CountDraft, count: Count, location: Location
) -> list[Found]:
    if draft.place not in _OWN_PLACES:
        return []
    found = []
    for record, entry in zip(draft.line_records, count.lines, strict=True):
        difference = (entry.counted or 0) - (entry.book_at_count or 0)
        if entry.state is not LineState.SKIPPED and difference:
            found.append(
                Found(
                    document_id=count.header.id,
                    line_id=entry.line.id,
                    location=location,
                    product_id=entry.line.product_id,
                    lot_id=entry.line.lot_id,
                    difference=difference,
                    event_ms=count.counted_ms,
                    business_date=count.header.business_date,
                    source=bench.source(record),
                )
            )
    left = not_counted_since(bench.step.store, found)
    if len(left) < len(found):
        case.add([problem("W_COUNTED_LATER", "CNT")])
    return left
