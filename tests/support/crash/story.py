"""What happens in an office one after the other, each of which can be asked for again."""

import hashlib
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import text

from app.errors import NotFound, RuleBroken
from app.services.archive import Origin
from app.services.blobs import HeldBlob, blobs_of, note_blobs
from app.services.counting import approve_count, counts_to_approve
from app.services.delivering import load
from app.services.intake import take_in
from app.services.office import Office
from app.services.planning import plan_route_day
from app.services.quarantine import fix, list_waiting
from app.storage.queries.deliveries import listing, note
from tests.support.offices import CLERK, HOUR_MS, KEEPER, MORNING_MS, NEXT_DAY, Terminal, at

PHOTO_BYTES = 20_000
Act = Callable[[Office], bool]
"""Does it and returns whether that was new; False when it had been done before."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that an office does; once it has returned, nothing may take it back."""

    name: str
    act: Act
    origin: Origin | None = None
    data: bytes = b""
    photo: bytes = b""


@dataclass(frozen=True, slots=True)
class Flow:
    """Steps `first` up to and without `last` of the story."""

    name: str
    first: int
    last: int


FLOWS = (
    Flow("take in a day", 0, 1),
    Flow("take in with quarantine", 1, 2),
    Flow("fix a quarantined line", 2, 3),
    Flow("plan and load a route day", 3, 5),
    Flow("take deliveries back", 5, 6),
    Flow("take in and approve a count", 6, 8),
    Flow("keep a photo", 8, 10),
)


@dataclass(slots=True)
class Story:
    """The steps as they are told for the first time; later ones depend on what became of earlier.

    `books` are the fingerprints: first those of the office before, then those after each step.
    """

    steps: list[Step] = field(default_factory=list)
    books: list[Mapping[str, str]] = field(default_factory=list)

    def batches(self) -> dict[str, Step]:
        """The steps that take a batch in, by name."""
        return {step.name: step for step in self.steps if step.origin is not None}


def tell(office: Office, after: Callable[[], None]) -> list[Step]:
    """Carry out every step on a fresh sample branch and call `after` behind each."""
    steps: list[Step] = []

    def do(step: Step) -> None:
        if not step.act(office):
            raise ValueError(f"{step.name} was done before")
        steps.append(step)
        after()

    do(_upload("day", _day()))
    do(_upload("doubtful", _doubtful()))
    (item,) = (each.item for each in list_waiting(office, CLERK) if each.item.kind == "product")
    do(Step("fix", _fix(item.id)))
    do(Step("plan", _plan))
    do(Step("load", _load))
    do(_upload("deliveries", _deliveries(office)))
    do(_upload("count", _count()))
    (count,) = counts_to_approve(office, CLERK)
    do(Step("approve", _approve(count.id)))
    photo = random.Random(0).randbytes(PHOTO_BYTES)
    do(Step("photo", _keep(photo), photo=photo))
    do(Step("note photo", _note_photo(photo)))
    return steps


def take(origin: Origin, data: bytes) -> Act:
    """Take in a batch."""

    def act(office: Office) -> bool:
        counts = take_in(office, CLERK, origin, data).counts
        return counts.already_received < counts.uploaded

    return act


def _upload(name: str, terminal: Terminal) -> Step:
    data = terminal.seal()
    return Step(name, take(terminal.origin, data), terminal.origin, data)


def _day() -> Terminal:
    terminal = Terminal(number=3)
    terminal.order("C0001", ("HX500", 5))
    terminal.order("C0002", ("HX500", 3))
    terminal.count("WH1", ("HX500", 594))
    return terminal


def _doubtful() -> Terminal:
    terminal = Terminal(number=4)
    terminal.order("C0001", ("HX5OO", 2))
    terminal.order("C0009", ("HX500", 1))
    terminal.order("C0002", ("HX500", 1))
    return terminal


def _deliveries(office: Office) -> Terminal:
    terminal = Terminal(number=5, person="D01", now_ms=MORNING_MS + 24 * HOUR_MS)
    with office.database.read() as reader:
        numbers = sorted(row.number for row in listing(reader, day=NEXT_DAY) if row.number)
        papers = [note(reader, number) for number in numbers]
    for place, paper in enumerate(papers):
        refused = 12 if place == 0 else 0
        lines = [
            (line.line_no, line.product_code, line.qty_base - refused, refused)
            for line in paper.lines
        ]
        terminal.delivery(paper.number, paper.customer_code, *lines, result=1 if refused else 0)
    return terminal


def _count() -> Terminal:
    terminal = Terminal(number=6, person="K01", now_ms=MORNING_MS + 25 * HOUR_MS)
    terminal.count("WH1", ("XG330", 100))
    return terminal


def _fix(item_id: UUID) -> Act:
    return lambda office: _is_new(lambda: fix(office, CLERK, item_id, "HX500"), "already-resolved")


def _plan(office: Office) -> bool:
    with office.database.read() as reader:
        if listing(reader, day=NEXT_DAY):
            return False
    return plan_route_day(office, KEEPER, NEXT_DAY).total > 0


def _load(office: Office) -> bool:
    try:
        load(at(office, MORNING_MS + 20 * HOUR_MS), KEEPER, NEXT_DAY, "R01")
    except NotFound as error:
        if error.fields["what"] != "delivery to load":
            raise
        with office.database.read() as reader:
            if not any(row.number for row in listing(reader, day=NEXT_DAY)):
                raise
        return False
    return True


def _approve(count_id: UUID) -> Act:
    return lambda office: _is_new(lambda: approve_count(office, KEEPER, count_id), "transition")


def _keep(photo: bytes) -> Act:
    digest = hashlib.sha256(photo).digest()

    def act(office: Office) -> bool:
        folder = blobs_of(office)
        is_new = not folder.has(digest)
        folder.keep(digest, photo)
        return is_new

    return act


def _note_photo(photo: bytes) -> Act:
    held = HeldBlob(hashlib.sha256(photo).hexdigest(), len(photo))

    def act(office: Office) -> bool:
        with office.database.read() as reader:
            query = text("SELECT COUNT(*) FROM blob WHERE sha256 = :sha256 AND state = 'held'")
            if reader.connection.execute(query, {"sha256": held.sha256}).scalar_one():
                return False
        note_blobs(office, CLERK, 3, 1, (held,))
        return True

    return act


def _is_new(command: Callable[[], object], refusal: str) -> bool:
    try:
        command()
    except RuleBroken as error:
        if error.rule != refusal:
            raise
        return False
    return True
