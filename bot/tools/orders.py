"""Orders, shipments and returns."""

# pyright: reportUntypedFunctionDecorator=false

from collections.abc import Sequence
from datetime import date

from pipecat.adapters.llm.schemas.direct_function import tool_options
from pipecat.services.llm_service import FunctionCallParams

from bot.tools import heard, spoken, values
from bot.tools.consent import RETURN, Readback
from bot.tools.desk import READ_SECS, WRITE_SECS, Desk, answer, answer_write, desk_of
from bot.tools.spoken import Answer
from bot.tools.tables import Order, Return

_RETURN_DAYS = 30
_ASK_NUMBER = "What is the order number?"


@tool_options(timeout_secs=READ_SECS)
async def look_up_order(
    params: FunctionCallParams, order_number: str = "", email: str = ""
) -> None:
    """Look up an order: what it is, where it is and when it comes.

    Give the order number, or the e-mail address when the caller does not know the number.

    Examples: "where is my order 1042", "what's the status of order 1055", \
        "has my order shipped yet", "I'd like to check on an order", \
        "when will order 1057 arrive", "look up the orders of maria at example dot com", \
        "what did I buy in order 1020", "I don't know my order number".

    Args:
        order_number: The order's number, such as 1042.
        email: The e-mail address on the order, such as maria@example.com.
    """
    await answer(params, _look_up(desk_of(params), order_number, email))


@tool_options(timeout_secs=READ_SECS)
async def track_shipment(params: FunctionCallParams, order_number: str) -> None:
    """Follow a shipment: which carrier has it, where it was seen last and when it is due.

    Examples: "track order 58213", "track my package", "where is my package right now", \
        "who is delivering order 1042", "which carrier has my parcel", \
        "follow the shipment of order 1047".

    Args:
        order_number: The order's number, such as 1042.
    """
    await answer(params, _track(desk_of(params), order_number))


@tool_options(timeout_secs=WRITE_SECS)
async def start_return(
    params: FunctionCallParams, order_number: str, reason: str = "", confirmed: bool = False
) -> None:
    """Start the return of a delivered order.

    Call it without `confirmed` first: it answers with a question for the caller.

    Examples: "I want to return order 1038", "I'd like to send something back", \
        "start a return for order 1036", "my order arrived broken", \
        "the jacket doesn't fit, can I return it", "I want my money back for order 1034".

    Args:
        order_number: The order's number, such as 1038.
        reason: Why, in the caller's words, if they said so.
        confirmed: True only after the caller's explicit yes to the question.
    """
    await answer_write(params, _return(desk_of(params), order_number, reason, confirmed))


async def _look_up(desk: Desk, order_number: str, email: str) -> Answer:
    number, address = heard.order_number(order_number), heard.email(email)
    if number is None and address is None:
        return _ask_again(order_number, email)
    if number is None:
        return _all_of(await desk.store.orders_of(address or ""), desk.today)
    order = await desk.store.order(number)
    if order is None:
        return _unknown(number)
    if address is not None and address != order.email:
        return spoken.error(f"Order {number} is not under that e-mail address.")
    return spoken.say(_status(order, desk.today), **_facts(order))


async def _track(desk: Desk, order_number: str) -> Answer:
    number = heard.order_number(order_number)
    if number is None:
        return spoken.ask(_ASK_NUMBER)
    order = await desk.store.order(number)
    if order is None:
        return _unknown(number)
    sentence = _status(order, desk.today)
    if order.status == "shipped":
        sentence = (
            f"{order.carrier} has order {number}. It was last seen in {order.last_seen}, "
            f"and is due {_due(order, desk.today)}."
        )
    return spoken.say(sentence, **_facts(order))


