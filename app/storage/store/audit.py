"""The audit row that every transaction leaves behind."""

import json

from app.storage.keys import new_key
from app.storage.store.scope import Scope
from app.storage.tables import audit_event


class Audit:
    """Collects what the transaction says about itself; written once, at its end."""

    def __init__(self, scope: Scope, action: str, subject: str) -> None:
        self._scope = scope
        self._action = action
        self._subject = subject
        self._details: dict[str, object] = {}

    def about(self, subject: str) -> None:
        """Names the subject once it is known, for example a number that was just issued."""
        self._subject = subject

    def note(self, **details: object) -> None:
        """Adds plain values (text, whole numbers, lists of them) to the row."""
        self._details.update(details)

    def write(self) -> None:
        detail = json.dumps(self._details, sort_keys=True, ensure_ascii=False, default=str)
        row = {
            "id": new_key(),
            "at_ms": self._scope.now_ms,
            "actor": self._scope.user,
            "action": self._action,
            "subject": self._subject,
            "detail": detail,
        }
        self._scope.insert(audit_event, [row])
