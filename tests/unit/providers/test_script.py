"""What another voice is given in place of one that failed."""

from pipecat.frames.frames import (
    EndFrame,
    Frame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    TTSSpeakFrame,
)

from bot.providers.script import Script


def script(*frames: Frame) -> Script:
    given = Script()
    for frame in frames:
        given.given(frame)
    return given


def texts(given: Script) -> list[str]:
    return [
        frame.text for frame in given.rest() if isinstance(frame, (LLMTextFrame, TTSSpeakFrame))
    ]


def test_all_is_given_when_nothing_was_heard():
    start, end = LLMFullResponseStartFrame(), LLMFullResponseEndFrame()
    given = script(start, LLMTextFrame("Your"), LLMTextFrame(" order"), end)
    assert texts(given) == ["Your", " order"]
    assert given.rest()[0] is start
    assert given.rest()[-1] is end


def test_what_was_heard_is_not_given_again():
    given = script(LLMTextFrame("Okay, your order is on its way."))
    given.said("Okay,")
    given.said("your")
    assert texts(given) == ["order is on its way."]


def test_a_word_may_come_in_several_tokens():
    given = script(*map(LLMTextFrame, ["order", " 10", "42", " is", " here"]))
    given.said("order")
    given.said("1042")
    assert "".join(texts(given)).strip() == "is here"


def test_a_sign_stays_with_its_word():
    given = script(LLMTextFrame("It costs $149.50 with tax."))
    given.said("It costs")
    assert texts(given) == ["$149.50 with tax."]


def test_a_response_that_came_out_to_its_end_is_done():
    end = LLMFullResponseEndFrame()
    given = script(LLMFullResponseStartFrame(), LLMTextFrame("Done. 🙂"), end, LLMTextFrame("Next"))
    given.said("Done.")
    given.came_out(end)
    assert texts(given) == ["Next"]


def test_a_filler_and_the_answer_keep_their_order():
    filler = TTSSpeakFrame("One moment.", append_to_context=False)
    given = script(filler, LLMFullResponseStartFrame(), LLMTextFrame("Here it is."))
    given.said("One")
    assert texts(given) == ["moment.", "Here it is."]
    assert filler.text == "One moment."


def test_an_interruption_leaves_only_what_nobody_may_interrupt():
    end = EndFrame()
    given = script(LLMFullResponseStartFrame(), LLMTextFrame("Well"), end)
    given.clear()
    assert given.rest() == [end]
