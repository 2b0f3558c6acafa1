"""Which place a device gets, and what becomes of the one that had it before."""

from pathlib import Path
from typing import Any

import pytest

from app.clock import FixedClock
from app.errors import NotFound, PortError, RuleBroken
from app.services import pairing
from app.services.docking import dock
from app.services.office import Office
from app.services.pairing import Code, Device, Seat, make_code, pair, trust
from app.services.terminals import (
    TerminalFacts,
    assign,
    enrol,
    list_terminals,
    note_terminal,
    report_lost,
    revoke,
)
from app.storage.queries.terminals import RegistryRow
from drivers.contract import Applicant
from tests.support.credentials import certificate
from tests.support.offices import CLERK
from tests.support.terminals import Handheld, start_handheld
from tests.support.trades import assert_sound


def device(name: str, epoch: int = 0) -> Device:
    return Device(certificate(name).hex(), epoch=epoch, serial=name)


def row_of(office: Office, number: int) -> RegistryRow:
    return next(row for row in list_terminals(office, CLERK) if row.terminal_no == number)


def test_an_epoch_belongs_to_one_device(office: Office) -> None:
    assert trust(office, CLERK, Seat(3), device("one"), "file").epoch == 1
    assert trust(office, CLERK, Seat(3), device("one"), "file").epoch == 1
    assert trust(office, CLERK, Seat(3), device("two"), "file").epoch == 2
    assert trust(office, CLERK, Seat(3), device("one"), "file").epoch == 3
    assert row_of(office, 3).paired
    assert_sound(office)


def test_a_device_is_one_terminal_only(office: Office) -> None:
    trust(office, CLERK, Seat(3), device("one"), "file")
    with pytest.raises(RuleBroken) as caught:
        trust(office, CLERK, Seat(4), device("one"), "file")
    assert (caught.value.rule, caught.value.fields["terminal"]) == ("device-elsewhere", 3)


@pytest.mark.parametrize("text", ["", "00", "30820100"])
def test_what_is_no_certificate_is_not_trusted(office: Office, text: str) -> None:
    with pytest.raises(RuleBroken) as caught:
        trust(office, CLERK, Seat(3), Device(text), "file")
    assert caught.value.rule == "certificate-unfit"


def test_a_lost_terminals_epoch_is_its_papers(office: Office) -> None:
    enrol(office, CLERK, 3)
    report_lost(office, CLERK, 3, "fell into the river")
    paper = row_of(office, 3).epoch
    assert trust(office, CLERK, Seat(3), device("new", epoch=paper), "file").epoch == paper + 1
    assert row_of(office, 3).status == "active"
    assert_sound(office)


def test_locking_out_needs_a_reason_and_a_terminal(office: Office) -> None:
    trust(office, CLERK, Seat(3), device("one"), "file")
    with pytest.raises(RuleBroken):
        revoke(office, CLERK, 3, " ")
    with pytest.raises(NotFound):
        revoke(office, CLERK, 9, "sold")
    revoke(office, CLERK, 3, "sold")
    row = row_of(office, 3)
    assert (row.status, row.paired) == ("revoked", False)
    assert_sound(office)


def test_a_person_and_a_route_are_known_ones(office: Office) -> None:
    enrol(office, CLERK, 3)
    with pytest.raises(NotFound):
        assign(office, CLERK, 3, "NOBODY", "")
    with pytest.raises(NotFound):
        assign(office, CLERK, 3, "", "NOWHERE")
    with pytest.raises(NotFound):
        trust(office, CLERK, Seat(3, "NOBODY"), device("one"), "file")


def unpaired(folder: Path, wish: str) -> Handheld:
    return start_handheld(folder, device=None, pair=wish, scenario="empty")


def test_a_route_belongs_to_one_terminal(office: Office) -> None:
    trust(office, CLERK, Seat(3, "", "R01"), device("one"), "file")
    with pytest.raises(RuleBroken) as caught:
        trust(office, CLERK, Seat(4, "", "R01"), device("two"), "file")
    assert (caught.value.rule, caught.value.fields["terminal"]) == ("route-taken", 3)


def test_who_was_assigned_stays_whoever_docks(office: Office) -> None:
    enrol(office, CLERK, 3)
    note_terminal(office, CLERK, 3, TerminalFacts(1, "one", person="P01"))
    assert row_of(office, 3).person_code == "P01"
    note_terminal(office, CLERK, 3, TerminalFacts(1, "one", person="P99"))
    assert row_of(office, 3).person_code == "P01"
    assert_sound(office)


@pytest.mark.parametrize(("code", "is_trusted"), [("pairing_failed", False), ("link_lost", True)])
def test_a_device_that_says_no_at_last_is_not_trusted(
    office: Office, monkeypatch: pytest.MonkeyPatch, code: str, is_trusted: bool
) -> None:
    def agree_and_fail(*arguments: Any) -> None:
        decide = arguments[4]
        decide(Applicant(certificate("one"), 0, 0, 0, 0, "one", "", ""), None)
        raise PortError(code, retry_helps=True, port="a port")

    monkeypatch.setattr(pairing, "_pair_once", agree_and_fail)
    with pytest.raises(PortError):
        pair(office, CLERK, "a port", Seat(7), code=make_code(office, CLERK))
    assert row_of(office, 7).paired is is_trusted
    assert_sound(office)


def test_a_device_is_paired_by_the_code_that_it_scanned(office: Office, tmp_path: Path) -> None:
    code = make_code(office, CLERK)
    handheld = unpaired(tmp_path, code.text)
    try:
        place = pair(office, CLERK, handheld.port, Seat(7), code=code)
        assert (place.terminal, place.epoch) == (7, 1)
        said = handheld.summary()["paired"]
        assert (said["terminal"], said["epoch"]) == (7, 1)
        assert dock(office, CLERK, handheld.port).state == "done"
    finally:
        handheld.stop()
    assert_sound(office)


def test_digits_that_a_person_compares_pair_too(office: Office, tmp_path: Path) -> None:
    handheld = unpaired(tmp_path, "digits")
    shown: list[str] = []
    try:
        pair(office, CLERK, handheld.port, Seat(7), confirm=lambda digits: not shown.append(digits))
        assert handheld.summary() == {"digits": shown[0]}
        assert dock(office, CLERK, handheld.port).state == "done"
    finally:
        handheld.stop()


def test_a_person_who_says_no_pairs_nobody(office: Office, tmp_path: Path) -> None:
    handheld = unpaired(tmp_path, "digits")
    try:
        with pytest.raises(RuleBroken) as caught:
            pair(office, CLERK, handheld.port, Seat(7))
        assert caught.value.rule == "pairing-refused"
    finally:
        handheld.stop()
    assert list_terminals(office, CLERK) == ()


def test_a_code_is_worth_something_for_five_minutes(office: Office, tmp_path: Path) -> None:
    made = make_code(office, CLERK)
    later = office.with_clock(FixedClock(made.until_ms + 1))
    handheld = unpaired(tmp_path, made.text)
    try:
        with pytest.raises(RuleBroken) as caught:
            pair(later, CLERK, handheld.port, Seat(7), code=Code(made.text, made.secret, 0))
        assert caught.value.rule == "pairing-expired"
    finally:
        handheld.stop()
