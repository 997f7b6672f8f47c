import pytest

from bot.tools.desk import Desk
from bot.tools.orders import look_up_order, start_return, track_shipment
from processors.vault import Vault
from tests.unit.tools.conftest import a_desk, use

pytestmark = pytest.mark.real_clock  # SQLite lives in a thread


async def test_a_shipped_order_says_where_it_is_and_when_it_comes(desk: Desk):
    answer = await use(look_up_order, desk, order_number="#1042")
    assert answer["say"] == (
        "Order 1042, your walnut desk lamp, is on its way with UPS. It was last seen in "
        "Columbus, Ohio, and should arrive on Tuesday, November 24th."
    )
    assert (answer["order_number"], answer["status"], answer["total"]) == (1042, "shipped", "$149")


async def test_an_order_due_tomorrow_says_so(desk: Desk):
    answer = await use(track_shipment, desk, order_number="58,213")
    assert str(answer["say"]).endswith("and is due tomorrow, Monday, November 23rd.")


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("1038", "was delivered yesterday."),
        ("1015", "was delivered on Sunday, November 1st."),
        ("1052", "is packed and ships soon. It should arrive on Friday, November 27th."),
        ("1057", "is being prepared."),
        ("1009", "was cancelled."),
    ],
)
async def test_every_status_has_its_sentence(desk: Desk, number, words):
    assert words in str((await use(look_up_order, desk, order_number=number))["say"])


async def test_an_order_is_found_by_its_email(desk: Desk):
    answer = await use(look_up_order, desk, email="karen at example dot com")
    assert answer["order_number"] == 58213


async def test_several_orders_under_an_email_ask_which(desk: Desk):
    answer = await use(look_up_order, desk, email="maria@example.com")
    assert answer["order_numbers"] == [1042, 1030, 1001]
    assert "Which one" in str(answer["ask"])


@pytest.mark.parametrize(
    "arguments", [{}, {"order_number": "my order"}, {"email": "maria"}, {"order_number": None}]
)
async def test_what_cannot_be_understood_is_asked_for(desk: Desk, arguments):
    assert "ask" in await use(look_up_order, desk, **arguments)


@pytest.mark.parametrize(
    "arguments",
    [
        {"order_number": "9999"},
        {"order_number": "999999999"},
        {"email": "nobody@example.com"},
        {"order_number": "1042", "email": "karen@example.com"},
    ],
)
async def test_an_order_that_is_not_there_is_an_error_in_words(desk: Desk, arguments):
    assert "error" in await use(look_up_order, desk, **arguments)


async def test_a_return_is_read_back_and_starts_after_a_yes(desk: Desk):
    first = await use(start_return, desk, order_number="1038")
    assert first["confirm"] == (
        "You would like to return order 1038, your winter jacket, for a refund of $149. "
        "Shall I start the return?"
    )
    assert await desk.store.return_of(1038) is None
    done = await use(start_return, desk, order_number="order 1038", confirmed=True)
    assert done["return_number"] == 5001


async def test_a_yes_without_a_question_returns_nothing(desk: Desk):
    assert "confirm" in await use(start_return, desk, order_number="1038", confirmed=True)
    assert await desk.store.return_of(1038) is None


async def test_a_yes_to_one_order_does_not_return_another(desk: Desk):
    await use(start_return, desk, order_number="1038")
    assert "confirm" in await use(start_return, desk, order_number="1036", confirmed=True)


async def test_a_yes_in_another_call_does_not_count(desk: Desk):
    await use(start_return, desk, order_number="1038")
    other = a_desk(desk.store, "call-2")
    assert "confirm" in await use(start_return, other, order_number="1038", confirmed=True)


async def test_a_return_asked_for_twice_is_the_same_return(desk: Desk):
    await use(start_return, desk, order_number="1038")
    first = await use(start_return, desk, order_number="1038", confirmed=True)
    assert await use(start_return, desk, order_number="1038", confirmed=True) == first


async def test_the_reason_may_be_put_in_other_words_after_the_yes(desk: Desk):
    await use(start_return, desk, order_number="1038", reason="too small")
    arguments = {"order_number": "1038", "reason": "it does not fit", "confirmed": True}
    assert "say" in await use(start_return, desk, **arguments)
    started = await desk.store.return_of(1038)
    assert started is not None
    assert started.reason == "it does not fit"


@pytest.mark.parametrize(("may_keep", "kept"), [(True, "paid by [card ending 4242]"), (False, "")])
async def test_the_reason_is_kept_where_words_may_be_and_without_card_numbers(
    desk: Desk, may_keep: bool, kept: str
):
    desk.may_keep_words, desk.conceal = (lambda: may_keep), Vault().conceal
    reason = "paid by 4242 4242 4242 4242"
    await use(start_return, desk, order_number="1038", reason=reason)
    await use(start_return, desk, order_number="1038", reason=reason, confirmed=True)
    started = await desk.store.return_of(1038)
    assert started is not None
    assert started.reason == kept


@pytest.mark.parametrize("number", ["1042", "1001", "1009", "4711"])
async def test_what_may_not_be_returned_is_refused_before_any_question(desk: Desk, number):
    assert "error" in await use(start_return, desk, order_number=number)
