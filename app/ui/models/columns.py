"""How one column of a table shows its rows."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from app.ui.language import Language

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Look:
    """A state as it is seen: tone of colour, icon and word (English, to be translated)."""

    tone: str
    icon: str
    word: str


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """`key` is what the query sorts by (empty: not sortable); `title` is an English
    sentence; a `hidden` one waits in the header's menu."""

    key: str
    title: str
    show: Callable[[Row, Language], str]
    width: int = 120
    number: bool = False
    look: Callable[[Row], Look | None] | None = None
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Ask:
    """What the user wants to see: words to find, one choice, and the order."""

    words: str = ""
    choice: str = ""
    sort: str = ""
    descending: bool = False
