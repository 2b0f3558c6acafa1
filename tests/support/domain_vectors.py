"""The worked examples of the trade's rules, computed once and written down."""

import json
from pathlib import Path
from typing import Any


def vector(key: str) -> Any:
    """One example by its key."""
    path = Path(__file__).parent.parent / "domain" / "vectors.json"
    return json.loads(path.read_text(encoding="utf-8"))[key]
