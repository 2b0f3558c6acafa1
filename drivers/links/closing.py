"""What all links share: a clock, chance, and `with` that closes."""

import secrets
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from types import TracebackType
from typing import Self

from drivers.contract import Cipher


class ClosingLink(ABC):
    """A link that is closed at the end of its `with`, in the time of this machine."""

    @abstractmethod
    def close(self) -> None:
        """Give the port back; a second call does nothing."""

    def now_s(self) -> float:
        """Monotonic seconds."""
        return time.monotonic()

    def random_bits(self, bits: int) -> int:
        """A number that nobody can guess."""
        return secrets.randbits(bits)

    def cipher(self, fresh: Callable[[], Cipher]) -> Cipher:
        """A fresh one: nobody listens here."""
        return fresh()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
