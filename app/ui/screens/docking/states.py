"""How far a terminal is, as colour, icon and word."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.i18n import N_
from app.ui.language import Language
from app.ui.models.columns import Look
from drivers.discovery import Slot

LOOKS: Mapping[str, Look] = {
    "expected": Look("idle", "circle-dashed", N_("Expected")),
    "detected": Look("busy", "usb", N_("Detected")),
    "identified": Look("busy", "scan-search", N_("Identified")),
    "pulling": Look("busy", "download", N_("Pulling")),
    "checking": Look("busy", "loader-circle", N_("Checking")),
    "committed": Look("busy", "database", N_("Committed")),
    "pushing": Look("busy", "smartphone", N_("Pushing")),
    "photos": Look("busy", "image", N_("Photos")),
    "safe": Look("ok", "circle-check", N_("Safe to remove")),
    "duplicate": Look("ok", "copy", N_("Already received")),
    "needs_you": Look("warn", "triangle-alert", N_("Needs you")),
    "failed": Look("bad", "circle-x", N_("Failed")),
}
BUSY = ("detected", "identified", "pulling", "checking", "committed", "pushing", "photos")
DONE = ("safe", "duplicate", "needs_you")
CLOCK_TOLERATED_MS = 120_000


@dataclass(frozen=True, slots=True)
class CardFacts:
    """What one card shows; `place` is the key of the card: a terminal number or a port."""

    place: str
    state: str = "expected"
    terminal_no: int | None = None
    person: str = ""
    route: str = ""
    port: str = ""
    battery_percent: int | None = None
    clock_offset_ms: int | None = None
    app_version: str = ""
    done_bytes: int = 0
    total_bytes: int = 0
    bytes_per_s: int = 0
    left_s: int | None = None
    waiting: int = 0
    new_records: int | None = None
    trouble: str = ""
    last_seen: str = ""
    slot: Slot | None = None
    needs_pairing: bool = False


def name_of(facts: CardFacts, t: Language) -> str:
    """Return the terminal's name: its number and its person, or the port while it is unknown."""
    if facts.terminal_no is None:
        return facts.port or t("Unknown terminal")
    number = t("Terminal {n}", n=facts.terminal_no)
    return f"{number}  {facts.person}" if facts.person else number


def place_words(facts: CardFacts, t: Language) -> str:
    """Return where a terminal is plugged in: the slot of its cradle, else its port."""
    if facts.slot is None:
        return facts.port
    return t("slot {slot} of hub {hub}", slot=facts.slot.number, hub=facts.slot.hub)


def clock_words(offset_ms: int | None, t: Language) -> tuple[str, bool]:
    """Return how wrong the terminal's clock is, and whether that is too much."""
    if offset_ms is None:
        return "", False
    if abs(offset_ms) < 1000:
        return t("clock right"), False
    seconds = round(abs(offset_ms) / 1000)
    if seconds < 120:
        span = t("{n} s", n=seconds)
    elif seconds < 7200:
        span = t("{n} min", n=round(seconds / 60))
    elif seconds < 172_800:
        span = t("{n} h", n=round(seconds / 3600))
    else:
        span = t("{n} days", n=round(seconds / 86_400))
    words = (
        t("clock {span} slow", span=span) if offset_ms > 0 else t("clock {span} fast", span=span)
    )
    return words, abs(offset_ms) > CLOCK_TOLERATED_MS


def size_words(size_bytes: int, t: Language) -> str:
    if size_bytes < 1000:
        return t("{n} B", n=size_bytes)
    if size_bytes < 1_000_000:
        return t("{n} kB", n=t.number(round(size_bytes / 1000)))
    if size_bytes < 1_000_000_000:
        return t("{n} MB", n=f"{size_bytes / 1_000_000:.1f}")
    return t("{n} GB", n=f"{size_bytes / 1_000_000_000:.1f}")


def progress_words(facts: CardFacts, t: Language) -> str:
    """Return what goes on or how it ended, in one short line."""
    if facts.state in ("pulling", "photos") and facts.total_bytes:
        parts = [
            t(
                "{done} of {total}",
                done=size_words(facts.done_bytes, t),
                total=size_words(facts.total_bytes, t),
            )
        ]
        if facts.bytes_per_s:
            parts.append(t("{rate}/s", rate=size_words(facts.bytes_per_s, t)))
        if facts.left_s is not None:
            parts.append(t("{n} s left", n=facts.left_s))
        return " · ".join(parts)
    if facts.trouble:
        return facts.trouble
    if facts.state == "needs_you":
        return t("Safe to remove · {n} waiting in quarantine", n=facts.waiting)
    if facts.state == "safe" and facts.new_records is not None:
        return t("{n} new records", n=t.number(facts.new_records))
    return {
        "expected": t("Plug it in: nothing to click"),
        "detected": t("Asking who is there"),
        "identified": t("Opening its batches"),
        "checking": t("Checking every record"),
        "committed": t("Stored and posted"),
        "pushing": t("Sending it tomorrow's data"),
        "photos": t("Fetching its photos"),
        "duplicate": t("Nothing new on it"),
    }.get(facts.state, "")
