"""X1: from its pairing on an upload counts only if one of the terminal's devices signed it."""

import pytest

from app.services.office import Office
from app.services.pairing import Device, Seat, trust
from drivers.protocols.docking import cbor
from drivers.protocols.docking.batch import CHAIN_START
from tests.support.credentials import HANDHELD, certificate
from tests.support.offices import CLERK, Terminal
from tests.support.signing import Signer, fields_of
from tests.support.trades import assert_sound


@pytest.fixture
def signer() -> Signer:
    """Terminal 3 with the device that the desk knows, and one order."""
    signer = Signer(Terminal())
    signer.terminal.order()
    return signer


def documents(office: Office) -> int:
    with office.database.read() as reader:
        query = "SELECT COUNT(*) FROM document WHERE kind = 'SO'"
        return int(reader.connection.exec_driver_sql(query).scalar_one())


def assert_turned_down(
    desk: Office, signer: Signer, data: bytes, code: str, after: int = 0
) -> None:
    """Kept, told, posted nothing; the records stay at the terminal."""
    result = signer.bring(desk, data)
    assert [each.code for each in result.problems] == [code]
    assert (result.receipt.state, documents(desk)) == ("rejected", after)
    kept = [path for path in desk.archive.root.rglob("*") if path.is_file()]
    assert data in [path.read_bytes() for path in kept]
    assert_sound(desk)


def test_a_signed_upload_counts(desk: Office, signer: Signer) -> None:
    result = signer.bring(desk, signer.seal())
    assert (result.receipt.state, result.problems) == ("applied", ())
    assert documents(desk) == 1


def test_every_bit_that_could_be_altered(desk: Office, signer: Signer) -> None:
    """Never posted: the batch no longer opens, is not its own, or bears no true signature."""
    data = signer.seal()
    codes = set()
    for place in range(0, len(data), 5):
        spoilt = bytearray(data)
        spoilt[place] ^= 1 << place % 8
        result = signer.bring(desk, bytes(spoilt))
        codes |= {each.code for each in result.problems}
        assert result.receipt.state == "rejected"
    assert documents(desk) == 0
    assert {"E_BATCH_DAMAGED", "E_BATCH_CONFLICT"} <= codes
    assert_sound(desk)


@pytest.mark.parametrize("key", [4, 11, 12, 14])
def test_a_header_that_was_altered_and_still_opens(desk: Office, signer: Signer, key: int) -> None:
    fields = fields_of(signer.seal())
    value = fields[key]
    assert isinstance(value, int)
    fields[key] = value + 1
    if key == 4:
        signer.terminal.batch_no += 1
    assert_turned_down(desk, signer, cbor.encode(fields), "E_SIGNATURE")


def test_a_signature_of_one_bit_less(desk: Office, signer: Signer) -> None:
    fields = fields_of(signer.seal())
    signature = fields[16]
    assert isinstance(signature, bytes)
    fields[16] = signature[:-1] + bytes([signature[-1] ^ 1])
    assert_turned_down(desk, signer, cbor.encode(fields), "E_SIGNATURE")


@pytest.mark.parametrize("name", ["stranger", "fourth"])
def test_signed_by_another_device(desk: Office, name: str) -> None:
    trust(desk, CLERK, Seat(4), Device(certificate("fourth").hex()), "file")
    other = Signer(Terminal(), name)
    other.terminal.order()
    assert_turned_down(desk, other, other.seal(), "E_SIGNATURE")


def test_unsigned_after_the_pairing(desk: Office, signer: Signer) -> None:
    signer.terminal.order("C0002")
    assert_turned_down(desk, signer, signer.terminal.seal(), "E_SIGNATURE")


def test_a_signature_that_was_taken_off(desk: Office, signer: Signer) -> None:
    fields = fields_of(signer.seal())
    del fields[15], fields[16]
    assert_turned_down(desk, signer, cbor.encode(fields), "E_SIGNATURE")


def test_the_replaced_device_may_still_prove_what_it_made(desk: Office, signer: Signer) -> None:
    """Its records were true when it signed them; a foreign one's never were."""
    trust(desk, CLERK, Seat(3), Device(certificate("newer").hex()), "file")
    assert signer.bring(desk, signer.seal()).receipt.state == "applied"


def test_a_broken_chain_is_told(desk: Office, signer: Signer) -> None:
    """One is missing, or the device was copied: what is new counts, and is asked about."""
    signer.bring(desk, signer.seal())
    signer.chain = bytes(31) + b"\1"
    signer.terminal.order("C0002")
    result = signer.bring(desk, signer.seal())
    assert [each.code for each in result.problems] == ["E_CHAIN"]
    assert (result.receipt.state, documents(desk)) == ("partly_applied", 2)
    assert_sound(desk)


def test_two_chains_of_one_key(desk: Office, signer: Signer) -> None:
    """A copied device goes on from the same memory: same numbers, other contents."""
    signer.bring(desk, signer.seal())
    copy = Signer(Terminal(seq=2, batch_no=1))
    copy.chain = signer.chain
    signer.terminal.order("C0001", ("HX500", 1))
    copy.terminal.order("C0002", ("XG330", 9), price=3600)
    assert signer.bring(desk, signer.seal()).receipt.state == "applied"
    assert_turned_down(desk, copy, copy.seal(), "E_BATCH_CONFLICT", after=2)
    # Its next upload does not follow ours, and its numbers are taken.
    copy.terminal.seq -= 2
    copy.terminal.order("C0002", ("HX500", 7))
    result = copy.bring(desk, copy.seal())
    assert {"E_CHAIN", "E_RECORD_CONFLICT"} <= {each.code for each in result.problems}
    assert documents(desk) == 2
    assert_sound(desk)


def test_an_old_upload_again_changes_nothing(desk: Office, signer: Signer) -> None:
    data = signer.seal()
    first = signer.bring(desk, data)
    again = signer.bring(desk, data)
    assert (again.receipt, documents(desk)) == (first.receipt, 1)
    assert again.counts.already_received == again.counts.uploaded


def test_an_old_upload_under_a_new_number(desk: Office, signer: Signer) -> None:
    data = signer.seal()
    signer.bring(desk, data)
    signer.terminal.batch_no += 1
    assert_turned_down(desk, signer, data, "E_BATCH_DAMAGED", after=1)


def test_a_chain_begins_with_each_epoch(desk: Office, signer: Signer) -> None:
    signer.bring(desk, signer.seal())
    later = Signer(Terminal(epoch=2), HANDHELD)
    assert later.chain == CHAIN_START
    later.terminal.order("C0002")
    assert later.bring(desk, later.seal()).problems == ()
