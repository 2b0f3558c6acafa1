"""Who may carry a terminal and on which route: the lists that the dialogs choose from."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtWidgets import QComboBox

from app.storage.queries.directory import persons_by_code, routes_by_code
from app.storage.queries.terminals import RegistryRow, registry
from app.storage.reader import Reader

Entry = tuple[str, str]
"""(code, name)."""


@dataclass(frozen=True, slots=True)
class Carriers:
    """The active people, the routes, and every terminal that has a number already."""

    people: tuple[Entry, ...] = ()
    routes: tuple[Entry, ...] = ()
    terminals: tuple[RegistryRow, ...] = ()

    def terminal(self, number: int) -> RegistryRow | None:
        return next((row for row in self.terminals if row.terminal_no == number), None)

    @property
    def next_number(self) -> int:
        """The lowest number that no terminal has."""
        taken = {row.terminal_no for row in self.terminals}
        return next(number for number in range(1, len(taken) + 2) if number not in taken)


def read_carriers(reader: Reader) -> Carriers:
    people = persons_by_code(reader).values()
    return Carriers(
        tuple((person.code, person.name) for person in people if person.active),
        tuple((route.code, route.name) for route in routes_by_code(reader).values()),
        registry(reader),
    )


def fill(box: QComboBox, entries: Sequence[Entry], nothing: str) -> None:
    """Offer the entries behind `nothing`; what was chosen stays chosen."""
    chosen = box.currentData()
    box.clear()
    box.addItem(nothing, "")
    for code, name in entries:
        box.addItem(f"{code}  {name}" if name else code, code)
    choose(box, chosen or "")


def choose(box: QComboBox, code: str) -> None:
    """Choose an entry by its code; one that is not offered is added, so that nothing is lost."""
    place = box.findData(code)
    if place < 0:
        box.addItem(code, code)
        place = box.count() - 1
    box.setCurrentIndex(place)
