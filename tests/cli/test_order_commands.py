"""A day of goods from the command line: orders, their deliveries, what became of them."""

import json
from pathlib import Path

from app.services.office import Office
from tests.cli.conftest import Run

DAY = "2026-06-02"


def test_an_order_is_entered_and_shown(tallydock: Run, office: Office) -> None:
    made = tallydock(
        "--json", "orders", "enter", "C0001", "--line", "HX500 5+3", "--line", "XG330 2CS",
        "--wanted", DAY,
    )  # fmt: skip
    assert (made.code, made.document["state"]) == (0, "confirmed")
    shown = tallydock("--json", "orders", "show", made.document["number"]).document
    assert [line["ordered"] for line in shown["lines"]] == [63, 24]
    assert shown["class"] == "direct"
    listed = tallydock("--json", "orders", "list", "--state", "confirmed").document
    assert listed["totals"] == {"direct": {"orders": 1, "net_fen": shown["net_fen"]}}
    assert made.document["number"] in tallydock("orders", "list").out


def test_a_held_order_says_why_and_waits_for_another_person(
    tallydock: Run, office: Office, tmp_path: Path
) -> None:
    file = tmp_path / "order.json"
    plain = {"customer": "C0001", "lines": ["HX500 999"], "payment": "credit", "wanted": DAY}
    file.write_text(json.dumps(plain))
    made = tallydock("--json", "orders", "enter", "--file", str(file))
    assert (made.code, made.document["state"]) == (1, "held")
    assert [each["code"] for each in made.document["problems"]] == ["E_STOCK"]
    number = made.document["number"]
    own = tallydock("orders", "release", number, "--reason", "fine")
    assert (own.code, "Ask somebody else" in own.err) == (4, True)
    other = tallydock("orders", "release", number, "--reason", "fine", "--user", "chief")
    assert other.code == 0
    gone = tallydock("--json", "orders", "cancel", number, "--reason", "too much")
    assert gone.document["state"] == "cancelled"


def test_what_is_no_order_is_refused_with_the_next_step(tallydock: Run, office: Office) -> None:
    assert tallydock("orders", "enter", "C0001", "--line", "HX500 many").code == 4
    assert tallydock("orders", "enter", "C0001", "--line", "NOTHING 3").code == 4
    assert tallydock("orders", "enter").code == 2
    assert tallydock("orders", "enter", "--file", "/nowhere.json").code == 2
    assert tallydock("orders", "show", "0127-SO-2606-000099-9").code == 4


def test_an_order_is_amended(tallydock: Run, office: Office) -> None:
    first = tallydock("--json", "orders", "enter", "C0001", "--line", "HX500 5").document["number"]
    second = tallydock("--json", "orders", "amend", first, "C0001", "--line", "HX500 4").document
    assert second["state"] == "confirmed"
    assert tallydock("--json", "orders", "show", first).document["ended_because"] == "amended"


def test_a_day_of_deliveries(tallydock: Run, office: Office, tmp_path: Path) -> None:
    for customer, line in (("C0001", "HX500 5"), ("C0002", "XG330 3")):
        tallydock("orders", "enter", customer, "--line", line, "--wanted", DAY)
    assert tallydock("--json", "deliveries", "plan", DAY).document["deliveries"] == {"R01": 2}
    loaded = tallydock("--json", "deliveries", "load", DAY, "R01").document
    one, two = loaded["notes"]
    part = tallydock(
        "--json", "deliveries", "confirm", one, "--signer", "Wang", "--refused", "1=12",
        "--reason", "DMG",
    )  # fmt: skip
    assert part.document["confirmed"] == 1
    file = tmp_path / "results.json"
    file.write_text(json.dumps([{"number": two, "missed": True, "reason": "closed"}]))
    assert tallydock("deliveries", "confirm", "--file", str(file)).code == 0
    shown = tallydock("--json", "deliveries", "show", one).document
    assert (shown["result"], shown["signer"], shown["lines"][0]["refused"]) == ("part", "Wang", 12)
    states = {
        row["number"]: row["result"]
        for row in tallydock("--json", "deliveries", "list", DAY).document["deliveries"]
    }
    assert states == {one: "part", two: "missed"}
    assert tallydock("--json", "deliveries", "plan", "2026-06-03").document["total"] == 1
    undone = tallydock("--json", "deliveries", "reverse", one, "--reason", "mistake").document
    assert "-RV-" in undone["reversal"]
    assert tallydock("check").code == 0


