"""What a handheld keeps, and until when."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from drivers.contract import Held, Verdict, Watermarks
from drivers.devices.simulated.day import make_day
from drivers.devices.simulated.sealing import read_batch_file, seal_loose_records
from drivers.devices.simulated.store import Identity, StoredRecord, TerminalStore
from drivers.devices.simulated.store_packages import PackageDamaged
from drivers.protocols.docking.batch import BadRecord, BatchHeader, open_batch, seal_batch
from drivers.protocols.docking.datasets import delta, encode_rows
from drivers.protocols.docking.events import DatasetArrived
from drivers.protocols.docking.keys import make_key, sign
from drivers.protocols.docking.parcels import sha256
from tests.support.batches import make_record, write_batch

SIGN = partial(sign, make_key())
ME = Identity(1, 7, 1, "SIM", "S01")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[TerminalStore]:
    store = TerminalStore(tmp_path / "store.sqlite", ME)
    yield store
    store.close()


def records(first: int, last: int, origin: int = 0) -> list[StoredRecord]:
    return [StoredRecord(seq, seq, make_record(seq), origin) for seq in range(first, last + 1)]


def seal(store: TerminalStore) -> list[tuple[int, int, int]]:
    seal_loose_records(store, SIGN)
    return [(b.batch_no, b.seq_from, b.seq_to) for b in store.batches_after(0)]


def test_an_identity_is_settled_once(tmp_path: Path) -> None:
    TerminalStore(tmp_path / "store.sqlite", ME).close()
    later = TerminalStore(tmp_path / "store.sqlite", Identity(2, 9, 3, "OTHER", "S02"))
    assert later.identity() == ME
    later.close()


def test_the_same_records_again_add_nothing(store: TerminalStore) -> None:
    store.add(records(1, 5))
    store.add(records(3, 8))
    assert [record.seq for record in store.loose_records()] == list(range(1, 9))
    assert store.identity().last_seq == 8


def test_another_record_under_the_same_sequence_is_refused(store: TerminalStore) -> None:
    store.add(records(1, 5))
    with pytest.raises(ValueError, match="another record 5"):
        store.add([*records(6, 6), StoredRecord(5, 5, make_record(4))])
    assert store.identity().last_seq == 5


def test_a_batch_stays_as_it_was_sealed(store: TerminalStore) -> None:
    store.add(records(1, 5))
    assert seal(store) == [(1, 1, 5)]
    before = store.batches_after(0)
    store.add(records(6, 9))
    assert seal(store) == [(1, 1, 5), (2, 6, 9)]
    assert store.batches_after(0)[:1] == before


def test_batch_files_keep_their_borders_and_numbers(store: TerminalStore, tmp_path: Path) -> None:
    files = [
        write_batch(tmp_path / "a.cbor", 10, first_seq=1, batch_no=4),
        write_batch(tmp_path / "b.cbor", 10, first_seq=11, batch_no=5),
    ]
    for file in files:
        store.add(read_batch_file(file)[1])
    assert seal(store) == [(4, 1, 10), (5, 11, 20)]
    kept = [open_batch(batch.data) for batch in store.batches_after(0)]
    written = [open_batch(file.read_bytes()) for file in files]
    assert [each.header for each in kept] == [each.header for each in written]
    records_of = [[record.data for record in each.records] for each in kept]
    assert records_of == [[record.data for record in each.records] for each in written]
    first, second = (each.seal for each in kept)
    assert first is not None
    assert second is not None
    assert second.chain_before == first.chain


def test_damaged_records_are_loaded_as_they_are(store: TerminalStore, tmp_path: Path) -> None:
    damaged = make_record(2)[:-1] + b"\x00"
    header = BatchHeader(1, 7, 1, 1, 1, 3, "S01", 5, 9, "1.0", 1)
    file = tmp_path / "damaged.cbor"
    file.write_bytes(seal_batch(header, [make_record(1), damaged, make_record(3)]))
    store.add(read_batch_file(file)[1])
    assert seal(store) == [(1, 1, 3)]
    kept = open_batch(store.batches_after(0)[0].data).records
    assert isinstance(kept[1], BadRecord)
    assert kept[1].data == damaged


def test_what_is_backed_up_goes_and_nothing_else(store: TerminalStore) -> None:
    store.add(records(1, 5))
    seal(store)
    store.add(records(6, 9))
    seal(store)
    store.obey(Watermarks(9, 0))
    assert store.unsent() == 0
    assert len(store.batches_after(0)) == 2
    store.obey(Watermarks(9, 7))
    assert [(b.seq_from, b.seq_to) for b in store.batches_after(0)] == [(6, 9)]
    store.add(records(1, 5))
    assert store.loose_records() == []


def test_nothing_goes_that_the_desk_has_not_got(store: TerminalStore) -> None:
    store.add(records(1, 5))
    seal(store)
    store.obey(Watermarks(0, 5))
    assert len(store.batches_after(0)) == 1


def test_a_desk_that_fell_back_gets_what_it_lacks(store: TerminalStore) -> None:
    store.add(records(1, 5))
    seal(store)
    store.obey(Watermarks(5, 0))
    assert store.batches_after(5) == []
    store.obey(Watermarks(0, 0))
    assert store.unsent() == 5
    assert [batch.batch_no for batch in store.batches_after(0)] == [1]


def test_records_of_a_rejected_batch_go_into_a_new_one(store: TerminalStore) -> None:
    store.add(records(1, 5))
    seal(store)
    verdicts = [Verdict(0, "E_BATCH_TOTALS", "B")]
    store.take_receipt(1, Watermarks(0, 0), verdicts, rejected=True)
    assert seal(store) == [(2, 1, 5)]


def arrived(revision: int, data: bytes, whole: bytes, base: int = 0) -> DatasetArrived:
    return DatasetArrived("products", revision, data, base, 1, sha256(whole))


def test_a_data_set_goes_on_where_it_stopped_unless_it_changed(store: TerminalStore) -> None:
    packages = store.packages
    assert packages.stage("products", 1, b"a" * 32) == b""
    packages.stage_part("products", 0, b"first ")
    assert packages.stage("products", 1, b"a" * 32) == b"first "
    packages.switch()
    assert packages.all() == []
    assert packages.stage("products", 2, b"b" * 32) == b""
    packages.stage_part("products", 0, b"second")
    packages.stage_whole(arrived(2, b"second", b"second"))
    packages.switch()
    assert [(p.name, p.revision, p.data) for p in packages.all()] == [("products", 2, b"second")]


def test_a_change_makes_the_new_content_or_is_forgotten(store: TerminalStore) -> None:
    packages = store.packages
    old, new = encode_rows([["A", 1], ["B", 2]], 1), encode_rows([["A", 1], ["C", 3]], 1)
    packages.stage("products", 1, sha256(old))
    packages.stage_whole(arrived(1, old, old))
    packages.switch()
    change = delta(old, new, 1)
    packages.stage("products", 2, sha256(change))
    with pytest.raises(PackageDamaged):
        packages.stage_whole(arrived(2, change, b"another"))
    packages.switch()
    assert packages.held() == (Held("products", 0, sha256(old)),)
    packages.stage("products", 1, sha256(old))
    packages.stage_whole(arrived(1, old, old))
    packages.switch()
    packages.stage("products", 2, sha256(change))
    packages.stage_whole(arrived(2, change, new, base=1))
    packages.switch()
    assert packages.held() == (Held("products", 2, sha256(new)),)


def test_a_day_is_the_same_for_the_same_seed_and_adds_up() -> None:
    day = make_day(ME, 1_780_000_000_000, seed=3)
    assert day == make_day(ME, 1_780_000_000_000, seed=3)
    assert day != make_day(ME, 1_780_000_000_000, seed=4)
    assert [record.seq for record in day] == list(range(1, len(day) + 1))
