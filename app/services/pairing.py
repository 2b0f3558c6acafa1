"""Pairing: a device becomes a terminal of this branch, and each keeps the other's key."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from app.domain.rights import Actor, Right
from app.errors import NotFound, PortError, RuleBroken
from app.services.desk_key import credentials
from app.services.journal import Step, journaled
from app.services.office import Office
from app.services.terminals import require_free
from app.storage.queries.directory import find_branch, persons_by_code, routes_by_code
from app.storage.reader import Reader
from app.storage.store.terminals import StoredTerminal
from drivers.contract import Applicant, Invitation, PairingDriver, Place
from drivers.errors import DriverError
from drivers.protocols.docking.introduction import SECRET_BYTES, qr_text
from drivers.protocols.docking.keys import device_id, is_certificate
from drivers.registry import driver_by_name, open_link

VALID_MS = 5 * 60 * 1000
MAX_NUMBER = 65_535

AGAIN_S = 1.0
_SAID_NO = frozenset({"pairing_failed", "peer_refused"})
_NOT_YET = frozenset({"not_paired", "port_missing", "peer_silent"})

Confirm = Callable[[str], bool]
"""A person compares the eight digits on both screens; may take its time."""


@dataclass(frozen=True, slots=True)
class Seat:
    """What a terminal is to become: its number, who carries it, on which route."""

    number: int
    person: str = ""
    route: str = ""


@dataclass(frozen=True, slots=True)
class Code:
    """What is shown to a terminal's scanner; worth nothing after `until_ms`, or once used."""

    text: str
    secret: bytes
    until_ms: int


@dataclass(frozen=True, slots=True)
class Device:
    """What a device says of itself when it asks; `certificate` is DER in hex."""

    certificate: str
    epoch: int = 0
    last_seq: int = 0
    serial: str = ""
    model: str = ""
    app_version: str = ""


def make_code(office: Office, actor: Actor) -> Code:
    """A code for one pairing."""
    actor.require(Right.PAIR)
    secret = secrets.token_bytes(SECRET_BYTES)
    text = qr_text(credentials(office).certificate, secret)
    return Code(text, secret, office.clock.now_ms() + VALID_MS)


def pair(
    office: Office,
    actor: Actor,
    port: str,
    seat: Seat,
    *,
    code: Code | None = None,
    confirm: Confirm = lambda _digits: False,
    driver: str = "tallydock",
    progress: Callable[[str, int, int], None] = lambda _stage, _done, _total: None,
) -> Place:
    """Pair the device at `port`: by the code that it has scanned, else by comparing digits.

    Asks the device again and again until it is ready to be paired, for as long as a code is worth
    anything; `progress` is called ("scan", 0, 0) meanwhile, and what it raises ends the waiting.
    A device that takes the number of another one replaces it: the other is trusted no more. If
    the line breaks after the desk agreed, the device stays trusted, since it may believe it too;
    if it says no then, it does not.
    Raises RuleBroken("pairing-expired", "pairing-refused", "terminal-number", "device-elsewhere"),
    NotFound for an unknown person or route, RuleBroken("route-taken"), PortError.
    """
    actor.require(Right.PAIR)
    with office.database.read() as reader:
        branch = find_branch(reader)
        _check_seat(reader, seat)
    places: list[Place] = []

    def decide(applicant: Applicant, digits: str | None) -> Place:
        if code is not None and office.clock.now_ms() > code.until_ms:
            raise RuleBroken("pairing-expired")
        if digits is not None and not confirm(digits):
            raise RuleBroken("pairing-refused")
        device = Device(
            applicant.certificate.hex(),
            applicant.epoch,
            applicant.last_seq,
            applicant.serial,
            applicant.model,
            applicant.app_version,
        )
        places.append(trust(office, actor, seat, device, "qr" if code else "code"))
        return places[-1]

    invitation = Invitation(branch.id, branch.name[:13], code.secret if code else b"")
    until_ms = code.until_ms if code else office.clock.now_ms() + VALID_MS
    while not places:
        try:
            _pair_once(office, port, driver, invitation, decide, progress)
        except PortError as error:
            if places and error.driver_code in _SAID_NO:
                withdraw(office, actor, seat.number, "not_agreed")
            is_over = places or office.clock.now_ms() > until_ms
            if is_over or error.driver_code not in _NOT_YET:
                raise
            progress("scan", 0, 0)
            time.sleep(AGAIN_S)
    return places[-1]


