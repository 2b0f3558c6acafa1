"""What can be told about a line afterwards."""

from dataclasses import dataclass


@dataclass(slots=True)
class Statistics:
    """Counted since the object was made."""

    frames_received: int = 0
    frames_sent: int = 0
    damaged_frames: int = 0
    noise_bytes: int = 0
    stale_frames: int = 0
    resent_bytes: int = 0
    duplicate_bytes: int = 0
    payload_bytes: int = 0
