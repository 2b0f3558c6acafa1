"""The table of records: complete, and coded as terminals have it."""

import pytest

from app.domain.records.catalogue import FIRST_DESK_TYPE, RECORD_TYPES, FieldKind
from tests.support.records import BODIES

UPLOADS = {
    *range(10, 18),
    *range(20, 27),
    *range(30, 34),
    *range(40, 44),
    *range(50, 55),
    60,
    61,
    69,
}
MADE_BY_THE_DESK = set(range(201, 206))


def test_every_record_a_terminal_may_send_is_in_the_table() -> None:
    known = set(RECORD_TYPES)
    assert known == UPLOADS | MADE_BY_THE_DESK == set(BODIES)
    assert {number for number in known if number >= FIRST_DESK_TYPE} == MADE_BY_THE_DESK


def test_keys_of_a_body_are_the_places_of_its_fields() -> None:
    for record_type in RECORD_TYPES.values():
        keys = [field.key for field in record_type.fields]
        assert keys == list(range(1, len(keys) + 1))


@pytest.mark.parametrize(
    ("type_no", "names"),
    [
        (
            10,
            (
                "customer origin fulfilment wholesaler wanted payment visit lines total_fen note"
                " status previous"
            ),
        ),
        (11, "order line product packing packs qty_base price_fen promotion free net_fen"),
        (12, "note_number customer result reason signer signature lat_e6 lng_e6 accuracy_m datum"),
        (13, "delivery line product lot delivered refused reason"),
        (16, "place customer location started_ms ended_ms blind lines"),
        (17, "count product packing packs loose qty_base lot expiry state"),
        (69, "counts qty_sum cash_fen first_seq last_seq last_receipt"),
    ],
)
def test_the_order_of_fields_that_terminals_rely_on(type_no: int, names: str) -> None:
    assert " ".join(field.name for field in RECORD_TYPES[type_no].fields) == names


def test_lines_name_their_header_first() -> None:
    for record_type in RECORD_TYPES.values():
        if record_type.header is not None:
            assert record_type.fields[0].kind is FieldKind.REF
            assert record_type.header in RECORD_TYPES


def test_a_field_is_found_by_its_name() -> None:
    order = RECORD_TYPES[10]
    wanted = order.field("wanted")
    assert wanted is not None
    assert (wanted.key, wanted.kind) == (5, FieldKind.DAY)
    assert order.field("colour") is None
