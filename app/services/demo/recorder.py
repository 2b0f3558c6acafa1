"""What a sample terminal writes down: numbered records, sealed into batches like a real one's."""

from collections import Counter
from dataclasses import dataclass, field

from app.domain.records.totals import QUANTITY_FIELDS
from app.domain.records.writing import write_body
from drivers.protocols.docking.batch import BatchHeader, encode_record, seal_batch

OFFSET_MIN = 480
APP_VERSION = "2.4.1"
SCHEMA_VERSION = 1
Ref = tuple[int, int]


@dataclass(slots=True)
class Recorder:
    """One terminal's memory: records not yet sealed, the next numbers, the operator's code."""

    branch: int
    terminal: int
    person: str
    epoch: int = 1
    next_seq: int = 1
    next_batch: int = 1
    pending: list[bytes] = field(default_factory=list)
    first_seq: int = 1
    opened_ms: int = 0
    clock_error_ms: int = 0
    counts: Counter[int] = field(default_factory=Counter)
    qty_sum: int = 0

    def write(self, type_no: int, at_ms: int, **values: object) -> Ref:
        """Add one record at the true time `at_ms`; returns its (epoch, seq) for lines to name."""
        at_ms += self.clock_error_ms
        self._keep(type_no, at_ms, write_body(type_no, values))
        quantity = values.get(QUANTITY_FIELDS.get(type_no, ""))
        self.qty_sum += quantity if isinstance(quantity, int) else 0
        return (self.epoch, self.next_seq - 1)

    def skip(self, count: int) -> None:
        """Lose `count` numbers, as a terminal with a damaged memory card does."""
        self.next_seq += count

    def end_of_day(self, at_ms: int, qty_error: int = 0) -> None:
        """The control totals over everything pending; `qty_error` plants a wrong sum."""
        self.write(
            69,
            at_ms,
            counts=dict(self.counts),
            qty_sum=self.qty_sum + qty_error,
            cash_fen=0,
            first_seq=self.first_seq,
            last_seq=self.next_seq - 1,
        )

    def seal(self, closed_ms: int) -> bytes:
        """The batch of all pending records; the memory starts a new one."""
        header = BatchHeader(
            branch=self.branch,
            terminal=self.terminal,
            epoch=self.epoch,
            batch_no=self.next_batch,
            seq_from=self.first_seq,
            seq_to=self.next_seq - 1,
            person=self.person,
            opened_ms=self.opened_ms,
            closed_ms=closed_ms,
            app_version=APP_VERSION,
            schema_version=SCHEMA_VERSION,
        )
        data = seal_batch(header, self.pending)
        self.next_batch += 1
        self.pending = []
        self.first_seq = self.next_seq
        self.counts = Counter()
        self.qty_sum = 0
        return data

    def _keep(self, type_no: int, at_ms: int, body: dict[int, object]) -> None:
        if not self.pending:
            self.opened_ms = at_ms
        data = encode_record(type_no, self.next_seq, at_ms, OFFSET_MIN, self.person, body)
        self.pending.append(data)
        self.counts[type_no] += 1
        self.next_seq += 1
