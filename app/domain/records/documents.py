"""Puts header and line records together into drafts and judges each as a whole."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from app.domain.counts import MAX_COUNT_LINES, LineState
from app.domain.deliveries import DeliveryResult
from app.domain.orders import OrderLine, check_order_lines
from app.domain.problems import Problem, problem
from app.domain.records.catalogue import BAD_LINE, RECEIPT, RECORD_TYPES
from app.domain.records.drafts import (
    CountDraft,
    CountedLine,
    DeliveredLine,
    DeliveryDraft,
    Draft,
    EmptiesDraft,
    OrderDraft,
    OtherDraft,
    ReadRecord,
    ReceiptDraft,
    ReceivedLine,
    ReturnDraft,
    ReturnedLine,
    VisitDraft,
)
from app.domain.records.identity import Ref
from app.domain.returns import MAX_RETURN_LINES

_DELETION = 61
_MS_PER_LINE = 1_000


def assemble(records: Sequence[ReadRecord]) -> list[Draft]:
    """One draft per header or single record, in their order; every record is in exactly one.

    `records` come from one terminal. A line whose header did not come is a draft of its own with
    E_STRAY_LINE. A line that could not be read is simply not among `records`: its document then
    has fewer lines than declared and is refused whole.
    """
    by_ref = {record.key.ref: record for record in records}
    lines: defaultdict[Ref, list[ReadRecord]] = defaultdict(list)
    heads: list[tuple[ReadRecord, tuple[Problem, ...]]] = []
    for record in records:
        header_type, ref = _header_of(record)
        if header_type is None:
            heads.append((record, _check_deletion(record, by_ref)))
        elif ref in by_ref and by_ref[ref].type == header_type:
            lines[ref].append(record)
        else:
            name = RECORD_TYPES[record.type].name
            heads.append((record, (problem("E_STRAY_LINE", name, header=str(tuple(ref))),)))
    deleted = {record.fields["target"] for record in records if record.type == _DELETION}
    torn = Counter(record.fields["document"] for record in records if record.type == BAD_LINE)
    drafts = []
    for header, problems in heads:
        own_lines = tuple(lines[header.key.ref])
        found = (
            *problems,
            *_check_line_deletions(own_lines, deleted),
            *_check_torn(torn.get(header.key.ref, 0)),
        )
        build = _BUILDERS.get(header.type, _build_other)
        drafts.append(build(header, own_lines, found, header.key.ref in deleted))
    return drafts


def _header_of(record: ReadRecord) -> tuple[int | None, Ref]:
    record_type = RECORD_TYPES.get(record.type)
    if record_type is None or record_type.header is None:
        return None, record.key.ref
    return record_type.header, record.fields[record_type.fields[0].name]


def _check_deletion(record: ReadRecord, by_ref: Mapping[Ref, ReadRecord]) -> tuple[Problem, ...]:
    # A user may take back what has not left the terminal; later, an office reversal is due.
    if record.type != _DELETION or record.fields["target"] in by_ref:
        return ()
    return (problem("E_DEL_LATE", target=str(tuple(record.fields["target"]))),)


def _check_line_deletions(lines: Sequence[ReadRecord], deleted: set[Ref]) -> list[Problem]:
    # The header still speaks of the line that was taken back: a clerk decides what was meant.
    taken_back = [line for line in lines if line.key.ref in deleted]
    return [problem("E_DEL_LINE", f"record {line.key.seq}") for line in taken_back]


def _check_torn(lines: int) -> tuple[Problem, ...]:
    # Lines of its file became nothing: a clerk decides whether the rest may stand without them.
    return (problem("E_LINES_MISSING", lines=lines),) if lines else ()


_Lines = tuple[ReadRecord, ...]
_Problems = tuple[Problem, ...]


def _build_order(header: ReadRecord, lines: _Lines, problems: _Problems, deleted: bool) -> Draft:
    fields = dict(header.fields)
    declared = fields.pop("lines")
    order_lines = tuple(_order_line(record.fields) for record in lines)
    found = list(check_order_lines(order_lines, declared))
    if fields["status"] != "new" and fields["previous"] is None:
        found.append(problem("E_ORD_PREV", status=fields["status"]))
    return OrderDraft(
        header,
        lines,
        (*problems, *found),
        deleted,
        declared_lines=declared,
        lines=order_lines,
        **fields,
    )


def _order_line(fields: Mapping[str, Any]) -> OrderLine:
    return OrderLine(
        line_no=fields["line"],
        product=fields["product"],
        packing=fields["packing"],
        packs=fields["packs"],
        qty_base=fields["qty_base"],
        price_fen=fields["price_fen"],
        net_fen=fields["net_fen"],
        free=fields["free"],
        promotion=fields["promotion"],
    )


def _build_delivery(header: ReadRecord, lines: _Lines, problems: _Problems, deleted: bool) -> Draft:
    fields = dict(header.fields)
    result = DeliveryResult(fields.pop("result"))
    delivered_lines = tuple(_delivered_line(record.fields) for record in lines)
    return DeliveryDraft(
        header,
        lines,
        (*problems, *_check_delivery(result, delivered_lines)),
        deleted,
        result=result,
        lines=delivered_lines,
        **fields,
    )


def _delivered_line(fields: Mapping[str, Any]) -> DeliveredLine:
    return DeliveredLine(
        line_no=fields["line"],
        product=fields["product"],
        lot=fields["lot"],
        delivered=fields["delivered"],
        refused=fields["refused"],
        reason=fields["reason"],
    )


def _check_delivery(result: DeliveryResult, lines: Sequence[DeliveredLine]) -> list[Problem]:
    found = []
    seen = set()
    for line in lines:
        # several lots of one product may share a line of the note
        key = (line.line_no, line.product, line.lot)
        if key in seen:
            where = f"line {line.line_no}"
            found.append(problem("E_DUP_LINE", where, line_no=line.line_no, product=line.product))
        seen.add(key)
    delivered = sum(line.delivered for line in lines)
    handed_over = result in (DeliveryResult.FULL, DeliveryResult.PART)
    if handed_over != bool(delivered):
        found.append(problem("E_DLV_RESULT", result=result.value, delivered=delivered))
    return found


def _build_count(header: ReadRecord, lines: _Lines, problems: _Problems, deleted: bool) -> Draft:
    fields = dict(header.fields)
    declared = fields.pop("lines")
    counted = tuple(_counted_line(no, record.fields) for no, record in enumerate(lines, start=1))
    found = [*_check_count_lines(declared, counted)]
    duration_ms = fields["ended_ms"] - fields["started_ms"]
    if duration_ms < len(counted) * _MS_PER_LINE:
        found.append(problem("W_CNT_FAST", duration_ms=duration_ms, lines=len(counted)))
    return CountDraft(
        header,
        lines,
        (*problems, *found),
        deleted,
        declared_lines=declared,
        lines=counted,
        **fields,
    )


def _counted_line(line_no: int, fields: Mapping[str, Any]) -> CountedLine:
    state = LineState(fields["state"])
    qty_base = fields["qty_base"]
    return CountedLine(
        line_no=line_no,
        product=fields["product"],
        packing=fields["packing"],
        packs=fields["packs"],
        loose=fields["loose"],
        qty_base=0 if state is LineState.ZERO and qty_base is None else qty_base,
        lot=fields["lot"],
        expiry=fields["expiry"],
        state=state,
    )


def _check_count_lines(declared: int, lines: Sequence[CountedLine]) -> list[Problem]:
    found = []
    if max(declared, len(lines)) > MAX_COUNT_LINES:
        count = max(declared, len(lines))
        found.append(problem("E_CNT_TOO_MANY", lines=count, limit=MAX_COUNT_LINES))
    elif declared != len(lines):
        found.append(problem("E_CNT_LINES", declared=declared, received=len(lines)))
    for line in lines:
        quantities = (line.packs, line.loose, line.qty_base)
        where = f"line {line.line_no}"
        if line.state is LineState.SKIPPED:
            if quantities != (None, None, None):
                found.append(problem("E_CNT_SKIPPED", where, product=line.product))
        elif line.qty_base is None or (line.state is LineState.ZERO and any(quantities)):
            found.append(problem("E_CNT_QTY", where, product=line.product))
    return found


def _build_visit(header: ReadRecord, lines: _Lines, problems: _Problems, deleted: bool) -> Draft:
    fields = header.fields
    found = list(problems)
    if fields["check_out"] is None:
        found.append(problem("W_VISIT_OPEN", customer=fields["customer"]))
    elif fields["check_out"].ts_ms < fields["check_in"].ts_ms:
        found.append(problem("W_CLOCK", customer=fields["customer"]))
    return VisitDraft(header, lines, tuple(found), deleted, **fields)


def _build_receipt(header: ReadRecord, lines: _Lines, problems: _Problems, deleted: bool) -> Draft:
    fields = header.fields
    received = tuple(
        ReceivedLine(*(record.fields[name] for name in ReceivedLine.__dataclass_fields__))
        for record in lines
    )
    found = list(problems)
    if fields["lines"] != len(lines):
        found.append(problem("E_LINES_MISSING", lines=fields["lines"] - len(lines)))
    return ReceiptDraft(
        header, lines, tuple(found), deleted, fields["supplier"], fields["place"], received
    )


def _build_return(header: ReadRecord, lines: _Lines, problems: _Problems, deleted: bool) -> Draft:
    names = ("product", "lot", "expiry", "qty_base", "reason", "condition")
    returned = tuple(
        ReturnedLine(line_no, *(record.fields[name] for name in names))
        for line_no, record in enumerate(lines, start=1)
    )
    found = list(problems)
    if not 1 <= len(returned) <= MAX_RETURN_LINES:
        found.append(problem("E_RET_LINES", lines=len(returned), limit=MAX_RETURN_LINES))
    return ReturnDraft(header, lines, tuple(found), deleted, lines=returned, **header.fields)


def _build_empties(header: ReadRecord, lines: _Lines, problems: _Problems, deleted: bool) -> Draft:
    return EmptiesDraft(header, lines, problems, deleted, **header.fields)


def _build_bad_line(header: ReadRecord, lines: _Lines, problems: _Problems, deleted: bool) -> Draft:
    told = {name: header.fields[name] for name in ("number", "column", "text")}
    fault = header.fields["reason"]
    found = problem("E_LINE", f"line {told['number']}", line_fault=fault, **told)
    return OtherDraft(header, lines, (*problems, found), deleted)


def _build_other(header: ReadRecord, lines: _Lines, problems: _Problems, deleted: bool) -> Draft:
    return OtherDraft(header, lines, problems, deleted)


_BUILDERS: Mapping[int, Callable[[ReadRecord, _Lines, _Problems, bool], Draft]] = MappingProxyType(
    {
        10: _build_order,
        12: _build_delivery,
        14: _build_return,
        16: _build_count,
        20: _build_visit,
        33: _build_empties,
        BAD_LINE: _build_bad_line,
        RECEIPT: _build_receipt,
    }
)
