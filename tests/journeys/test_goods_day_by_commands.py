"""A day of goods from the command line alone: from the docking to the count, then replayed."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.clock import SystemClock
from app.services.demo.days import moment_ms, write_order
from app.services.demo.demand import Wish
from app.services.demo.names import BRANCH_NO
from app.services.demo.recorder import Recorder
from app.services.demo.seeds import Streams
from app.services.demo.world import build_world
from app.settings import Settings, save_settings
from tests.support.branches import program, run_program
from tests.support.credentials import introduce
from tests.support.sample_office import CLERK, SAMPLE_DAY, make_sample_office
from tests.support.terminals import start_handheld

NEW = 9
TOMORROW = SAMPLE_DAY + timedelta(days=1)


@pytest.mark.timeout(600)
def test_dock_order_plan_load_deliver_return_and_count(tmp_path: Path) -> None:
    data = tmp_path / "data"
    office = make_sample_office(data).office
    introduce(office, CLERK, NEW, f"terminal-{NEW}", "S01")
    office.database.close()
    shift_s = (moment_ms(SAMPLE_DAY, 19) - SystemClock().now_ms()) // 1000
    save_settings(data / "settings.toml", Settings(clock_shift_s=shift_s))

    def tallydock(*arguments: str, code: int = 0) -> Any:
        done = run_program([*program(data), "--json", *arguments])
        assert done.code == code, (arguments, done.out, done.err)
        return done.document

    handheld = start_handheld(
        tmp_path,
        device=f"terminal-{NEW}",
        load=_an_order(tmp_path),
        faults=[f"clock={shift_s}"],
    )
    try:
        docked = tallydock("dock", handheld.port)
    finally:
        handheld.stop()
    assert (docked["docked"], docked["records"]["lost"]) == (1, 0)
    assert docked["posted"]["documents"] == 1

    tallydock("orders", "enter", "C03", "--line", "HX500 5", "--wanted", str(TOMORROW))
    planned = tallydock("deliveries", "plan", str(TOMORROW))
    notes: list[str] = []
    for route in planned["deliveries"]:
        notes += tallydock("deliveries", "load", str(TOMORROW), route)["notes"]
    assert len(notes) == planned["total"] == 2
    assert tallydock("deliveries", "confirm", *notes, "--signer", "Wang")["confirmed"] == 2

    told = tallydock("deliveries", "show", notes[0])
    customer = next(
        row["customer"]
        for row in tallydock("deliveries", "list", str(TOMORROW))["deliveries"]
        if row["number"] == notes[0]
    )
    line = f"{told['lines'][0]['product']} 0+3"
    back = ("returns", "request", customer, "--note", notes[0], "--line", line, "--reason", "DMG1")
    key = tallydock(*back)["id"]
    tallydock("returns", "receive", key)
    credited = tallydock("returns", "inspect", key, "--line", "1=3=damaged")
    assert (credited["state"], credited["net_fen"] > 0) == ("posted", True)

    sheet = tallydock("counts", "plan", "WH01", "--product", "HX500")["id"]
    book = tallydock("stock", "on-hand", "--place", "WH01", "--product", "HX500")["stock"]
    found = [part for row in book for part in ("--line", f"HX500/{row['lot']}=0+{row['qty']}")]
    tallydock("counts", "enter", sheet, "K01", *found)
    assert tallydock("counts", "submit", sheet)["state"] == "posted"

    assert tallydock("check")["problems"] == []
    again = tallydock("replay", "--into", f"sqlite:///{tmp_path / 'again.sqlite'}")
    assert again["equal"] is True


def _an_order(folder: Path) -> Path:
    """What a terminal brings: one order for tomorrow, sealed."""
    product = build_world(6, Streams()).products[0]
    memory = Recorder(BRANCH_NO, NEW, "S01")
    wishes = [Wish(product, product.case, 3)]
    write_order(memory, "C01", wishes, moment_ms(SAMPLE_DAY, 9), SAMPLE_DAY)
    memory.end_of_day(moment_ms(SAMPLE_DAY, 18))
    file = folder / f"terminal-{NEW}.cbor"
    file.write_bytes(memory.seal(moment_ms(SAMPLE_DAY, 18, 5)))
    return file
