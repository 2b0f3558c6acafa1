"""What decides about evidence is decided by two persons: one suggests, another one confirms."""

from __future__ import annotations

import json
from dataclasses import dataclass

from app.errors import RuleBroken

NEEDS_TWO = frozenset(
    {
        "E_RECORD_CONFLICT",
        "E_BATCH_CONFLICT",
        "E_BATCH_DAMAGED",
        "E_CHAIN",
        "E_SIGNATURE",
        "X_SEQ_GAP",
    }
)
"""Problem codes about which one person alone decides nothing."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What one person wants done: `verb` is fix or reject, `answer` its code or its reason."""

    verb: str
    answer: str

    @property
    def text(self) -> str:
        """As it is stored."""
        return json.dumps([self.verb, self.answer], ensure_ascii=False)

    @classmethod
    def read(cls, text: str) -> Proposal:
        verb, answer = json.loads(text)
        return cls(verb, answer)

    def confirmed_by(self, other: Proposal) -> str:
        """What both said, for whoever reads it later."""
        return " · ".join(dict.fromkeys(filter(None, (self.answer, other.answer))))


def check_second(proposer: str, user: str) -> None:
    """RuleBroken("proposer-confirms") when somebody confirms the own suggestion.

    What somebody signs in with may be written in capitals or not.
    """
    if proposer.casefold() == user.casefold():
        raise RuleBroken("proposer-confirms", user=user)


def check_author(author: str, user: str) -> None:
    """RuleBroken("resolver-is-author") when somebody decides about what the own terminal sent."""
    if author and author.casefold() == user.casefold():
        raise RuleBroken("resolver-is-author", user=user)
