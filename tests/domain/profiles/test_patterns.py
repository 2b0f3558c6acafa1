"""Dates and times by patterns."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.profiles.patterns import fits, read_moment, write_moment
from app.domain.profiles.profile import ValueKind

FULL = (
    "YYYY-MM-DDThh:mm:ss",
    "YYYYMMDDhhmmss",
    "DD/MM/YYYY hh:mm:ss",
    "D.M.YYYY h:mm:ss",
    "M/D/YYYY h:mm:ss AP",
    "YY-MM-DD hh:mm:ss",
)


@pytest.mark.parametrize(
    ("text", "pattern", "expected"),
    [
        ("23/11/2009", "DD/MM/YYYY", datetime.fromisoformat("2009-11-23T00:00:00")),
        ("20260601101500", "YYYYMMDDhhmmss", datetime.fromisoformat("2026-06-01T10:15:00")),
        ("1.6.2026", "D.M.YYYY", datetime.fromisoformat("2026-06-01T00:00:00")),
        ("31.12.2026", "D.M.YYYY", datetime.fromisoformat("2026-12-31T00:00:00")),
        ("010626", "DDMMYY", datetime.fromisoformat("2026-06-01T00:00:00")),
        ("12:05 AM", "hh:mm AP", datetime.fromisoformat("0001-01-01T00:05:00")),
        ("12:05 pm", "hh:mm AP", datetime.fromisoformat("0001-01-01T12:05:00")),
        ("14:41:03", "hh:mm:ss", datetime.fromisoformat("0001-01-01T14:41:03")),
        ("29.02.2024", "DD.MM.YYYY", datetime.fromisoformat("2024-02-29T00:00:00")),
        # nothing is guessed
        ("29.02.2026", "DD.MM.YYYY", None),
        ("1/6/2026", "DD/MM/YYYY", None),
        ("23-11-2009", "DD/MM/YYYY", None),
        ("23/11/2009 ", "DD/MM/YYYY", None),
        ("13:05 PM", "hh:mm AP", None),
        ("24:00:00", "hh:mm:ss", None),
        ("00000000", "YYYYMMDD", None),
        ("٢٣/11/2009", "DD/MM/YYYY", None),
        ("", "DD/MM/YYYY", None),
    ],
)
def test_a_moment_is_read_as_the_pattern_says(
    text: str, pattern: str, expected: datetime | None
) -> None:
    assert read_moment(text, pattern) == expected


@given(
    st.datetimes(
        datetime.fromisoformat("2000-01-01T00:00:00"), datetime.fromisoformat("2099-12-31T00:00:00")
    ).map(lambda moment: moment.replace(microsecond=0)),
    st.sampled_from(FULL),
)
def test_what_is_written_is_read_again(moment: datetime, pattern: str) -> None:
    text = write_moment(moment, pattern)
    assert text is not None
    assert read_moment(text, pattern) == moment


def test_two_digits_do_not_say_another_century() -> None:
    assert write_moment(datetime.fromisoformat("1999-12-31T00:00:00"), "YYMMDD") is None
    assert write_moment(datetime.fromisoformat("2100-01-01T00:00:00"), "YYMMDD") is None


@pytest.mark.parametrize(
    ("pattern", "kind", "fit"),
    [
        ("DD/MM/YYYY", ValueKind.DAY, True),
        ("MM/YYYY", ValueKind.DAY, False),
        ("DD/MM/YYYY hh:mm", ValueKind.DAY, False),
        ("hh:mm", ValueKind.TIME, True),
        ("hh", ValueKind.TIME, False),
        ("YYYY-MM-DD hh:mm", ValueKind.STAMP, True),
        ("YYYY-MM-DD", ValueKind.STAMP, False),
        ("YYYY YY MM DD", ValueKind.DAY, False),
        ("", ValueKind.DAY, False),
        ("DD/MM/YYYY" + "x" * 40, ValueKind.DAY, False),
    ],
)
def test_a_pattern_tells_what_its_field_has(pattern: str, kind: ValueKind, fit: bool) -> None:
    assert fits(pattern, kind) is fit


@given(st.text(max_size=40), st.text("YMDhmsAP:/. -T()[]*+", max_size=40))
def test_no_text_and_no_pattern_upsets_it(text: str, pattern: str) -> None:
    if fits(pattern, ValueKind.STAMP):
        read_moment(text, pattern)
