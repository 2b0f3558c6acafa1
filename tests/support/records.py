"""Sample records of a handheld, as their bodies travel."""

from typing import Any

from app.domain.problems import Problem
from app.domain.records.drafts import ReadRecord
from app.domain.records.identity import TerminalKey
from app.domain.records.reading import read_record

TS_MS = 1_781_748_000_000
FIX = [TS_MS, 30_000_000, 120_000_000, 12, 0, 3]

# One full body of every type of the catalogue.
BODIES: dict[int, dict[int, Any]] = {
    10: {
        1: "C0001",
        2: 0,
        3: 1,
        4: "W01",
        5: "2026-06-19",
        6: 1,
        7: [1, 9],
        8: 1,
        9: 26750,
        10: "后门",
        11: 1,
        12: [1, 3],
    },
    11: {
        1: [1, 10],
        2: 1,
        3: "HX500",
        4: "CS",
        5: 5,
        6: 60,
        7: 5350,
        8: "PR-10",
        9: False,
        10: 26750,
    },
    12: {
        1: "0127-DN-2606-000123-6",
        2: "C0001",
        3: 1,
        4: "DMG1",
        5: "王店主",
        6: [1, 7],
        7: 30_000_000,
        8: 120_000_000,
        9: 12,
        10: 0,
    },
    13: {1: [1, 20], 2: 1, 3: "HX500", 4: "L2605A17", 5: 48, 6: 12, 7: "DMG1"},
    14: {1: "C0001", 2: 1, 3: "0127-DN-2606-000123-6", 4: [1, 5]},
    15: {1: [1, 30], 2: "HX500", 3: "L2605A17", 4: "2026-11-17", 5: 12, 6: "EXP2", 7: 1},
    16: {1: 3, 2: "C0001", 3: "WH01", 4: TS_MS, 5: TS_MS + 60_000, 6: True, 7: 1},
    17: {
        1: [1, 40],
        2: "HX500",
        3: "CS",
        4: 41,
        5: 2,
        6: 494,
        7: "L2605A17",
        8: "2026-11-17",
        9: 0,
    },
    20: {1: "C0001", 2: True, 3: "R01", 4: FIX, 5: [TS_MS + 600_000, *FIX[1:]], 6: 0, 7: "CLSD"},
    21: {1: [1, 50], 2: "FACING", 3: -2, 4: 8, 5: "冷柜"},
    22: {1: [1, 50], 2: 1, 3: bytes(32), 4: 300_000, 5: 1280, 6: 960, 7: TS_MS, 8: 74},
    23: {1: [1, 60], 2: 0, 3: b"\xff\xd8"},
    24: {1: "SV1", 2: 3, 3: [1, 50]},
    25: {1: [1, 70], 2: 4, 3: 1, 4: [1, 3], 5: -7, 6: "很好"},
    26: {1: [1, 50], 2: "别家啤酒", 3: "500ml", 4: 4990, 5: 6, 6: "买十赠一"},
    30: {1: "0127-T003-26-00031", 2: "C0001", 3: 0, 4: 26750, 5: "QR123", 6: False},
    31: {1: [1, 80], 2: "0127-DN-2606-000123-6", 3: 26750},
    32: {1: "FUEL", 2: 3500, 3: [1, 60]},
    33: {1: "C0001", 2: "EB500", 3: 120, 4: 90, 5: "0127-DN-2606-000123-6"},
    40: {1: "CF-000123", 2: [1, 50], 3: "C0001", 4: 0, 5: 3, 6: 8500, 7: [1, 60]},
    41: {1: "0127-LS-2606-000007-1", 2: "HX500", 3: 1440, 4: -12},
    42: {1: "HX500", 2: 330, 3: 2},
    43: {
        1: 1,
        2: "W01",
        3: "C0001",
        4: "S-77",
        5: 2,
        6: "HX500",
        7: 960,
        8: 0,
        9: "DMG1",
        10: "2026-06-18",
        11: 5350,
        12: 0,
    },
    50: {1: "C0001", 2: {"name": "东浦烟酒店", "phone": "000-1234567"}, 3: [1, 60]},
    51: {1: 0, 2: 30_000_000, 3: 120_000_000},
    52: {1: "TASK-7", 2: 1, 3: "店休", 4: [1, 60]},
    53: {1: "MSG-3", 2: TS_MS},
    54: {1: "C0001", 2: "QUAL", 3: "瓶盖生锈", 4: [1, 60]},
    60: {1: 1, 2: -3_600_000, 3: 0, 4: "clock"},
    61: {1: [1, 10], 2: "OTHR"},
    69: {1: {10: 1, 11: 1}, 2: 60, 3: 26750, 4: 10, 5: 11, 6: "0127-T003-26-00031"},
    201: {
        1: "SCANNED.TXT",
        2: bytes(32),
        3: 4096,
        4: 0,
        5: 0,
        6: 1,
        7: 3,
        8: 12,
        9: bytes(32),
        10: "generic-csv",
        11: b"6901234567892,12",
    },
    202: {1: 7, 2: "too_few_pieces", 3: "qty", 4: "what is this", 5: [1, 40]},
    203: {1: bytes(12)},
    204: {1: "SUP1", 2: "WH1", 3: 1},
    205: {1: [1, 60], 2: "HX500", 3: 500, 4: "L2605A", 5: "2026-05-10", 6: "2026-11-06"},
}


def body(type_no: int, changes: dict[int, Any] | None = None) -> dict[int, Any]:
    """The sample body with some keys set anew; a key set to None is left out."""
    changed = BODIES[type_no] | (changes or {})
    return {key: value for key, value in changed.items() if value is not None}


def record(type_no: int, seq: int, changes: dict[int, Any] | None = None) -> ReadRecord:
    """The sample record read, under the number `seq` of terminal 3's first store."""
    fields = read_record(type_no, body(type_no, changes))
    if isinstance(fields, Problem):
        raise TypeError(fields)
    return ReadRecord(TerminalKey(127, 3, 1, seq), type_no, TS_MS, 480, "S01", fields)
