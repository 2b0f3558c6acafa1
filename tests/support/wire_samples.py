"""One message of every kind."""

from drivers.contract import Verdict
from drivers.protocols.docking import messages
from drivers.protocols.docking.codes import Code
from drivers.protocols.docking.messages import Message

DIGEST = bytes(range(32))
SAMPLES: list[Message] = [
    messages.Hello(127, 3, 1, "SN1", "TD-1", "1.0", 1, "P01", 77, 1, 1, 80, 1 << 40),
    messages.Hello(127, 3, 1, "SN1", "TD-1", "1.0", 1, "张三", 77, 1, 1),
    messages.ClockPing(2),
    messages.ClockPong(2, 1_795_000_000_000),
    messages.Welcome("desk", 1, 4 << 20),
    messages.Resume(5, 3),
    messages.BatchOffer(1, 1, 5, 900, DIGEST),
    messages.BatchWant(1, 0, b""),
    messages.BatchWant(1, 512, DIGEST),
    messages.BatchData(1, 512, b"data"),
    messages.Verdicts(1, (Verdict(4, "E_CUST", "Q"), Verdict(5, "E_UOM", "R"))),
    messages.BatchReceipt(1, DIGEST, "applied", 5, 3, 2),
    messages.NoMore(),
    messages.DatasetOffer("products", 9, 100, DIGEST),
    messages.DatasetWant("products", 100, DIGEST),
    messages.DatasetData("products", 0, b"x"),
    messages.DatasetCommit(),
    messages.DatasetDone(),
    messages.Seal(5, 3),
    messages.Safe(),
    messages.Failure(Code.DESK_BUSY, "later"),
]
