"""What all links share: a clock, and `with` that closes."""

import time
from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self


class ClosingLink(ABC):
    """A link that is closed at the end of its `with`, in the time of this machine."""

    @abstractmethod
    def close(self) -> None:
        """Give the port back; a second call does nothing."""

    def now_s(self) -> float:
        """Monotonic seconds."""
        return time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
