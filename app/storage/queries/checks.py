"""The invariants of the books; each check returns what contradicts it, nothing when all is well."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sqlalchemy import (
    Subquery,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    union_all,
)

from app.domain.counts import LineState
from app.domain.numbering import GAPLESS, DocumentKind
from app.domain.orders import MAX_ORDER_LINES
from app.domain.stock import LocationKind, Negative
from app.storage.queries.check_goods import GOODS_CHECKS
from app.storage.queries.check_papers import PAPER_CHECKS
from app.storage.queries.counterexamples import Counterexample, count_of, found_in, of_branch
from app.storage.queries.flows import REAL
from app.storage.reader import Reader
from app.storage.tables import (
    count_line,
    document,
    document_line,
    location,
    number_series,
    product,
    raw_record,
    record_link,
    stock_balance,
    stock_move,
)
from app.storage.tables.columns import NO_KEY, Key16


@dataclass(frozen=True, slots=True)
class Check:
    """`checked` rows were looked at; it holds when no counterexample came up."""

    id: str
    checked: int
    counterexamples: tuple[Counterexample, ...]

    @property
    def holds(self) -> bool:
        return not self.counterexamples


_NONE = literal(NO_KEY, Key16)
_REFUSED = [kind.value for kind in LocationKind if kind.negative is Negative.REFUSED]
_ORDER_STATES_WITHOUT_LINES = ("rejected",)


def check_all(reader: Reader) -> tuple[Check, ...]:
    """Every invariant by its number."""
    return tuple(
        Check(name, checked(reader), tuple(find(reader)))
        for name, (checked, find) in CHECKS.items()
    )


def moves_well_formed(reader: Reader) -> list[Counterexample]:
    """INV-01: two different places of one book, a positive quantity."""
    move, source, target = stock_move.c, location.alias(), location.alias()
    query = (
        of_branch(reader, move, move.id, move.qty)
        .join(source, and_(source.c.branch_id == move.branch_id, source.c.id == move.source_id))
        .join(target, and_(target.c.branch_id == move.branch_id, target.c.id == move.target_id))
        .where(
            or_(
                move.qty < 1,
                move.source_id == move.target_id,
                source.c.book != move.book,
                target.c.book != move.book,
            )
        )
    )
    return found_in(reader, query)


def goods_sum_to_zero(reader: Reader) -> list[Counterexample]:
    """INV-02: what is somewhere came from somewhere; over all places the sum is zero."""
    balance = stock_balance.c
    total = func.sum(balance.qty)
    query = (
        of_branch(reader, balance, product.c.code, balance.lot_id, total.label("sum"))
        .join(
            location,
            and_(location.c.branch_id == balance.branch_id, location.c.id == balance.location_id),
        )
        .join(
            product,
            and_(product.c.branch_id == balance.branch_id, product.c.id == balance.product_id),
        )
        .group_by(product.c.code, balance.lot_id, balance.owner_id, location.c.book)
        .having(total != 0)
    )
    return found_in(reader, query)


def balances_match_moves(reader: Reader) -> list[Counterexample]:
    """INV-03: the running balance is the sum of the moves."""
    sums, balance = _ledger_sums(reader), stock_balance.c
    same = and_(
        sums.c.location_id == balance.location_id,
        sums.c.product_id == balance.product_id,
        sums.c.lot_id == balance.lot_id,
        sums.c.owner_id == balance.owner_id,
    )
    kept = select(stock_balance).where(balance.branch_id == reader.branch_id).subquery()
    wrong = (
        of_branch(reader, balance, balance.location_id, balance.product_id)
        .add_columns(balance.qty.label("balance"), func.coalesce(sums.c.qty, 0).label("moves"))
        .outerjoin(sums, same)
        .where(balance.qty != func.coalesce(sums.c.qty, 0))
    )
    missing = (
        select(sums.c.location_id, sums.c.product_id, sums.c.qty.label("moves"))
        .outerjoin(
            kept,
            and_(
                sums.c.location_id == kept.c.location_id,
                sums.c.product_id == kept.c.product_id,
                sums.c.lot_id == kept.c.lot_id,
                sums.c.owner_id == kept.c.owner_id,
            ),
        )
        .where(kept.c.qty.is_(None), sums.c.qty != 0)
    )
    return found_in(reader, wrong) + found_in(reader, missing)


def nothing_below_zero(reader: Reader) -> list[Counterexample]:
    """INV-04: no real place of our own holds less than nothing; a van's is for INV-06."""
    balance = stock_balance.c
    query = (
        of_branch(reader, balance, location.c.code, product.c.code.label("product"), balance.qty)
        .join(
            location,
            and_(location.c.branch_id == balance.branch_id, location.c.id == balance.location_id),
        )
        .join(
            product,
            and_(product.c.branch_id == balance.branch_id, product.c.id == balance.product_id),
        )
        .where(balance.qty < 0, location.c.kind.in_(_REFUSED), location.c.kind.in_(REAL))
    )
    return found_in(reader, query)


