"""Checks products, packings and quantities of drafts where the products are known."""

from collections.abc import Callable, Sequence

from app.domain.counts import LineState
from app.domain.orders import OrderLine
from app.domain.problems import Problem, problem
from app.domain.quantity import Packings
from app.domain.records.drafts import CountedLine, DeliveredLine

PackingsOf = Callable[[str], Packings | None]
"""Packings of an active product by its code, None when there is no such product."""


def check_order_units(lines: Sequence[OrderLine], packings_of: PackingsOf) -> list[Problem]:
    """E_PROD, and E_UOM where packs times factor is not the quantity."""
    found = []
    for line in lines:
        where = f"line {line.line_no}"
        packings = packings_of(line.product)
        if packings is None:
            found.append(_unknown(where, line.product))
            continue
        packing = packings.find(line.packing)
        if packing is None or line.packs * packing.factor != line.qty_base:
            found.append(
                problem(
                    "E_UOM", where, product=line.product, packing=line.packing, packs=line.packs
                )
            )
    return found


def check_delivery_products(
    lines: Sequence[DeliveredLine], packings_of: PackingsOf
) -> list[Problem]:
    """E_PROD for each line of a product that is not known."""
    unknown = [line for line in lines if packings_of(line.product) is None]
    return [_unknown(f"line {line.line_no}", line.product) for line in unknown]


def check_count_units(lines: Sequence[CountedLine], packings_of: PackingsOf) -> list[Problem]:
    """E_PROD, and E_CNT_QTY where packs and loose units are not the quantity."""
    found = []
    for line in lines:
        where = f"line {line.line_no}"
        packings = packings_of(line.product)
        if packings is None:
            found.append(_unknown(where, line.product))
        elif line.state is not LineState.SKIPPED and not _adds_up(line, packings):
            found.append(problem("E_CNT_QTY", where, product=line.product))
    return found


def _adds_up(line: CountedLine, packings: Packings) -> bool:
    packing = packings.find(line.packing)
    if packing is None:
        return False
    return (line.packs or 0) * packing.factor + (line.loose or 0) == line.qty_base


def _unknown(where: str, product: str) -> Problem:
    return problem("E_PROD", where, product=product)
