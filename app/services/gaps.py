"""Records that were missing: who asked for them need not ask any more once they have come."""

from __future__ import annotations

import json
from collections.abc import Iterable

from app.storage.store import Store
from app.storage.store.uploads import StoredQuarantineItem

ARRIVED = "arrived"


def close_gaps(store: Store) -> int:
    """Close the questions about missing records that are all here by now; how many those were."""
    filled = [item.id for item in filled_gaps(store, store.uploads.open_items("X_SEQ_GAP"))]
    store.uploads.resolve_quarantine(filled, "fixed", ARRIVED)
    return len(filled)


def filled_gaps(store: Store, items: Iterable[StoredQuarantineItem]) -> list[StoredQuarantineItem]:
    """Those of these questions about missing records whose records have come."""
    return [item for item in items if item.code == "X_SEQ_GAP" and _is_filled(store, item)]


def _is_filled(store: Store, item: StoredQuarantineItem) -> bool:
    detail = json.loads(item.detail)
    missing = range(int(detail["first"]), int(detail["last"]) + 1)
    batch = store.uploads.batch(item.batch_id)
    return store.uploads.holds_all(batch.terminal_no, batch.epoch, missing)
