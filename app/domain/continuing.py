"""What of a terminal's file is new: files grow, and come again."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """How a file stands to the one of its name that was taken before."""

    NEW = "new_file"  # nothing of it is known
    GROWN = "grown"  # it begins with what is known
    SAME = "same"  # all of it is known
    AGAIN = "again"  # the same as one that was deleted since
    DOUBTFUL = "doubtful"  # grown, or collected anew: the one before may have been deleted


@dataclass(frozen=True, slots=True)
class Before:
    """The file of that name as it was taken last; `state`: held, clearing or cleared."""

    lines: int
    lines_sha256: bytes
    sha256: bytes
    state: str


@dataclass(frozen=True, slots=True)
class News:
    """Lines from `first` on are new (from 0); none are for SAME and AGAIN."""

    verdict: Verdict
    first: int


def digest_of(lines: Sequence[str]) -> bytes:
    """SHA-256 over lines of goods; how they end, and what stands around them, does not count."""
    digest = hashlib.sha256()
    for line in lines:
        data = line.encode()
        digest.update(len(data).to_bytes(4, "big") + data)
    return digest.digest()


def news_of(lines: Sequence[str], sha256: bytes, before: Before | None) -> News:
    """What is new in a file with these lines of goods, whose bytes have this SHA-256.

    A file that was deleted on the terminal begins anew, whatever it begins with. The very same one
    may be a listing that is stale, so it does not count a second time.
    """
    if before is None:
        return News(Verdict.NEW, 0)
    if before.sha256 == sha256:
        return News(Verdict.AGAIN if before.state == "cleared" else Verdict.SAME, len(lines))
    begins_alike = (
        0 < before.lines <= len(lines) and digest_of(lines[: before.lines]) == before.lines_sha256
    )
    if before.state == "cleared" or not begins_alike:
        return News(Verdict.NEW, 0)
    if before.lines == len(lines):
        return News(Verdict.SAME, len(lines))
    grown = Verdict.GROWN if before.state == "held" else Verdict.DOUBTFUL
    return News(grown, before.lines)
