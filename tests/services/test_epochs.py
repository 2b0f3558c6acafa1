"""What a terminal's former life left behind counts, and never brings that life back."""

from app.services.office import Office
from app.services.recovering import recover
from app.services.terminals import TerminalFacts, enrol, note_terminal
from app.storage.queries.arrivals import find_terminal
from tests.support.offices import CLERK, Terminal
from tests.support.trades import assert_sound


def test_an_upload_of_a_former_epoch_is_recovered_without_going_back_to_it(
    office: Office, terminal: Terminal
) -> None:
    enrol(office, CLERK, 3, serial="SN1")
    note_terminal(office, CLERK, 3, TerminalFacts(1, "SN1", "T1"))
    terminal.order()
    data = terminal.seal()
    office.archive.keep(terminal.origin, data)
    note_terminal(office, CLERK, 3, TerminalFacts(2, "SN1", "T1"))
    again = Terminal(epoch=2)
    again.order("C0001", ("HX500", 1))
    again.upload(office)
    (taken,) = recover(office, CLERK)
    assert (taken.documents, taken.receipt.received_seq) == (1, 2)
    assert taken.problems == ()
    with office.database.read() as reader:
        known = find_terminal(reader, 3)
    assert known is not None
    assert (known.epoch, known.serial, known.received_seq) == (2, "SN1", 2)
    assert_sound(office)