def _pair_once(
    office: Office,
    port: str,
    driver: str,
    invitation: Invitation,
    decide: Callable[[Applicant, str | None], Place],
    progress: Callable[[str, int, int], None],
) -> None:
    try:
        chosen = driver_by_name(driver, None, credentials(office))
        if not isinstance(chosen, PairingDriver):
            raise RuleBroken("no-pairing", driver=driver)
        with open_link(port, chosen.serial) as link:
            chosen.pair(link, invitation, decide, progress)
    except DriverError as error:
        fields = {"port": port} | error.fields
        raise PortError(error.code, retry_helps=error.retry_helps, **fields) from error


def trust(office: Office, actor: Actor, seat: Seat, device: Device, method: str) -> Place:
    """Believe this device from now on, and return its place.

    `method`: qr, code, or file for a certificate that came some other way. The epoch is the
    device's own if nobody had it before; another device under the same number begins a new one.
    Raises RuleBroken("terminal-number", "device-elsewhere", "certificate-unfit"), NotFound.
    """
    actor.require(Right.PAIR)
    with journaled(
        office,
        actor,
        "trust",
        subject=f"terminal {seat.number}",
        seat=seat,
        device=device,
        method=method,
    ) as step:
        _check_seat(step.store.reader, seat)
        certificate = bytes.fromhex(device.certificate)
        if not is_certificate(certificate):
            raise RuleBroken("certificate-unfit")
        name = device_id(certificate).hex()
        known_key = step.store.terminal_keys.find(name)
        if known_key is not None and known_key.terminal_no != seat.number:
            raise RuleBroken("device-elsewhere", terminal=known_key.terminal_no)
        known = step.store.terminals.find(seat.number)
        same_device = known_key is not None and known_key.state == "trusted"
        epoch = _epoch(step, known, device, seat.number, same_device)
        step.store.terminal_keys.revoke(seat.number, "replaced", but=name)
        step.store.terminal_keys.trust(seat.number, name, certificate, epoch, method)
        person = seat.person or (known.person_code if known else "")
        step.store.terminals.seen(
            seat.number,
            epoch=epoch,
            serial=device.serial,
            model=device.model,
            app_version=device.app_version,
            person_code=person,
        )
        step.store.terminals.change(seat.number, status="active", route_code=seat.route or None)
        return Place(seat.number, epoch, person)


def withdraw(office: Office, actor: Actor, number: int, reason: str) -> None:
    """Trust no device under this number any more, since the pairing did not come about."""
    actor.require(Right.PAIR)
    with journaled(
        office,
        actor,
        "withdraw",
        subject=f"terminal {number}",
        number=number,
        reason=reason,
    ) as step:
        step.store.terminal_keys.revoke(number, reason)


def _epoch(
    step: Step, known: StoredTerminal | None, device: Device, number: int, same_device: bool
) -> int:
    """An epoch belongs to one device: its sequence numbers are nobody else's."""
    before = 0 if known is None else known.epoch
    if same_device:
        return max(before, 1)
    # The epoch of a lost terminal is the one that its paper was typed in.
    is_lost = known is not None and known.status == "lost"
    if is_lost or step.store.terminal_keys.has_any(number) or device.epoch < before:
        return before + 1
    return max(device.epoch, 1)


def _check_seat(reader: Reader, seat: Seat) -> None:
    if not 1 <= seat.number <= MAX_NUMBER:
        raise RuleBroken("terminal-number", terminal=seat.number)
    if seat.person and seat.person not in persons_by_code(reader, [seat.person]):
        raise NotFound(what="person", key=seat.person)
    if seat.route and seat.route not in routes_by_code(reader):
        raise NotFound(what="route", key=seat.route)
    require_free(reader, seat.route, seat.number)