def reversals_mirror(reader: Reader) -> list[Counterexample]:
    """INV-08: a reversal is the same goods the other way, and no move has two."""
    back, first = stock_move.c, stock_move.alias()
    query = (
        of_branch(reader, back, back.id, back.reverses_id)
        .join(first, and_(first.c.branch_id == back.branch_id, first.c.id == back.reverses_id))
        .where(
            or_(
                back.qty != first.c.qty,
                back.source_id != first.c.target_id,
                back.target_id != first.c.source_id,
                back.product_id != first.c.product_id,
                func.coalesce(back.lot_id, _NONE) != func.coalesce(first.c.lot_id, _NONE),
                func.coalesce(back.owner_id, _NONE) != func.coalesce(first.c.owner_id, _NONE),
            )
        )
    )
    twice = (
        of_branch(reader, back, back.reverses_id, func.count().label("reversals"))
        .where(back.reverses_id.is_not(None))
        .group_by(back.reverses_id)
        .having(func.count() > 1)
    )
    return found_in(reader, query) + found_in(reader, twice)


def flows_explain_balances(reader: Reader) -> list[Counterexample]:
    """INV-09: opening + in - out = closing, here from the first move to the last, per place."""
    sums = _ledger_sums(reader)
    per_place = (
        select(sums.c.location_id, sums.c.product_id, func.sum(sums.c.qty).label("flows"))
        .group_by(sums.c.location_id, sums.c.product_id)
        .subquery()
    )
    balance = stock_balance.c
    closing = func.sum(balance.qty)
    query = (
        of_branch(reader, balance, balance.location_id, balance.product_id)
        .add_columns(closing.label("closing"), func.coalesce(per_place.c.flows, 0).label("flows"))
        .outerjoin(
            per_place,
            and_(
                per_place.c.location_id == balance.location_id,
                per_place.c.product_id == balance.product_id,
            ),
        )
        .group_by(balance.location_id, balance.product_id, per_place.c.flows)
        .having(closing != func.coalesce(per_place.c.flows, 0))
    )
    return found_in(reader, query)


def amounts_add_up(reader: Reader) -> list[Counterexample]:
    """INV-13: a line's net is gross less discount, a document's net is the sum of its lines."""
    line = document_line.c
    total = func.coalesce(func.sum(line.net_fen), 0)
    headers = (
        of_branch(reader, document.c, document.c.id, document.c.number, document.c.net_fen)
        .add_columns(total.label("lines_fen"))
        .outerjoin(
            document_line,
            and_(line.branch_id == document.c.branch_id, line.document_id == document.c.id),
        )
        .group_by(document.c.id, document.c.number, document.c.net_fen)
        .having(total != document.c.net_fen)
    )
    lines = of_branch(reader, line, line.document_id, line.line_no, line.net_fen).where(
        line.net_fen != line.gross_fen - line.discount_fen
    )
    return found_in(reader, headers) + found_in(reader, lines)


def numbers_without_gaps(reader: Reader) -> list[Counterexample]:
    """INV-18: numbers of a series run from 1 to the last one issued, each on one document."""
    doc, series = document.c, number_series.c
    used = (
        select(
            doc.kind,
            doc.number_yymm,
            func.count().label("papers"),
            func.min(doc.number_seq).label("first"),
            func.max(doc.number_seq).label("last"),
        )
        .where(doc.branch_id == reader.branch_id, doc.number.is_not(None))
        .group_by(doc.kind, doc.number_yymm)
        .subquery()
    )
    issued = series.next_seq - 1
    query = (
        of_branch(reader, series, series.kind, series.yymm, issued.label("issued"))
        .add_columns(func.coalesce(used.c.papers, 0).label("papers"))
        .outerjoin(used, and_(used.c.kind == series.kind, used.c.number_yymm == series.yymm))
        .where(
            series.kind.in_([kind.value for kind in GAPLESS]),
            or_(
                func.coalesce(used.c.papers, 0) != issued,
                func.coalesce(used.c.last, 0) != issued,
                and_(issued > 0, used.c.first != 1),
            ),
        )
    )
    return found_in(reader, query)


