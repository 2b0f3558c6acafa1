"""Whatever changes in a record that is sent again: both contents are kept, two persons decide."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.records.catalogue import RECORD_TYPES, FieldKind
from app.domain.rights import Actor
from app.errors import NotFound, PermissionDenied, RuleBroken
from app.i18n import Translator
from app.services.contents import compare
from app.services.office import Office
from app.services.quarantine import fix, list_waiting, reject
from app.storage import migrate
from app.storage.queries.evidence import conflicts, raw_record_by_id
from app.storage.queries.quarantine import OpenItem
from drivers.protocols.docking.batch import encode_record
from tests.support.offices import (
    CLERK,
    KEEPER,
    MORNING_MS,
    Terminal,
    found_sample_branch,
    open_office,
)
from tests.support.records import BODIES, body
from tests.support.trades import assert_sound

ENGLISH = Translator("en")
EPOCHS = count(1)
"""Each example is a life of the terminal of its own."""

TEXTS = st.text("AB-0", min_size=1, max_size=4)
VALUES: dict[FieldKind, st.SearchStrategy[Any]] = {
    FieldKind.CODE: TEXTS,
    FieldKind.TEXT: st.text("王店主 ab", max_size=4),
    FieldKind.BYTES: st.binary(max_size=40),
    FieldKind.WHOLE: st.integers(-3, 2**40),
    FieldKind.FLAG: st.booleans(),
    FieldKind.WORD: st.integers(0, 9),
    FieldKind.REF: st.lists(st.integers(0, 99), min_size=2, max_size=2),
    FieldKind.DAY: st.dates().map(str),
    FieldKind.TIME: st.integers(0, 2**47),
    FieldKind.FIX: st.lists(st.integers(0, 2**41), min_size=6, max_size=6),
    FieldKind.WHOLES: st.lists(st.integers(0, 300), max_size=3),
    FieldKind.COUNTS: st.dictionaries(st.integers(0, 99), st.integers(0, 9), max_size=3),
    FieldKind.TEXTS: st.dictionaries(st.sampled_from(["name", "phone"]), TEXTS, max_size=2),
}
Sent = tuple[int, int, str, dict[int, Any]]
"""Type, UTC ms, person and body."""


def changed_bodies(type_no: int) -> st.SearchStrategy[dict[int, Any]]:
    """The sample body with one field changed, left out, or added that nobody knows."""
    fields = RECORD_TYPES[type_no].fields
    one = st.one_of(
        *(
            (st.none() | VALUES[field.kind]).map(lambda value, key=field.key: {key: value})
            for field in fields
        ),
        st.integers(-9, 2**40).map(lambda value: {99: value}),
    )
    return one.map(lambda change: body(type_no, change))


@st.composite
def resends(draw: st.DrawFn) -> tuple[Sent, Sent]:
    """A record, and what came later under its number."""
    type_no = draw(st.sampled_from(sorted(BODIES)))
    first = (type_no, MORNING_MS, "S01", body(type_no))
    other = draw(
        st.one_of(
            changed_bodies(type_no).map(lambda new: (type_no, MORNING_MS, "S01", new)),
            st.integers(1, 10**6).map(lambda ms: (type_no, MORNING_MS + ms, "S01", body(type_no))),
            TEXTS.map(lambda person: (type_no, MORNING_MS, person, body(type_no))),
            st.sampled_from(sorted(BODIES)).map(lambda no: (no, MORNING_MS, "S01", body(no))),
        ).filter(lambda sent: sent != first)
    )
    return first, other


@pytest.fixture(scope="module")
def lasting_office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    data = tmp_path_factory.mktemp("conflicts") / "data"
    office = make_office(data)
    yield office
    assert_sound(office)
    office.database.close()


def make_office(data: Path) -> Office:
    data.mkdir()
    url = f"sqlite:///{data / 'tallydock.sqlite'}"
    migrate.upgrade(url)
    return found_sample_branch(open_office(url, data))


def send(office: Office, terminal: Terminal, sent: Sent) -> bytes:
    """Upload one record under number 1 and return its bytes."""
    type_no, ms, person, fields = sent
    data = encode_record(type_no, 1, ms, 480, person, fields)
    terminal.waiting = [(1, data)]
    terminal.upload(office)
    return data


def asked_about(office: Office, terminal: Terminal) -> list[OpenItem]:
    return [
        each.item
        for each in list_waiting(office, CLERK)
        if each.item.epoch == terminal.epoch and each.item.code == "E_RECORD_CONFLICT"
    ]


@settings(max_examples=150, deadline=None)
@given(resends())
def test_every_changed_record_waits_with_both_contents_kept(
    lasting_office: Office, sent: tuple[Sent, Sent]
) -> None:
    office, terminal = lasting_office, Terminal(epoch=next(EPOCHS))
    first, other = (send(office, terminal, each) for each in sent)
    (item,) = asked_about(office, terminal)
    assert item.record_id is not None
    with office.database.read() as reader:
        evidence = raw_record_by_id(reader, item.record_id)
        mine = [each for each in conflicts(reader) if each.epoch == terminal.epoch]
    assert mine == [evidence]
    kept = office.archive.read(evidence.archive_path)
    assert kept[evidence.byte_offset : evidence.byte_offset + evidence.byte_len] == other
    (path,) = [
        file.path
        for file in office.archive.files()
        if file.origin == replace(terminal.origin, batch_no=1)
    ]
    assert first in office.archive.read(path)
    sides = compare(office, CLERK, item.id, ENGLISH)
    assert (sides.first_batch_no, sides.other_batch_no, sides.seq) == (1, 2, 1)
    assert any(field.differs for field in sides.fields)
    with pytest.raises(RuleBroken):
        fix(office, CLERK, item.id, "")
    assert reject(office, CLERK, item.id, "the first counts").proposed == 1
    assert reject(office, KEEPER, item.id, "the first counts").items == 1
    assert asked_about(office, terminal) == []


def test_both_contents_are_shown_in_plain_words(office: Office, terminal: Terminal) -> None:
    terminal.order("C0001")
    terminal.upload(office)
    terminal.seq = 0
    terminal.order("C0002")
    terminal.upload(office)
    (item,) = asked_about(office, terminal)
    sides = compare(office, CLERK, item.id, ENGLISH)
    told = {field.name: (field.first, field.other) for field in sides.fields}
    assert told["customer"] == ("C0001", "C0002")
    assert told["way of payment"] == ("cash", "cash")
    assert told["total"] == ("¥267.50", "¥267.50")
    assert told["record"] == ("order", "order")
    assert [field.name for field in sides.fields if field.differs] == ["customer"]


def test_what_cannot_be_read_is_shown_as_it_came(office: Office, terminal: Terminal) -> None:
    terminal.order("C0001")
    terminal.upload(office)
    terminal.seq = 0
    terminal.order("C0001")
    damaged = bytearray(terminal.waiting[0][1])
    damaged[-1] ^= 1
    terminal.waiting = [(1, bytes(damaged))]
    terminal.upload(office)
    (item,) = asked_about(office, terminal)
    sides = compare(office, CLERK, item.id, ENGLISH)
    content = next(field for field in sides.fields if field.name == "content")
    assert content.other == bytes(damaged).hex(" ")


def test_only_a_conflict_has_two_contents(office: Office, terminal: Terminal) -> None:
    terminal.order("C0009")
    terminal.upload(office)
    item = list_waiting(office, CLERK)[0].item
    with pytest.raises(NotFound):
        compare(office, CLERK, item.id, ENGLISH)
    with pytest.raises(PermissionDenied):
        compare(office, Actor("guest", frozenset()), item.id, ENGLISH)
