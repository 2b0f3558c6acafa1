"""Deliveries that come in late: behind a count of their van, or after their day was closed."""

from app.services.counting import approve_count, counts_to_approve
from app.services.masters import change_branch
from app.services.office import Office
from app.storage.store.master_data import Branch
from tests.support.offices import CLERK, HOUR_MS, KEEPER, MORNING_MS, NEXT_DAY, Terminal, at
from tests.support.trades import assert_sound, deliver, load_orders, stock_of

VAN = 2


def test_a_delivery_behind_the_count_of_its_van_is_shown(
    office: Office, terminal: Terminal
) -> None:
    terminal.order("C0001", ("HX500", 10))
    terminal.upload(office)
    number = load_orders(office).numbers[0]
    keeper = Terminal(number=5, person="K01", now_ms=MORNING_MS + 30 * HOUR_MS)
    keeper.count("VAN1", ("HX500", 20), place=VAN)
    evening = at(office, keeper.now_ms)
    keeper.upload(evening)
    for count in counts_to_approve(evening, KEEPER):
        approve_count(evening, KEEPER, count.id)
    result = deliver(evening, terminal, number)
    assert result.documents == 1
    assert "X_BEHIND_COUNT" in {each.code for each in result.problems}
    assert stock_of(office, "VAN1") == -100
    assert_sound(office)


def test_a_delivery_of_a_closed_day_counts_in_the_first_open_one_and_says_so(
    office: Office, terminal: Terminal
) -> None:
    terminal.order()
    terminal.upload(office)
    number = load_orders(office).numbers[0]
    change_branch(office, CLERK, Branch(name="临汐营业所", closed_through=NEXT_DAY))
    result = deliver(office, terminal, number)
    assert [each.code for each in result.problems] == ["W_LATE"]
    assert result.documents == 1
    assert_sound(office)


def test_a_delivery_in_time_says_nothing(office: Office, terminal: Terminal) -> None:
    terminal.order()
    terminal.upload(office)
    assert deliver(office, terminal, load_orders(office).numbers[0]).problems == ()
