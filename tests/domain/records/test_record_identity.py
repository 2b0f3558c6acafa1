"""Who a record is, and importing the same records again."""

from hashlib import sha256
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from app.domain.ledger import Ledger
from app.domain.records.identity import Arrival, TerminalKey, classify
from app.domain.stock import LocationKind
from tests.support.goods import BEER, PLACES, move
from tests.support.properties import moderate

keys = st.builds(
    TerminalKey,
    st.integers(0, 9999),
    st.integers(0, 999),
    st.integers(0, 65_535),
    st.integers(0, 2**32 - 1),
)


@given(keys, keys)
@moderate
def test_a_record_has_one_lasting_key(one: TerminalKey, other: TerminalKey) -> None:
    assert one.uuid() == TerminalKey(one.branch, one.terminal, one.epoch, one.seq).uuid()
    assert (one.uuid() == other.uuid()) == (one == other)
    assert one.uuid().version == 5
    assert one.ref == (one.epoch, one.seq)


def test_the_key_of_a_record_never_changes_between_versions() -> None:
    assert TerminalKey(127, 3, 1, 42).uuid() == UUID("89a32348-56f6-5a7c-b65d-7e3907c82ec1")


def test_new_repeated_and_conflicting_records() -> None:
    known = {7: sha256(b"seven").digest()}
    assert classify(known, 8, sha256(b"eight").digest()) is Arrival.NEW
    assert classify(known, 7, sha256(b"seven").digest()) is Arrival.REPEATED
    assert classify(known, 7, sha256(b"Seven").digest()) is Arrival.CONFLICT


Upload = list[tuple[int, int]]


def take_in(ledger: Ledger, known: dict[int, bytes], upload: Upload) -> list[Arrival]:
    """Receive (seq, quantity) records as goods received; what is not new has no effect."""
    arrivals = []
    for seq, qty in upload:
        digest = sha256(f"{seq}:{qty}".encode()).digest()
        arrival = classify(known, seq, digest)
        if arrival is Arrival.NEW:
            known[seq] = digest
            key = TerminalKey(127, 3, 1, seq).uuid().int
            ledger.post([move(key, LocationKind.SUPPLIER, LocationKind.WAREHOUSE, qty)])
        arrivals.append(arrival)
    return arrivals


uploads = st.lists(st.tuples(st.integers(1, 30), st.integers(1, 50)), unique_by=lambda r: r[0])


@given(uploads, st.integers(0, 30))
@moderate
def test_inv_21_importing_the_same_upload_again_changes_nothing(upload: Upload, cut: int) -> None:
    ledger, known = Ledger(), dict[int, bytes]()
    take_in(ledger, known, upload[:cut])
    take_in(ledger, known, upload)
    moves, digests = ledger.moves, dict(known)
    assert take_in(ledger, known, upload) == [Arrival.REPEATED] * len(upload)
    assert (ledger.moves, known) == (moves, digests)
    on_hand = ledger.balance(PLACES[LocationKind.WAREHOUSE].key, BEER)
    assert on_hand == sum(qty for _, qty in upload)


@given(uploads, uploads)
@moderate
def test_inv_21_a_record_that_came_changed_is_a_conflict_and_has_no_effect(
    first: Upload, second: Upload
) -> None:
    ledger, known = Ledger(), dict[int, bytes]()
    take_in(ledger, known, first)
    before = dict(first)
    arrivals = take_in(ledger, known, second)
    for (seq, qty), arrival in zip(second, arrivals, strict=True):
        if seq not in before:
            assert arrival is Arrival.NEW
        else:
            assert (arrival is Arrival.REPEATED) == (before[seq] == qty)
    assert len(ledger.moves) == len(before.keys() | dict(second).keys())
