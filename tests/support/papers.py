"""One document of each kind, of the test branch."""

from dataclasses import replace
from typing import Any

from app.domain.counts import LineState
from app.domain.numbering import DocumentKind
from app.storage.store.papers import Count, CountedLine, Delivery, Header, Order
from tests.support.books import TODAY, Books
from tests.support.databases import MORNING_MS


def an_order(books: Books, *, qty: int = 24, state: str = "confirmed", **more: Any) -> Order:
    """`qty` bottles of beer at 53.50 a case."""
    paper = books.paper(DocumentKind.SO, state=state, qty=qty)
    net_fen = qty // 12 * 5350
    line = replace(paper.lines[0], price_fen=5350, gross_fen=net_fen, net_fen=net_fen)
    return Order(
        header=replace(paper.header, net_fen=net_fen),
        lines=(line,),
        wanted_date=TODAY,
        hold_codes=more.pop("hold_codes", ()),
        **more,
    )


def a_delivery(books: Books, order: Order | None = None, *, qty: int = 24, **more: Any) -> Delivery:
    paper = books.paper(
        DocumentKind.DN, qty=qty, parent_id=None if order is None else order.header.id
    )
    line = paper.lines[0]
    if order is not None:
        line = replace(line, ref_line_id=order.lines[0].id)
    return Delivery(
        header=paper.header,
        lines=(line,),
        source_id=books.places["WH"].key,
        van_id=books.places["VAN1"].key,
        **more,
    )


def a_count(books: Books, *, counted: int | None = 494, book: int = 500, **more: Any) -> Count:
    paper = books.paper(DocumentKind.CT, state="submitted", qty=counted or 0)
    state = LineState.SKIPPED if counted is None else LineState.COUNTED
    header: Header = paper.header
    return Count(
        header=header,
        lines=(CountedLine(line=paper.lines[0], state=state, counted=counted, book_at_count=book),),
        location_id=books.places["WH"].key,
        counted_ms=MORNING_MS,
        **more,
    )
