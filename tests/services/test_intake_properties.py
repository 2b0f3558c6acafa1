"""Whatever terminals send, and however often: INV-20 and INV-21 hold."""

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.services.archive import Origin
from app.services.intake import take_in
from app.services.office import Office
from app.storage import migrate
from app.storage.queries.fingerprint import fingerprint
from tests.support.offices import CLERK, Terminal, found_sample_branch, open_office
from tests.support.trades import assert_sound

PRODUCTS = st.sampled_from(["HX500", "XG330", "HX5OO", "NOPE"])
LINES = st.lists(st.tuples(PRODUCTS, st.integers(1, 9)), min_size=1, max_size=3)
CUSTOMERS = st.sampled_from(["C0001", "C0002", "C0009"])
Step = tuple[str, object, list[tuple[str, int]]]
NOTHING: st.SearchStrategy[list[tuple[str, int]]] = st.just([])
ORDERS = st.tuples(st.just("order"), CUSTOMERS, LINES)
COUNTS = st.tuples(st.just("count"), st.sampled_from(["WH1", "WH9"]), LINES)
NOTES = st.tuples(st.just("delivery"), CUSTOMERS, LINES)
RUBBISH = st.tuples(st.just("rubbish"), st.binary(min_size=1, max_size=20), NOTHING)
BATCHES = st.lists(st.lists(ORDERS | COUNTS | NOTES | RUBBISH, min_size=1, max_size=4), max_size=3)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("template") / "data"
    data.mkdir()
    url = f"sqlite:///{data / 'tallydock.sqlite'}"
    migrate.upgrade(url)
    found_sample_branch(open_office(url, data)).database.close()
    return data


@settings(max_examples=15, deadline=None)
@given(BATCHES)
def test_any_uploads_are_accounted_for_and_count_once(
    template: Path, batches: list[list[Step]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        shutil.copytree(template, data)
        office = open_office(f"sqlite:///{data / 'tallydock.sqlite'}", data)
        sent = send(office, batches)
        before = digest(office)
        for origin, batch in sent:
            again = take_in(office, CLERK, origin, batch)
            assert again.counts.already_received == again.counts.uploaded
        assert digest(office) == before
        assert_sound(office)
        office.database.close()


def send(office: Office, batches: list[list[Step]]) -> list[tuple[Origin, bytes]]:
    terminal = Terminal()
    sent = []
    for batch in batches:
        for kind, name, lines in batch:
            if kind == "order":
                terminal.order(str(name), *lines)
            elif kind == "count":
                terminal.count(str(name), *dict(lines).items())
            elif kind == "delivery":
                told = [(no, code, qty, 0) for no, (code, qty) in enumerate(lines, start=1)]
                terminal.delivery("0127-DN-2606-000001-7", str(name), *told)
            elif isinstance(name, bytes):
                terminal.seq += 1
                terminal.waiting.append((terminal.seq, name))
        data = terminal.seal()
        result = take_in(office, CLERK, terminal.origin, data)
        counts = result.counts
        told_of = counts.accepted + counts.warned + counts.quarantined + counts.rejected
        assert told_of + counts.conflicts + counts.already_received == counts.uploaded
        sent.append((terminal.origin, data))
    return sent


def digest(office: Office) -> dict[str, str]:
    with office.database.read() as reader:
        return fingerprint(reader)
