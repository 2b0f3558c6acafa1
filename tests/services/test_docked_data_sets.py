"""A real handheld takes its data sets home once, and afterwards only what changed."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.clock import SystemClock
from app.services.datasets.catalogue import DATASETS
from app.services.docking import dock
from app.services.masters import MasterData, put_masters
from app.services.office import Office
from app.services.replaying import replay
from tests.support.credentials import introduce
from tests.support.handhelds import handheld
from tests.support.offices import CLERK, Terminal, sample_masters
from tests.support.taking_home import add_customers


@pytest.fixture
def desk(office: Office) -> Office:
    """The sample branch in real time, with many customers, for terminal 3."""
    introduce(office, CLERK, 3)
    add_customers(office, *(f"C1{number:03}" for number in range(50)))
    return office.with_clock(SystemClock())


def taken_home(office: Office) -> list[dict[str, Any]]:
    """What the log of each docking says of the data sets, the first docking first."""
    query = "SELECT log FROM dock_session ORDER BY started_ms, id"
    with office.database.read() as reader:
        logs = [json.loads(row.log) for row in reader.connection.exec_driver_sql(query)]
    return [event["fields"] for log in logs for event in log if event["code"] == "packages"]


def test_only_what_changed_goes_over_the_line(
    desk: Office, terminal: Terminal, tmp_path: Path, new_url: Callable[..., str]
) -> None:
    terminal.order("C0001", ("HX500", 10))
    day = tmp_path / "day.cbor"
    day.write_bytes(terminal.seal())
    (customer, _) = sample_masters().customers
    renamed = replace(customer, party=replace(customer.party, name="东浦新烟酒店"))
    with handheld(tmp_path, "--load", str(day)) as port:
        reports = [dock(desk, CLERK, port), dock(desk, CLERK, port)]
        put_masters(desk, CLERK, MasterData(customers=(renamed,)))
        reports.append(dock(desk, CLERK, port))
    assert [report.state for report in reports] == ["done"] * 3
    assert [problem.code for report in reports for problem in report.problems] == []
    first, second, third = taken_home(desk)
    assert (first["sets"], first["deltas"]) == (len(DATASETS), 0)
    # the time of the data alone
    assert (second["sets"], second["deltas"]) == (1, 0)
    assert (third["sets"], third["deltas"]) == (2, 1)
    assert third["bytes"] < 200
    assert replay(desk, CLERK, new_url(empty=True)).differing == ()
