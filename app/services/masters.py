"""Master data: the branch itself, and everything that has a code."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date

from app.domain.pricing import ApplyMode, Rule, RuleKind, check_rule
from app.domain.quantity import Packing
from app.domain.rights import Actor, Right
from app.errors import RuleBroken
from app.services.journal import Step, journaled
from app.services.office import Office
from app.storage.queries.directory import find_branch
from app.storage.store.master_data import (
    Asset,
    Branch,
    CreditPolicy,
    Party,
    PastSale,
    Person,
    Place,
    PriceList,
    Product,
    Profile,
    PromotionTerms,
    Reason,
    Route,
    Target,
    Territory,
    TerritoryAssignment,
    Vehicle,
)


@dataclass(frozen=True, slots=True)
class Customer:
    """A party together with how it is served."""

    party: Party
    profile: Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class MasterData:
    """What one command puts; everything refers to everything else by code."""

    people: tuple[Person, ...] = ()
    vehicles: tuple[Vehicle, ...] = ()
    parties: tuple[Party, ...] = ()
    routes: tuple[Route, ...] = ()
    customers: tuple[Customer, ...] = ()
    products: tuple[Product, ...] = ()
    packings: tuple[tuple[str, Packing], ...] = ()
    price_lists: tuple[PriceList, ...] = ()
    places: tuple[Place, ...] = ()
    reasons: tuple[Reason, ...] = ()
    territories: tuple[Territory, ...] = ()
    assignments: tuple[TerritoryAssignment, ...] = ()
    credit: tuple[CreditPolicy, ...] = ()
    promotions: tuple[PromotionTerms, ...] = ()
    assets: tuple[Asset, ...] = ()
    targets: tuple[Target, ...] = ()
    past_sales: tuple[PastSale, ...] = ()


def found_branch(office: Office, actor: Actor, number: int, branch: Branch) -> Office:
    """Make branch `number` (1..9999) and return the office that works for it.

    Raises RuleBroken("branch-exists") when the database holds that branch already.
    """
    actor.require(Right.ADMINISTER)
    if number in office.database.branches():
        raise RuleBroken("branch-exists", branch=number)
    founded = replace(office, database=office.database.of_branch(number))
    with journaled(
        founded,
        actor,
        "found_branch",
        first=lambda store: store.masters.put_branch(branch),
        number=number,
        branch=branch,
    ):
        pass
    return founded


def change_branch(office: Office, actor: Actor, branch: Branch) -> None:
    """Replace what is known about the branch.

    Raises RuleBroken("day-reopened") when days that are closed would be open again.
    """
    actor.require(Right.ADMINISTER)
    with journaled(office, actor, "change_branch", branch=branch) as step:
        closed = find_branch(step.store.reader).closed_through
        if closed is not None and (branch.closed_through or date.min) < closed:
            raise RuleBroken("day-reopened", closed_through=closed)
        step.store.masters.put_branch(branch)


def put_masters(office: Office, actor: Actor, data: MasterData) -> None:
    """Make or change every row of `data`, all or none.

    Raises NotFound when a row refers to a code that is nowhere, RuleBroken for packings that do
    not fit together.
    """
    actor.require(Right.MASTERS)
    with journaled(office, actor, "put_masters", data=data) as step:
        _put(step, data)


def _put(step: Step, data: MasterData) -> None:
    masters, terms = step.store.masters, step.store.terms
    for territory in data.territories:
        terms.put_territory(territory)
    for person in data.people:
        masters.put_person(person)
    for vehicle in data.vehicles:
        masters.put_vehicle(vehicle)
    for party in (*data.parties, *(customer.party for customer in data.customers)):
        masters.put_party(party)
    for route in data.routes:
        masters.put_route(route)
    for customer in data.customers:
        masters.put_customer(customer.party, customer.profile)
    for product in data.products:
        masters.put_product(product)
    for code, packing in data.packings:
        masters.put_packing(code, packing)
    for price_list in data.price_lists:
        masters.put_price_list(price_list)
    for place in data.places:
        masters.put_place(place)
    for reason in data.reasons:
        masters.put_reason(reason)
    _put_terms(step, data)


def _put_terms(step: Step, data: MasterData) -> None:
    terms = step.store.terms
    for assignment in data.assignments:
        terms.put_assignment(assignment)
    for credit in data.credit:
        terms.put_credit(credit)
    for promotion in data.promotions:
        check_promotion(promotion)
        terms.put_promotion(promotion)
    for asset in data.assets:
        terms.put_asset(asset)
    if data.targets:
        terms.put_targets(data.targets)
    if data.past_sales:
        terms.put_past_sales(data.past_sales)


def check_promotion(promotion: PromotionTerms) -> None:
    """Raises RuleBroken("promotion-rule") for a rule that lacks a figure or makes no sense."""
    for rule_no, rule in enumerate(promotion.rules, start=1):
        try:
            values = json.loads(rule.params)
            needs, gives = values.pop("needs", {}), values.pop("gives", "")
            kind, mode = RuleKind(rule.kind), ApplyMode(rule.apply_mode)
            made = Rule(rule_no, kind, values, mode, gives, needs)
            fits = all(isinstance(each, int) for each in (*values.values(), *needs.values()))
        except (ValueError, AttributeError, TypeError):
            fits = False
        if not fits:
            raise RuleBroken("promotion-rule", rule_no=rule_no, kind=rule.kind, names=[rule.params])
        check_rule(made)