def uploads_accounted_for(reader: Reader) -> list[Counterexample]:
    """INV-20: each row from an upload has its record, each accepted record its row or none due."""
    record, link, doc = raw_record.c, record_link.c, document.c
    unlinked = (
        of_branch(reader, record, record.terminal_no, record.epoch, record.seq, record.type)
        .outerjoin(
            record_link,
            and_(link.branch_id == record.branch_id, link.record_id == record.id),
        )
        .where(
            record.disposition.in_(("accepted", "warned")), record.variant == 0, link.id.is_(None)
        )
    )
    sourceless = (
        of_branch(reader, doc, doc.id, doc.number, doc.src_seq)
        .outerjoin(
            raw_record,
            and_(
                record.branch_id == doc.branch_id,
                record.batch_id == doc.src_batch_id,
                record.seq == doc.src_seq,
            ),
        )
        .where(doc.src_batch_id.is_not(None), record.id.is_(None))
    )
    return found_in(reader, unlinked) + found_in(reader, sourceless)


def orders_within_limits(reader: Reader) -> list[Counterexample]:
    """INV-29: 1 to 256 lines, each (product, packing, free) once."""
    doc, line = document.c, document_line.c
    lines = (
        of_branch(reader, doc, doc.id, doc.number, func.count(line.id).label("lines"))
        .outerjoin(document_line, and_(line.branch_id == doc.branch_id, line.document_id == doc.id))
        .where(doc.kind == DocumentKind.SO.value, doc.state.not_in(_ORDER_STATES_WITHOUT_LINES))
        .group_by(doc.id, doc.number)
        .having(or_(func.count(line.id) < 1, func.count(line.id) > MAX_ORDER_LINES))
    )
    doubled = (
        of_branch(reader, doc, doc.id, line.product_id, func.count().label("lines"))
        .join(document_line, and_(line.branch_id == doc.branch_id, line.document_id == doc.id))
        .where(doc.kind == DocumentKind.SO.value)
        .group_by(doc.id, line.product_id, line.packing_id, line.free)
        .having(func.count() > 1)
    )
    return found_in(reader, lines) + found_in(reader, doubled)


def blanks_are_not_zeros(reader: Reader) -> list[Counterexample]:
    """A count line that was skipped has no quantity, any other has one."""
    line = count_line.c
    skipped = line.state == LineState.SKIPPED.value
    query = of_branch(reader, line, line.line_id, line.state, line.counted).where(
        case((skipped, line.counted.is_not(None)), else_=line.counted.is_(None))
    )
    return found_in(reader, query)


def _ledger_sums(reader: Reader) -> Subquery:
    """What the moves alone say about every shelf, with the keys of the balances."""
    move = stock_move.c
    ends = union_all(
        *(
            select(
                end.label("location_id"),
                move.product_id,
                func.coalesce(move.lot_id, _NONE).label("lot_id"),
                func.coalesce(move.owner_id, _NONE).label("owner_id"),
                (sign * move.qty).label("qty"),
            ).where(move.branch_id == reader.branch_id)
            for end, sign in ((move.target_id, 1), (move.source_id, -1))
        )
    ).subquery()
    shelf = (ends.c.location_id, ends.c.product_id, ends.c.lot_id, ends.c.owner_id)
    return select(*shelf, func.sum(ends.c.qty).label("qty")).group_by(*shelf).subquery()


_IS_ORDER = document.c.kind == DocumentKind.SO.value

CHECKS: Mapping[str, tuple[Callable[[Reader], int], Callable[[Reader], list[Counterexample]]]] = (
    MappingProxyType(
        {
            "INV-01": (count_of(stock_move.c), moves_well_formed),
            "INV-02": (count_of(stock_balance.c), goods_sum_to_zero),
            "INV-03": (count_of(stock_balance.c), balances_match_moves),
            "INV-04": (count_of(stock_balance.c), nothing_below_zero),
            "INV-08": (
                count_of(stock_move.c, stock_move.c.reverses_id.is_not(None)),
                reversals_mirror,
            ),
            "INV-09": (count_of(stock_move.c), flows_explain_balances),
            "INV-13": (count_of(document.c), amounts_add_up),
            "INV-18": (count_of(document.c, document.c.number.is_not(None)), numbers_without_gaps),
            "INV-20": (count_of(raw_record.c), uploads_accounted_for),
            "INV-29": (count_of(document.c, _IS_ORDER), orders_within_limits),
            **GOODS_CHECKS,
            **PAPER_CHECKS,
            "blank-counts": (count_of(count_line.c), blanks_are_not_zeros),
        }
    )
)
