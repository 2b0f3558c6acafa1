"""Goods that come in, go between places, and are lost: each on its own paper."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from app.domain.rights import Actor
from app.errors import NotFound, RuleBroken
from app.services.office import Office
from app.services.replaying import replay
from app.services.reversing import reverse
from app.services.stocking.receipts import Arrival, ArrivedLine, close_claim, receive_arrival
from app.services.stocking.transfers import receive_transfer, ship_transfer
from app.services.stocking.write_offs import Loss, LostLine, approve_write_off, write_off
from app.services.transferring import Transfer, TransferredLine
from app.storage.queries.stock_papers import (
    claims,
    in_transit,
    receipt_lines,
    write_offs_waiting,
)
from tests.support.offices import CLERK, KEEPER
from tests.support.trades import assert_sound, stock_of

CHIEF = Actor.everything("chief")
LINE = ArrivedLine("HX500", 228, expected=240, lot="L2606A", produced=date(2026, 5, 30))


def arrive(office: Office, *lines: ArrivedLine, **more: object) -> str:
    arrival = Arrival("SUP1", "WH1", lines, asn_no="ASN-7", **more)  # type: ignore[arg-type]
    return receive_arrival(office, KEEPER, arrival)


def test_what_is_short_rejected_or_too_much_is_told_apart(office: Office) -> None:
    before = stock_of(office, "WH1"), stock_of(office, "WH1", "XG330")
    number = arrive(
        office,
        LINE,
        ArrivedLine("XG330", 66, expected=60, rejected=2, reason="DMG"),
    )
    assert stock_of(office, "WH1") == before[0] + 228
    assert stock_of(office, "WH1", "XG330") == before[1] + 60
    assert stock_of(office, "QUARANTINE", "XG330") == 4
    with office.database.read() as reader:
        rows = receipt_lines(reader, number)
        open_now = {(each.kind, each.product_code): each.qty for each in claims(reader)}
    assert [(row.short, row.rejected, row.oversupply) for row in rows] == [(12, 0, 0), (0, 2, 4)]
    assert open_now == {("short", "HX500"): 12, ("damaged", "XG330"): 2, ("oversupply", "XG330"): 4}
    assert_sound(office)


def test_a_claim_is_closed_once_with_how_it_ended(office: Office) -> None:
    arrive(office, LINE)
    with office.database.read() as reader:
        (claim,) = claims(reader)
    with pytest.raises(RuleBroken, match="reason-missing"):
        close_claim(office, KEEPER, claim.id, " ")
    close_claim(office, KEEPER, claim.id, "credited")
    with pytest.raises(NotFound):
        close_claim(office, KEEPER, claim.id, "again")
    with office.database.read() as reader:
        assert claims(reader) == ()
        assert claims(reader, "closed")[0].note == "credited"


def test_a_tolerance_lets_a_little_more_in(office: Office) -> None:
    before = stock_of(office, "WH1", "XG330")
    arrive(office, ArrivedLine("XG330", 63, expected=60), tolerance=3)
    assert stock_of(office, "WH1", "XG330") == before + 63


def test_arrivals_that_cannot_be_are_refused(office: Office) -> None:
    for lines, rule in (
        ((), "no-lines"),
        ((replace(LINE, rejected=1),), "reason-missing"),
        ((replace(LINE, rejected=999, reason="DMG"),), "receipt"),
    ):
        with pytest.raises(RuleBroken) as caught:
            arrive(office, *lines)
        assert caught.value.rule == rule
    with pytest.raises(NotFound):
        receive_arrival(office, KEEPER, Arrival("NOBODY", "WH1", (LINE,)))
    with pytest.raises(NotFound):
        receive_arrival(office, KEEPER, Arrival("SUP1", "NOWHERE", (LINE,)))
    with pytest.raises(NotFound):
        arrive(office, replace(LINE, product="NOTHING"))


def send(office: Office, qty: int = 60) -> str:
    lines = (TransferredLine("HX500", qty, "L2604A"),)
    return ship_transfer(office, KEEPER, Transfer("WH1", "VAN1", lines))


def test_goods_are_in_transit_until_they_arrive(office: Office) -> None:
    number = send(office)
    assert (stock_of(office, "TRANSIT"), stock_of(office, "VAN1")) == (60, 0)
    with office.database.read() as reader:
        (row,) = in_transit(reader)
    assert (row.number, row.source_code, row.target_code, row.shipped) == (
        number,
        "WH1",
        "VAN1",
        60,
    )
    assert receive_transfer(office, KEEPER, number, {}) == 0
    assert (stock_of(office, "TRANSIT"), stock_of(office, "VAN1")) == (0, 60)
    with pytest.raises(RuleBroken, match="transition"):
        receive_transfer(office, KEEPER, number, {})
    reverse(office, CHIEF, number, "sent by mistake")
    assert stock_of(office, "VAN1") == 0
    assert_sound(office)


def test_what_was_lost_on_the_way_takes_a_reason_and_a_second_person(office: Office) -> None:
    number = send(office)
    with pytest.raises(RuleBroken, match="reason-missing"):
        receive_transfer(office, CHIEF, number, {"1": 48})
    with pytest.raises(RuleBroken, match="approver-is-author"):
        receive_transfer(office, KEEPER, number, {"1": 48}, "fell off")
    with pytest.raises(RuleBroken, match="move"):
        receive_transfer(office, CHIEF, number, {"1": 61}, "more")
    assert receive_transfer(office, CHIEF, number, {"1": 48}, "fell off") == 12
    assert (stock_of(office, "VAN1"), stock_of(office, "LOSS")) == (48, 12)
    assert_sound(office)


def test_transfers_that_cannot_be_are_refused(office: Office) -> None:
    with pytest.raises(RuleBroken, match="no-lines"):
        ship_transfer(office, KEEPER, Transfer("WH1", "VAN1", ()))
    with pytest.raises(RuleBroken, match="negative-stock"):
        send(office, 101)
    with pytest.raises(NotFound):
        ship_transfer(
            office, KEEPER, Transfer("WH1", "VAN1", (TransferredLine("HX500", 1, "NEVER"),))
        )
    with pytest.raises(NotFound):
        receive_transfer(office, KEEPER, "0127-TR-2606-000099-9", {})


def lose(office: Office, qty: int, **more: object) -> object:
    lines = (LostLine("HX500", qty, "DMG", "L2605A"),)
    return write_off(office, KEEPER, Loss("WH1", lines, **more))  # type: ignore[arg-type]


def test_a_little_is_written_off_alone_and_much_by_two(office: Office) -> None:
    small = write_off(office, KEEPER, Loss("WH1", (LostLine("HX500", 12, "DMG", "L2605A"),)))
    assert (small.value_fen, "-WO-" in small.number) == (5350, True)
    big = write_off(office, KEEPER, Loss("WH1", (LostLine("HX500", 240, "DMG", "L2605A"),)))
    assert (big.value_fen, big.number) == (107000, "")
    assert stock_of(office, "LOSS") == 12
    with office.database.read() as reader:
        assert write_offs_waiting(reader) == ((big.key, "keeper", 107000),)
    with pytest.raises(RuleBroken, match="approver-is-author"):
        approve_write_off(office, KEEPER, big.key)
    number = approve_write_off(office, CHIEF, big.key)
    with pytest.raises(RuleBroken, match="transition"):
        approve_write_off(office, CHIEF, big.key)
    assert stock_of(office, "LOSS") == 252
    reverse(office, CHIEF, number, "found again")
    assert stock_of(office, "LOSS") == 12
    assert_sound(office)


def test_tasting_goes_to_consumption(office: Office) -> None:
    lose(office, 6, target="consumption")
    assert stock_of(office, "CONSUMPTION") == 6


def test_write_offs_that_cannot_be_are_refused(office: Office) -> None:
    with pytest.raises(RuleBroken, match="no-lines"):
        write_off(office, KEEPER, Loss("WH1", ()))
    with pytest.raises(RuleBroken, match="reason-missing"):
        write_off(office, KEEPER, Loss("WH1", (LostLine("HX500", 1, " ", "L2605A"),)))
    with pytest.raises(RuleBroken, match="negative-stock"):
        write_off(office, KEEPER, Loss("WH1", (LostLine("XG330", 1, "DMG"),)))
    with pytest.raises(NotFound):
        lose(office, 1, target="kitchen")
    with pytest.raises(NotFound):
        approve_write_off(office, CHIEF, small_key(office))


def small_key(office: Office) -> object:
    number = send(office)
    with office.database.read() as reader:
        (row,) = in_transit(reader)
    assert row.number == number
    return row.document_id


def test_6_6_four_lines_of_a_product_are_held_against_what_is_there_together(
    office: Office,
) -> None:
    """Features 6.6: three in stock, four lines of the same product."""
    lines = tuple(LostLine("HX500", 26, "DMG", "L2604A") for _ in range(4))
    with pytest.raises(RuleBroken, match="negative-stock"):
        write_off(office, KEEPER, Loss("WH1", lines))
    assert stock_of(office, "LOSS") == 0


def test_the_archive_alone_makes_the_same_papers(office: Office, new_url: object) -> None:
    arrive(office, LINE)
    number = send(office)
    receive_transfer(office, CHIEF, number, {"1": 48}, "fell off")
    big = write_off(office, KEEPER, Loss("WH1", (LostLine("HX500", 240, "DMG", "L2605A"),)))
    approve_write_off(office, CHIEF, big.key)
    with office.database.read() as reader:
        close_claim(office, KEEPER, claims(reader)[0].id, "credited")
    assert replay(office, CLERK, new_url(empty=True)).differing == ()  # type: ignore[operator]
