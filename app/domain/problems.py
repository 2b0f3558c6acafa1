"""What can be wrong with something that came in, as values with a code and a severity."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType


class Severity(StrEnum):
    """What a problem does: refuse the document, wait for a clerk, only be shown, refuse all."""

    REJECT = "R"
    QUARANTINE = "Q"
    WARN = "W"
    BATCH = "B"


_RANK = {Severity.WARN: 0, Severity.QUARANTINE: 1, Severity.REJECT: 2, Severity.BATCH: 3}

CODES: Mapping[str, Severity] = MappingProxyType(
    {
        # the upload as a whole
        "E_BATCH_CONFLICT": Severity.BATCH,
        "E_BATCH_TOTALS": Severity.BATCH,
        "E_BATCH_DAMAGED": Severity.BATCH,
        "E_SIGNATURE": Severity.BATCH,
        "E_CHAIN": Severity.QUARANTINE,
        "E_TOTALS": Severity.QUARANTINE,
        "X_SEQ_GAP": Severity.QUARANTINE,
        # one record
        "E_RECORD_CONFLICT": Severity.QUARANTINE,
        "E_FORMAT": Severity.REJECT,
        "E_FIELD": Severity.REJECT,
        "E_UNKNOWN_TYPE": Severity.WARN,
        "W_UNKNOWN_FIELD": Severity.WARN,
        "E_STRAY_LINE": Severity.QUARANTINE,
        "E_DEL_LATE": Severity.QUARANTINE,
        "E_DEL_LINE": Severity.QUARANTINE,
        "W_CLOCK": Severity.WARN,
        "W_CLOCK_SET": Severity.WARN,
        "W_RESTORED": Severity.WARN,
        "W_STALE": Severity.WARN,
        "W_PHOTO_GONE": Severity.WARN,
        "W_STRAY_PHOTOS": Severity.WARN,
        "X_NUMBER": Severity.WARN,
        "W_LATE": Severity.WARN,
        # master data. An unknown product waits for a clerk instead of being refused: the goods
        # exist, and one correction of the code settles every line that carries it.
        "E_PROD": Severity.QUARANTINE,
        "E_CUST": Severity.QUARANTINE,
        "E_PERSON": Severity.WARN,
        # orders
        "E_ORD_LINES": Severity.REJECT,
        "E_ORD_TOO_MANY": Severity.REJECT,
        "E_ORD_PREV": Severity.QUARANTINE,
        "E_CANCEL_LATE": Severity.QUARANTINE,
        "E_UOM": Severity.REJECT,
        "E_DUP_LINE": Severity.REJECT,
        "E_PRICE": Severity.WARN,
        "E_PRICE_HOLD": Severity.WARN,
        "E_NO_PRICE": Severity.QUARANTINE,
        "E_PRICE_FLOOR": Severity.WARN,
        "E_CREDIT": Severity.WARN,
        "W_CREDIT": Severity.WARN,
        "E_STOCK": Severity.WARN,
        "E_TWIN": Severity.WARN,
        # deliveries
        "E_DN_UNKNOWN": Severity.QUARANTINE,
        "E_DLV_CONFLICT": Severity.QUARANTINE,
        "E_DLV_RESULT": Severity.QUARANTINE,
        "E_DLV_LINE": Severity.QUARANTINE,
        "E_DLV_LINES": Severity.QUARANTINE,
        "E_DLV_SUM": Severity.REJECT,
        "E_OVER": Severity.QUARANTINE,
        "E_LOT": Severity.WARN,
        "W_VAN_NEGATIVE": Severity.WARN,
        # counts
        "E_CNT_LINES": Severity.REJECT,
        "E_CNT_TOO_MANY": Severity.REJECT,
        "E_CNT_QTY": Severity.REJECT,
        "E_CNT_SKIPPED": Severity.REJECT,
        "E_LOCATION": Severity.QUARANTINE,
        "W_CNT_FAST": Severity.WARN,
        "X_BEHIND_COUNT": Severity.WARN,
        "W_COUNTED_LATER": Severity.WARN,
        # goods that come back
        "E_RET_LINES": Severity.REJECT,
        "E_RET_NOTE": Severity.QUARANTINE,
        "E_RET_QTY": Severity.QUARANTINE,
        "W_RET_UNKNOWN": Severity.WARN,
        "E_EMPTIES": Severity.QUARANTINE,
        "W_EMPTIES": Severity.WARN,
        "E_VAN": Severity.QUARANTINE,
        # goods that came in
        "E_SUPPLIER": Severity.QUARANTINE,
        # lines of a file
        "E_LINE": Severity.QUARANTINE,
        "E_LINES_MISSING": Severity.QUARANTINE,
        "W_FILE_AGAIN": Severity.WARN,
        "W_FILE_DOUBT": Severity.WARN,
        "W_LIST_ROW": Severity.WARN,
        "W_LIST_WAITS": Severity.WARN,
        # visits
        "W_VISIT_OPEN": Severity.WARN,
    }
)


@dataclass(frozen=True, slots=True)
class Problem:
    """`where` names the place for a person ("line 3"); `fields` fill the sentence."""

    code: str
    severity: Severity
    where: str = ""
    fields: Mapping[str, object] = field(default_factory=dict)


def problem(code: str, where: str = "", **fields: object) -> Problem:
    """A problem with the severity of the code table; KeyError for a code that is not there."""
    return Problem(code, CODES[code], where, fields)


def worst(problems: Iterable[Problem]) -> Severity | None:
    """The gravest severity among the problems, None when there is none."""
    return max((p.severity for p in problems), key=_RANK.__getitem__, default=None)