def test_a_planned_delivery_is_dropped_and_a_refused_one_brought_again(
    tallydock: Run, office: Office
) -> None:
    made = tallydock("--json", "orders", "enter", "C0001", "--line", "HX500 5", "--wanted", DAY)
    order = made.document["number"]
    tallydock("deliveries", "plan", DAY)
    (row,) = tallydock("--json", "deliveries", "list", DAY).document["deliveries"]
    assert tallydock("deliveries", "drop", "x", "--reason", "rain").code == 2
    assert tallydock("deliveries", "drop", row["id"], "--reason", "rain").code == 0
    tallydock("deliveries", "plan", DAY)
    (note,) = tallydock("--json", "deliveries", "load", DAY, "R01").document["notes"]
    tallydock("deliveries", "confirm", note, "--refused", "1=60", "--reason", "DMG")
    assert tallydock("--json", "deliveries", "plan", "2026-06-03").document["total"] == 0
    again = tallydock("--json", "deliveries", "again", order, "2026-06-03")
    assert again.document["deliveries"] == 1


def test_a_wholesaler_delivers_and_his_slip_says_what(tallydock: Run, office: Office) -> None:
    entering = ("orders", "enter", "C0001", "--line", "HX500 5", "--wholesaler", "SUP1")
    number = tallydock("--json", *entering).document["number"]
    number = tallydock("--json", "orders", "amend", number, "C0001", "--line", "HX500 4").document[
        "number"
    ]
    told = ("deliveries", "by-wholesaler", number, "LJ-1", "--line", "1=40", "--day", DAY)
    assert tallydock(*told).code == 0
    assert tallydock("--json", "orders", "show", number).document["state"] == "partly_delivered"
    assert tallydock(*told).code == 4
    assert tallydock("deliveries", "by-wholesaler", number, "LJ-2", "--line", "1").code == 2
    assert tallydock("deliveries", "by-wholesaler", number, "LJ-2").code == 0
    assert tallydock("--json", "orders", "show", number).document["state"] == "delivered"


def test_a_checked_load_takes_what_was_found(tallydock: Run, office: Office) -> None:
    tallydock("orders", "enter", "C0001", "--line", "HX500 5", "--wanted", DAY)
    assert tallydock("deliveries", "plan", DAY).code == 0
    checking = ("deliveries", "load", DAY, "R01", "--checker", "K01", "--driver")
    assert tallydock(*checking, "K01", "--found", "HX500 5").code == 4
    loaded = tallydock("--json", *checking, "D01", "--found", "HX500 4CS+6", "--seal", "S-1")
    assert loaded.document["differences"] == [{"product": "HX500", "picked": 60, "found": 54}]
    assert [row["qty"] for row in loaded.document["shorts"]] == [6]


def test_a_price_is_explained(tallydock: Run, office: Office) -> None:
    told = tallydock("--json", "prices", "explain", "C0001", "HX500", "2CS+6", "--day", DAY)
    ((price,), (line,)) = told.document["prices"], told.document["lines"]
    assert (price["level"], price["list"], price["price_fen"]) == ("base", "BASE", 5350)
    assert (line["qty"], line["net_fen"]) == (30, 13375)
    assert "133.75" in tallydock("prices", "explain", "C0001", "HX500", "2CS+6", "--day", DAY).out
    assert tallydock("prices", "explain", "NOBODY", "HX500").code == 4
    assert tallydock("prices", "explain", "C0001", "NOTHING").code == 4
