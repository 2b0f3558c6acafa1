"""What went wrong in the weeks before the demo day, each once and to one terminal."""

from copy import deepcopy
from datetime import date
from enum import Enum

from app.services.demo.days import moment_ms, write_order
from app.services.demo.demand import Wish
from app.services.demo.recorder import Recorder
from app.services.demo.world import World
from drivers.protocols.docking.batch import Record, encode_record, open_record

NINE_HOURS_MS = 9 * 3_600_000


class Accident(Enum):
    """(days before the demo day, terminal)."""

    SENT_TWICE = (25, 1)  # the cable was pulled after the upload, and everything comes again
    OTHER_CONTENT = (24, 1)  # a batch comes again under its number, with one record changed
    LOST_NUMBERS = (22, 4)  # three record numbers are missing
    WRONG_CLOCK = (22, 2)  # the terminal's clock is nine hours fast
    NIGHT_ORDER = (17, 1)  # a bar orders at half past two: still the evening before


def accident_of(days_before: int, terminal: int) -> Accident | None:
    return next((each for each in Accident if each.value == (days_before, terminal)), None)


def befall(accident: Accident | None, world: World, memory: Recorder, day: date) -> None:
    """What is wrong before the round begins."""
    memory.clock_error_ms = NINE_HOURS_MS if accident is Accident.WRONG_CLOCK else 0
    if accident is Accident.LOST_NUMBERS:
        memory.skip(3)
    if accident is Accident.NIGHT_ORDER:
        product = world.products[0]
        wishes = [Wish(product, product.case, 6)]
        write_order(memory, world.customers[30].code, wishes, moment_ms(day, 2, 30), day)


def second_upload(accident: Accident | None, memory: Recorder) -> Recorder | None:
    """The memory that will be uploaded after `memory`, under the same batch number."""
    if accident not in (Accident.SENT_TWICE, Accident.OTHER_CONTENT):
        return None
    second = deepcopy(memory)
    first = open_record(second.pending[0], 0)
    if accident is Accident.OTHER_CONTENT and isinstance(first, Record):
        second.pending[0] = encode_record(
            first.type, first.seq, first.ts_ms + 1, first.offset_min, first.person, first.body
        )
    return second
