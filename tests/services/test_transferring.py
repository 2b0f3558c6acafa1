"""Goods that go between places of our own."""

import pytest

from app.errors import NotFound, RuleBroken
from app.services.office import Office
from app.services.reversing import reverse
from app.services.transferring import Transfer, TransferredLine, transfer_goods
from tests.support.offices import KEEPER
from tests.support.trades import assert_sound, stock_of

BACK = Transfer("WH1", "VAN1", (TransferredLine("HX500", 24, "L2604A"),), note="reload")


def test_the_goods_change_their_place_and_nothing_else(office: Office) -> None:
    number = transfer_goods(office, KEEPER, BACK)
    assert "-TR-" in number
    assert (stock_of(office, "WH1"), stock_of(office, "VAN1")) == (576, 24)
    assert_sound(office)


def test_a_transfer_is_reversed_like_every_paper(office: Office) -> None:
    number = transfer_goods(office, KEEPER, BACK)
    reverse(office, KEEPER, number, "wrong van")
    assert (stock_of(office, "WH1"), stock_of(office, "VAN1")) == (600, 0)
    assert_sound(office)


@pytest.mark.parametrize(
    ("transfer", "rule"),
    [
        (Transfer("WH1", "VAN1", ()), "no-lines"),
        (Transfer("WH1", "VAN1", (TransferredLine("HX500", 0, "L2604A"),)), "move"),
        (Transfer("WH1", "WH1", (TransferredLine("HX500", 1, "L2604A"),)), "move"),
        (Transfer("WH1", "VAN1", (TransferredLine("HX500", 101, "L2604A"),)), "negative-stock"),
        (Transfer("VAN1", "WH1", (TransferredLine("HX500", 1, "L2604A"),)), "negative-stock"),
    ],
)
def test_what_cannot_be_moved_is_refused_whole(
    office: Office, transfer: Transfer, rule: str
) -> None:
    with pytest.raises(RuleBroken) as refused:
        transfer_goods(office, KEEPER, transfer)
    assert refused.value.rule == rule
    assert (stock_of(office, "WH1"), stock_of(office, "VAN1")) == (600, 0)
    assert_sound(office)


@pytest.mark.parametrize(
    "transfer",
    [
        Transfer("NOWHERE", "VAN1", BACK.lines),
        Transfer("WH1", "NOWHERE", BACK.lines),
        Transfer("WH1", "VAN1", (TransferredLine("HX999", 1),)),
        Transfer("WH1", "VAN1", (TransferredLine("HX500", 1, "L9999X"),)),
    ],
)
def test_an_unknown_code_is_named(office: Office, transfer: Transfer) -> None:
    with pytest.raises(NotFound):
        transfer_goods(office, KEEPER, transfer)
