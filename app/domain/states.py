"""State tables: which event leads from which state to which."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from app.errors import RuleBroken

State = TypeVar("State", bound=StrEnum)
Event = TypeVar("Event", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Transitions(Generic[State, Event]):
    """All steps a kind of document may take."""

    table: Mapping[tuple[State, Event], State]

    def allows(self, state: State, event: Event) -> bool:
        return (state, event) in self.table

    def after(self, state: State, event: Event) -> State:
        """The next state; RuleBroken("transition") when the event does not fit the state."""
        if not self.allows(state, event):
            raise RuleBroken("transition", state=state.value, event=event.value)
        return self.table[state, event]
