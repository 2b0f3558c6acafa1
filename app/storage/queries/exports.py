"""The books as tables, with the columns that imports know."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Select, or_, select

from app.domain.numbering import DocumentKind
from app.storage.queries.joins import meets
from app.storage.reader import Reader
from app.storage.tables import (
    asset,
    credit_policy,
    customer_profile,
    document,
    document_line,
    location,
    lot,
    packing,
    party,
    past_sale,
    person,
    price_item,
    price_list,
    product,
    promotion,
    promotion_rule,
    reason,
    route,
    route_stop,
    sales_order,
    stock_move,
    target,
    territory,
    vehicle,
)

Row = dict[str, Any]
_AT_ONCE = 5_000


def rows_of(reader: Reader, kind: str, day: date) -> Iterator[Row]:
    """Rows of a kind by their codes; what holds from a day on, as it holds on `day`."""
    return _SOURCES[kind](reader, day)


def _plain(reader: Reader, query: Select[Any]) -> Iterator[Row]:
    for row in reader.connection.execute(query.execution_options(yield_per=_AT_ONCE)):
        yield dict(row._mapping)


def _products(reader: Reader, _day: date) -> Iterator[Row]:
    query = (
        select(product, packing.c.code.label("base_packing"), packing.c.gtin.label("gtin"))
        .join(packing, meets(packing.c.product_id, product))
        .where(product.c.branch_id == reader.branch_id, packing.c.factor == 1)
        .order_by(product.c.code)
    )
    return _plain(reader, query)


def _packings(reader: Reader, _day: date) -> Iterator[Row]:
    query = (
        select(packing, product.c.code.label("product"))
        .join(product, meets(packing.c.product_id, product))
        .where(packing.c.branch_id == reader.branch_id)
        .order_by(product.c.code, packing.c.factor, packing.c.code)
    )
    return _plain(reader, query)


def _customers(reader: Reader, day: date) -> Iterator[Row]:
    profile, supplier, payer = customer_profile.c, party.alias(), party.alias()
    query = (
        select(
            party,
            *(
                profile[name]
                for name in (
                    "valid_from", "customer_type", "service_mode", "price_group", "language",
                    "min_remaining_days", "pay_terms_days", "tier", "grade", "visits_per_month",
                )
            ),
            person.c.code.label("salesperson"),
            route.c.code.label("route"),
            supplier.c.code.label("wholesaler"),
            territory.c.code.label("territory"),
            payer.c.code.label("bill_to"),
        )
        .join(customer_profile, meets(profile.party_id, party))
        .outerjoin(person, meets(profile.salesperson_id, person))
        .outerjoin(route, meets(profile.route_id, route))
        .outerjoin(supplier, meets(profile.wholesaler_id, supplier))
        .outerjoin(territory, meets(profile.territory_id, territory))
        .outerjoin(payer, meets(profile.bill_to_id, payer))
        .where(
            party.c.branch_id == reader.branch_id,
            profile.valid_from <= day,
            or_(profile.valid_to.is_(None), profile.valid_to > day),
        )
        .order_by(party.c.code)
    )  # fmt: skip
    return _plain(reader, query)


def _suppliers(reader: Reader, _day: date) -> Iterator[Row]:
    query = select(party).where(party.c.branch_id == reader.branch_id, party.c.supplier)
    return _plain(reader, query.order_by(party.c.code))


def _routes(reader: Reader, _day: date) -> Iterator[Row]:
    stops: dict[Any, list[str]] = {}
    of_stop = (
        select(route_stop.c.route_id, party.c.code)
        .join(party, meets(route_stop.c.party_id, party))
        .where(route_stop.c.branch_id == reader.branch_id)
        .order_by(route_stop.c.route_id, route_stop.c.stop_seq)
    )
    for row in reader.rows(of_stop):
        stops.setdefault(row.route_id, []).append(row.code)
    query = (
        select(route, person.c.code.label("person"), vehicle.c.code.label("vehicle"))
        .outerjoin(person, meets(route.c.person_id, person))
        .outerjoin(vehicle, meets(route.c.vehicle_id, vehicle))
        .where(route.c.branch_id == reader.branch_id)
        .order_by(route.c.code)
    )
    for found in _plain(reader, query):
        yield found | {"stops": tuple(stops.get(found["id"], ()))}


def _prices(reader: Reader, _day: date) -> Iterator[Row]:
    lists = price_list.c
    query = (
        select(
            lists.code.label("list"),
            lists.name.label("list_name"),
            lists.kind.label("list_kind"),
            lists.valid_from,
            lists.valid_to,
            lists.priority,
            lists.price_group,
            party.c.code.label("customer"),
            territory.c.code.label("territory"),
            product.c.code.label("product"),
            packing.c.code.label("packing"),
            price_item.c.price_fen,
            price_item.c.min_price_fen,
        )
        .join(price_item, meets(price_item.c.list_id, price_list))
        .join(product, meets(price_item.c.product_id, product))
        .join(packing, meets(price_item.c.packing_id, packing))
        .outerjoin(party, meets(lists.party_id, party))
        .outerjoin(territory, meets(lists.territory_id, territory))
        .where(lists.branch_id == reader.branch_id, lists.active)
        .order_by(lists.code, product.c.code, packing.c.code)
    )
    return _plain(reader, query)


def _promotions(reader: Reader, _day: date) -> Iterator[Row]:
    query = (
        select(
            promotion,
            promotion_rule.c.kind.label("rule"),
            promotion_rule.c.params,
            promotion_rule.c.apply_mode,
        )
        .join(promotion_rule, meets(promotion_rule.c.promotion_id, promotion))
        .where(promotion.c.branch_id == reader.branch_id)
        .order_by(promotion.c.code, promotion_rule.c.rule_no)
    )
    return _plain(reader, query)


def _people(reader: Reader, _day: date) -> Iterator[Row]:
    query = select(person).where(person.c.branch_id == reader.branch_id).order_by(person.c.code)
    for row in _plain(reader, query):
        yield row | {"roles": tuple(filter(None, row["roles"].split(",")))}


def _coded(table: Any, **references: tuple[str, Any]) -> Callable[[Reader, date], Iterator[Row]]:
    """A table with its codes; a reference is shown by the code of what it refers to."""

    def rows(reader: Reader, _day: date) -> Iterator[Row]:
        others = {name: (table.c[column], to.alias()) for name, (column, to) in references.items()}
        query = select(table, *(to.c.code.label(name) for name, (_, to) in others.items()))
        for column, to in others.values():
            query = query.outerjoin(to, meets(column, to))
        query = query.where(table.c.branch_id == reader.branch_id)
        order = table.c.code if "code" in table.c else table.c.id
        return _plain(reader, query.order_by(order))

    return rows


def _credit(reader: Reader, _day: date) -> Iterator[Row]:
    query = (
        select(credit_policy, party.c.code.label("customer"))
        .join(party, meets(credit_policy.c.party_id, party))
        .where(credit_policy.c.branch_id == reader.branch_id)
        .order_by(party.c.code, credit_policy.c.valid_from)
    )
    return _plain(reader, query)


def _targets(reader: Reader, _day: date) -> Iterator[Row]:
    query = (
        select(target, person.c.code.label("person"), party.c.code.label("customer"))
        .outerjoin(person, meets(target.c.person_id, person))
        .outerjoin(party, meets(target.c.party_id, party))
        .where(target.c.branch_id == reader.branch_id)
        .order_by(
            target.c.period, person.c.code, party.c.code, target.c.product_group, target.c.measure
        )
    )
    return _plain(reader, query)


def _past_sales(reader: Reader, _day: date) -> Iterator[Row]:
    query = (
        select(past_sale, party.c.code.label("customer"), product.c.code.label("product"))
        .join(party, meets(past_sale.c.party_id, party))
        .join(product, meets(past_sale.c.product_id, product))
        .where(past_sale.c.branch_id == reader.branch_id)
        .order_by(past_sale.c.day, party.c.code, product.c.code)
    )
    return _plain(reader, query)


def _imported(reader: Reader, *, opening: bool) -> Iterator[Row]:
    """Moves that were imported, as they were: reference and line stand in front of the remark."""
    move, source, goal = stock_move.c, location.alias(), location.alias()
    query = (
        select(
            document_line.c.remark,
            source.c.code.label("source"),
            source.c.kind.label("from_kind"),
            goal.c.code.label("target"),
            goal.c.code.label("place"),
            product.c.code.label("product"),
            move.qty,
            move.business_date.label("day"),
            lot.c.code.label("lot"),
            lot.c.production_date.label("produced"),
            lot.c.expiry_date.label("expiry"),
        )
        .join(document_line, meets(move.line_id, document_line))
        .join(document, meets(document_line.c.document_id, document))
        .join(product, meets(move.product_id, product))
        .join(source, meets(move.source_id, source))
        .join(goal, meets(move.target_id, goal))
        .outerjoin(lot, meets(move.lot_id, lot))
        .where(
            move.branch_id == reader.branch_id,
            document.c.kind == DocumentKind.IM.value,
            move.reason == "imported",
        )
        .order_by(document.c.number_yymm, document.c.number_seq, document_line.c.line_no)
    )
    for row in _plain(reader, query):
        reference, line, *why = row["remark"].split(" ", 2)
        if (row["from_kind"] == "adjustment") is opening:
            yield row | {"reference": reference, "line": int(line), "reason": " ".join(why) or None}


def _orders(reader: Reader, _day: date) -> Iterator[Row]:
    query = (
        select(
            document.c.note,
            party.c.code.label("customer"),
            sales_order.c.wanted_date.label("wanted"),
            product.c.code.label("product"),
            document_line.c.packs,
            document_line.c.qty,
            packing.c.code.label("packing"),
            packing.c.factor,
            sales_order.c.payment_mode.label("payment"),
        )
        .select_from(document)
        .join(sales_order, meets(sales_order.c.document_id, document))
        .join(document_line, meets(document_line.c.document_id, document))
        .join(party, meets(document.c.party_id, party))
        .join(product, meets(document_line.c.product_id, product))
        .join(packing, meets(document_line.c.packing_id, packing))
        .where(
            document.c.branch_id == reader.branch_id,
            sales_order.c.origin == "host",
            ~document_line.c.free,
        )
        .order_by(document.c.number_yymm, document.c.number_seq, document_line.c.line_no)
    )
    for row in _plain(reader, query):
        reference, *note = row["note"].split(" ", 1)
        loose = row["qty"] - row["packs"] * row["factor"]
        quantity = f"{row['packs']}{row['packing']}" + (f"+{loose}" if loose else "")
        yield row | {"reference": reference, "note": " ".join(note) or None, "quantity": quantity}


_SOURCES: Mapping[str, Callable[[Reader, date], Iterator[Row]]] = {
    "products": _products,
    "packings": _packings,
    "customers": _customers,
    "suppliers": _suppliers,
    "routes": _routes,
    "prices": _prices,
    "promotions": _promotions,
    "people": _people,
    "vehicles": _coded(vehicle),
    "places": _coded(location, party=("party_id", party), vehicle=("vehicle_id", vehicle)),
    "territories": _coded(territory, parent=("parent_id", territory)),
    "reasons": _coded(reason),
    "credit": _credit,
    "assets": _coded(asset, customer=("party_id", party)),
    "targets": _targets,
    "sales-history": _past_sales,
    "opening-stock": lambda reader, _day: _imported(reader, opening=True),
    "stock-moves": lambda reader, _day: _imported(reader, opening=False),
    "orders": _orders,
}
