"""How far a model gets with its tools in one turn."""

from pipecat.frames.frames import FunctionCallFromLLM
from pipecat.processors.aggregators.llm_context import LLMContext

from bot.providers.arguments import ILLEGIBLE
from bot.providers.tool_steps import Acceptable, Steps, turn_of

CONTEXT = LLMContext()


def call(name: str = "look_up_order", identity: str = "call_1", **arguments: object):
    return FunctionCallFromLLM(name, identity, arguments, CONTEXT)


def test_so_many_steps_are_taken_in_a_turn_and_no_more():
    steps = Steps(2)
    steps.begin(1)
    assert [steps.take([call()]) for _ in range(3)] == [True, True, False]


def test_the_model_has_to_answer_without_tools_once_its_steps_are_spent():
    steps = Steps(1)
    steps.begin(1)
    assert not steps.spent
    steps.take([call()])
    assert steps.spent


def test_calls_of_one_answer_are_one_step():
    steps = Steps(1)
    steps.begin(1)
    assert steps.take([call(), call(identity="call_2")])


def test_illegible_arguments_may_be_repaired_once():
    steps = Steps(9)
    steps.begin(1)
    illegible = [call(), call(**ILLEGIBLE)]
    assert [steps.take(illegible), steps.take([call()]), steps.take(illegible)] == [
        True,
        True,
        False,
    ]


def test_the_same_turn_goes_on_after_its_tools_and_the_next_one_starts_afresh():
    steps = Steps(1)
    steps.begin(1)
    steps.take([call(**ILLEGIBLE)])
    steps.begin(1)
    assert steps.spent
    steps.begin(2)
    assert not steps.spent
    assert steps.take([call(**ILLEGIBLE)])


def test_a_turn_is_what_follows_the_callers_words():
    context = LLMContext([{"role": "user", "content": "Hello."}])
    before = turn_of(context)
    context.add_message({"role": "tool", "content": "IN_PROGRESS", "tool_call_id": "1"})
    context.add_message({"role": "developer", "content": "It was done after all."})
    assert turn_of(context) == before
    context.add_message({"role": "user", "content": "And now?"})
    assert turn_of(context) > before


def test_a_call_that_was_delivered_twice_is_there_once():
    assert len(Acceptable().of([call(order="1"), call(order="1")])) == 1


def test_every_id_is_there_once():
    acceptable = Acceptable()
    first = acceptable.of([call(order="1"), call(order="2")])
    second = acceptable.of([call(order="1"), call(identity="call_2"), call(identity="")])
    ids = [each.tool_call_id for each in (*first, *second)]
    assert len(set(ids)) == len(ids) == 5
    assert ids[0] == "call_1"
    assert ids[3] == "call_2"


def test_names_have_no_characters_that_providers_refuse():
    names = ["multi_tool_use.parallel", "a b", "x" * 99, ""]
    calls = Acceptable().of([call(name) for name in names])
    found = [each.function_name for each in calls]
    assert found == ["multi_tool_use_parallel", "a_b", "x" * 64, "unnamed"]
