"""Whatever a record can say has words."""

from app.domain.records.catalogue import RECORD_TYPES
from app.explain.fields import FIELDS, RECORDS, choice, field_name, record_name
from app.i18n import Translator


def test_every_kind_of_record_and_every_field_has_a_name() -> None:
    assert {known.name for known in RECORD_TYPES.values()} == set(RECORDS)
    names = {field.name for known in RECORD_TYPES.values() for field in known.fields}
    assert names - set(FIELDS) == set()


def test_words_come_in_the_readers_language() -> None:
    t = Translator("zh")
    assert (record_name("ORD", t), field_name("customer", t), choice("qr", t)) == (
        "订单",
        "客户",
        "扫码",
    )


def test_what_has_no_words_is_shown_as_it_is() -> None:
    t = Translator("en")
    assert (record_name("NEW", t), field_name("new_field", t), choice("wgs84", t)) == (
        "NEW",
        "new field",
        "wgs84",
    )
