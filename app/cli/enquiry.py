"""Where an order is: its timeline as the commands of orders, deliveries and returns show it."""

from __future__ import annotations

from typing import Any

from app.cli.desk import Desk
from app.explain.happenings import happening_words
from app.services.proofs import DeliveryProof
from app.storage.queries.enquiry import Happening, happenings
from app.storage.reader import Reader


def timeline(reader: Reader, number: str) -> list[dict[str, Any]]:
    """What happened to the order that a document belongs to, the oldest first."""
    return [_row(each) for each in happenings(reader, number)]


def timeline_lines(desk: Desk, rows: list[dict[str, Any]], offset_min: int) -> list[str]:
    t = desk.t
    return [
        "  ".join(
            filter(
                None,
                (
                    t.time(row["at_ms"], offset_min),
                    happening_words(row["what"], t),
                    row["number"],
                    row["who"],
                    row["detail"],
                    "" if row["terminal"] is None else f"{row['terminal']}/{row['seq']}",
                ),
            )
        )
        for row in rows
    ]


def proof(found: DeliveryProof) -> dict[str, Any]:
    return {
        "signer": found.signer,
        "delivered_ms": found.delivered_ms,
        "pictures": [
            {
                "purpose": each.purpose,
                "sha256": each.sha256,
                "state": each.state,
                "file": None if each.file is None else str(each.file),
            }
            for each in found.pictures
        ],
    }


def _row(each: Happening) -> dict[str, Any]:
    return {
        "at_ms": each.at_ms,
        "what": each.what,
        "who": each.who,
        "number": each.number,
        "detail": each.detail,
        "terminal": each.terminal_no,
        "seq": each.seq,
    }