async def _return(desk: Desk, order_number: str, reason: str, confirmed: bool) -> Answer:
    number = heard.order_number(order_number)
    if number is None:
        return spoken.ask("Which order would you like to return? I need its number.")
    order = await desk.store.order(number)
    if order is None:
        return _unknown(number)
    if started := await desk.store.return_of(number):
        return _return_started(started, order)
    if refusal := _why_not_returnable(order, desk.today):
        return spoken.error(refusal, **_facts(order))
    # Only what is read back is what a yes is for: models put the reason in other words each time.
    if not (heard.yes(confirmed) and desk.proposals.confirmed("start_return", order=str(number))):
        what = Readback(RETURN, values.number(number))
        desk.proposals.propose("start_return", what, order=str(number))
        return spoken.confirm(
            f"You would like to return order {number}, your {order.item}, for a refund of "
            f"{spoken.money(order.total_cents)}. Shall I start the return?",
            **_facts(order),
        )
    new = Return(
        order_number=number,
        reason=desk.conceal(f"{reason or ''}")[:500] if desk.may_keep_words() else "",
        call_id=desk.call_id,
        started_at=desk.now(),
    )
    return _return_started(await desk.store.start_return(new), order)


def _return_started(started: Return, order: Order) -> Answer:
    return spoken.say(
        f"The return of order {order.number} is started. Your return number is "
        f"{started.reference}. The refund of {spoken.money(order.total_cents)} "
        "follows when it reaches us.",
        return_number=started.reference,
        order_number=order.number,
    )


def _why_not_returnable(order: Order, today: date) -> str:
    """Empty when it may be returned."""
    if order.status == "cancelled":
        return f"Order {order.number} was cancelled, so there is nothing to return."
    if order.delivered_on is None:
        return (
            f"Order {order.number} has not been delivered yet. "
            "I can start a return once you have it."
        )
    if (today - order.delivered_on).days > _RETURN_DAYS:
        return (
            f"Order {order.number} was delivered on {spoken.day(order.delivered_on)}, "
            f"and returns are possible for {_RETURN_DAYS} days."
        )
    return ""


def _ask_again(order_number: str, email: str) -> Answer:
    if email:
        return spoken.ask("I didn't get that e-mail address. Could you say it again?")
    if order_number:
        return spoken.ask("I didn't get that order number. Could you say it again?")
    return spoken.ask("What is the order number, or the e-mail address on the order?")


def _unknown(number: int) -> Answer:
    return spoken.error(f"I can't find an order {number}. Could you check the number?")


def _all_of(orders: Sequence[Order], today: date) -> Answer:
    match orders:
        case []:
            return spoken.error("I can't find an order under that e-mail address.")
        case [order]:
            return spoken.say(_status(order, today), **_facts(order))
        case _:
            named = [f"order {order.number}, your {order.item}" for order in orders[:4]]
            return spoken.ask(
                f"I found {spoken.listing(named)}. Which one is it about?",
                order_numbers=[order.number for order in orders],
            )


def _status(order: Order, today: date) -> str:
    named = f"Order {order.number}, your {order.item},"
    match order.status:
        case "shipped":
            return (
                f"{named} is on its way with {order.carrier}. It was last seen in "
                f"{order.last_seen}, and should arrive {_due(order, today)}."
            )
        case "delivered" if order.delivered_on:
            return f"{named} was delivered {_on(order.delivered_on, today)}."
        case "cancelled":
            return f"{named} was cancelled."
        case "packed":
            return f"{named} is packed and ships soon. It should arrive {_due(order, today)}."
        case _:
            return f"{named} is being prepared. It should arrive {_due(order, today)}."


def _due(order: Order, today: date) -> str:
    return _on(order.expected_on, today) if order.expected_on else "in the next few days"


def _on(day: date, today: date) -> str:
    words = spoken.day(day, today)
    return words if abs((day - today).days) <= 1 else f"on {words}"


def _facts(order: Order) -> dict[str, object]:
    facts: dict[str, object] = {
        "order_number": order.number,
        "status": order.status,
        "item": order.item,
        "total": spoken.money(order.total_cents),
    }
    if order.carrier:
        facts |= {"carrier": order.carrier, "tracking_number": order.tracking_number}
    if day := order.expected_on or order.delivered_on:
        facts["delivery_day"] = day.isoformat()
    return facts
