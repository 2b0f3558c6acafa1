"""What lies where, and the papers that change it, from the command line."""

from app.services.office import Office
from tests.cli.conftest import Run


def test_goods_arrive_with_something_missing(tallydock: Run, office: Office) -> None:
    made = tallydock(
        "--json", "receipts", "receive", "SUP1", "WH1", "--line", "HX500 19CS L2606A",
        "--line", "XG330 2CS", "--expected", "20CS",
    )  # fmt: skip
    number = made.document["number"]
    shown = tallydock("--json", "receipts", "show", number).document
    assert [(row["received"], row["short"]) for row in shown["lines"]] == [(228, 12), (24, 0)]
    (claim,) = tallydock("--json", "receipts", "claims").document["claims"]
    assert (claim["kind"], claim["qty"]) == ("short", 12)
    assert tallydock("receipts", "close-claim", claim["id"], "--note", "credited").code == 0
    assert tallydock("receipts", "close-claim", claim["id"], "--note", "credited").code == 4
    assert tallydock("receipts", "show", "0127-PR-2606-000099-9").code == 4
    assert tallydock("check").code == 0


def test_stock_is_shown_now_and_on_any_day(tallydock: Run, office: Office) -> None:
    now = tallydock("--json", "stock", "on-hand", "--place", "WH1", "--product", "HX500").document
    assert {row["lot"]: row["qty"] for row in now["stock"]} == {"L2604A": 100, "L2605A": 500}
    before = tallydock("--json", "stock", "at", "2026-05-31").document
    assert before["stock"] == []
    on_the_day = tallydock("--json", "stock", "at", "2026-06-01", "--place", "WH1").document
    found = {row["product"]: row["qty"] for row in on_the_day["stock"]}
    assert found == {"HX500": 600, "XG330": 240}
    assert tallydock("stock", "at", "2026-06-01", "--place", "NOWHERE").code == 4


def test_goods_go_from_place_to_place(tallydock: Run, office: Office) -> None:
    sent = tallydock("--json", "transfers", "ship", "WH1", "VAN1", "--line", "HX500 5CS L2604A")
    number = sent.document["number"]
    assert tallydock("--json", "transfers", "list").document["transfers"][0]["qty"] == 60
    short = ("transfers", "receive", number, "--received", "1=48", "--reason", "fell off")
    assert tallydock(*short).code == 4
    done = tallydock("--json", *short, "--user", "chief")
    assert (done.code, done.document["lost"]) == (0, 12)
    assert tallydock("transfers", "receive", number, "--received", "x").code == 2


def test_what_is_broken_is_written_off(tallydock: Run, office: Office) -> None:
    small = ("write-offs", "enter", "WH1", "--line", "HX500 6瓶 L2605A", "--reason", "DMG")
    assert "-WO-" in tallydock("--json", *small).document["number"]
    big = ("write-offs", "enter", "WH1", "--line", "HX500 20CS L2605A", "--reason", "DMG")
    waits = tallydock("--json", *big, "--tasting").document
    assert waits["number"] == ""
    assert len(tallydock("--json", "write-offs", "list").document["write_offs"]) == 1
    assert tallydock("write-offs", "approve", waits["id"]).code == 4
    assert tallydock("write-offs", "approve", waits["id"], "--user", "chief").code == 0
    assert tallydock("write-offs", "enter", "WH1", "--line", "HX500", "--reason", "DMG").code == 2
    assert tallydock("write-offs", "approve", "x").code == 2


def test_lots_are_traced_and_what_expires_is_told(tallydock: Run, office: Office) -> None:
    trace = tallydock("--json", "stock", "trace", "HX500", "L2604A").document
    assert (trace["came"], trace["went"], trace["lies"]) == ({"SUP1": 100}, {}, {"WH1": 100})
    assert [move["qty"] for move in trace["moves"]] == [100]
    assert "SUP1" in tallydock("stock", "trace", "HX500", "L2604A").out
    assert tallydock("stock", "trace", "HX500", "L9").code == 4
    soon = ("stock", "expiring", "--day", trace["expiry"])
    assert [row["lot"] for row in tallydock("--json", *soon).document["stock"]] == [
        "L2604A",
        "L2605A",
    ]
    assert tallydock("--json", *soon, "--within", "0").document["stock"][0]["days_left"] == 0
    assert tallydock("stock", "expiring", "--day", "soon").code == 2


def test_goods_lie_with_a_customer_until_a_count_finds_them_gone(
    tallydock: Run, office: Office
) -> None:
    receipt = ("receipts", "receive", "SUP1", "WH1", "--line", "HX500 20CS")
    assert tallydock(*receipt).code == 0
    placed = tallydock("consignment", "place", "C0001", "WH1", "--line", "HX500 10CS")
    assert placed.code == 0
    (row,) = tallydock("--json", "consignment", "list").document["goods"]
    assert (row["product_code"], row["qty"], row["counted_ms"]) == ("HX500", 120, None)
    back = ("consignment", "take-back", "C0001", "WH1", "--line", "HX500 2CS")
    assert tallydock(*back).code == 0
    counting = ("consignment", "count", "C0001", "--line", "HX500 3CS", "--signer", "王店主")
    sold = tallydock("--json", *counting).document
    assert (sold["net_fen"], sold["too_many"]) == (26750, [])
    (row,) = tallydock("--json", "consignment", "list", "--customer", "C0001").document["goods"]
    assert row["qty"] == 36
    assert row["counted_ms"]
    assert tallydock("consignment", "count", "C0001", "--line", "HX500").code == 2
    assert tallydock("check").code == 0
