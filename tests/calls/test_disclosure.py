"""The disclosure is heard to its end by callers who speak over it, and they are heard too."""

import pytest

from evals.caller import place_call
from evals.performance import Manners
from evals.script import Interrupt, Say, Step
from tests.calls.faults import words
from tests.calls.inside import inside, practised, until

DISCLOSURE = (
    "You are talking to an artificial intelligence. "
    "You may ask for a human colleague at any time during this call."
)
QUESTION = "Where is my order one zero four two?"
BEFORE_IT = Say(QUESTION, at_once=True)
OVER_IT = Interrupt(Say(QUESTION), after_secs=1.0)


@pytest.mark.parametrize("order", [BEFORE_IT, OVER_IT], ids=["before", "over"])
async def test_a_caller_who_speaks_over_the_disclosure_hears_all_of_it_and_is_answered(order: Step):
    async with inside(disclosure=DISCLOSURE, greeting="Hello.") as echo:
        await until(lambda: practised(echo), 30)
        record = await place_call(echo.url, [order], manners=Manners(settle_secs=4))
    heard = words(record)
    assert "artificial intelligence" in heard
    assert "colleague at any time during this call" in heard
    assert "1042" in heard
    assert heard.index("artificial") < heard.index("1042")
