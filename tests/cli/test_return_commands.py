"""Returns from the command line, from the asking to the credit."""

from app.services.office import Office
from tests.cli.conftest import Run

DAY = "2026-06-02"


def delivered(tallydock: Run) -> str:
    tallydock("orders", "enter", "C0001", "--line", "HX500 5", "--wanted", DAY)
    tallydock("deliveries", "plan", DAY)
    (note,) = tallydock("--json", "deliveries", "load", DAY, "R01").document["notes"]
    tallydock("deliveries", "confirm", note, "--signer", "Wang")
    return str(note)


def test_a_return_is_asked_for_received_and_credited(tallydock: Run, office: Office) -> None:
    note = delivered(tallydock)
    asked = tallydock(
        "--json", "returns", "request", "C0001", "--note", note, "--line", "HX500 1CS",
        "--reason", "DMG",
    )  # fmt: skip
    assert (asked.code, asked.document["state"]) == (0, "approved")
    key = asked.document["id"]
    received = tallydock("--json", "returns", "receive", key).document
    assert "-RN-" in received["number"]
    done = tallydock("--json", "returns", "inspect", key, "--line", "1=12=sellable").document
    assert (done["state"], done["net_fen"]) == ("posted", 5350)
    shown = tallydock("--json", "returns", "show", received["number"]).document
    assert shown["lines"][0]["accepted"] == 12
    assert len(tallydock("--json", "returns", "list").document["returns"]) == 1
    assert tallydock("check").code == 0


def test_without_a_note_another_person_approves(tallydock: Run, office: Office) -> None:
    asked = tallydock(
        "--json", "returns", "request", "C0001", "--line", "HX500 6瓶", "--reason", "DMG"
    ).document
    own = tallydock("returns", "approve", asked["id"], "--reason", "seen")
    assert own.code == 4
    other = tallydock("returns", "approve", asked["id"], "--reason", "seen", "--user", "chief")
    assert other.code == 0
    gone = tallydock(
        "--json", "returns", "reject", asked["id"], "--reason", "old", "--user", "chief"
    )
    assert gone.document["state"] == "rejected"


def test_wrong_words_say_what_is_meant(tallydock: Run, office: Office) -> None:
    assert tallydock("returns", "show", "nothing").code == 2
    assert tallydock("returns", "inspect", "nothing", "--line", "1").code == 2
    assert tallydock("returns", "inspect", "nothing", "--line", "1=1=odd").code == 2
    assert tallydock("--json", "returns", "empties").document["empties"] == []
