"""Passing the caller on to a person, and hanging up."""

# pyright: reportUntypedFunctionDecorator=false

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Literal

from pipecat.adapters.llm.schemas.direct_function import tool_options
from pipecat.frames.frames import EndWorkerFrame, FunctionCallResultProperties, TTSSpeakFrame
from pipecat.services.llm_service import FunctionCallParams, FunctionCallResultCallback
from pydantic import BaseModel, ConfigDict, Field

from bot.tools import spoken
from bot.tools.briefing import brief
from bot.tools.consent import HANDOVER, Readback, agreed, text_of, wants_person
from bot.tools.desk import WRITE_SECS, Desk, answer_write, desk_of
from bot.tools.spoken import Answer
from bot.tools.tables import Handoff

_OFFER = Readback(HANDOVER)
_SUMMARY_LINES = 12
_LINE_CHARS = 200
_SILENT = FunctionCallResultProperties(run_llm=False)


class HandoffSettings(BaseModel):
    model_config = ConfigDict(frozen=True)

    to: str = Field(default="", pattern=r"^(\+[1-9][0-9]{6,14})?$")
    """The colleague's phone, like +15550009999, for callers who ask for a person; without it, and
    where the way in cannot transfer, a colleague calls back."""
    kind: Literal["cold", "warm"] = "cold"
    """Warm: the colleague hears first who calls and what it is about, and takes the call by a key
    (Twilio, with `TWILIO_NUMBER`; elsewhere it is cold)."""
    language: Literal["en", "es"] | None = None
    """What the colleague speaks and is told in, `en` or `es`; without it, the caller's language."""


@tool_options(timeout_secs=WRITE_SECS)
async def talk_to_human(
    params: FunctionCallParams, reason: str = "", confirmed: bool = False
) -> None:
    """Hand the caller over to a human colleague, or have one call back.

    Call it without `confirmed` first: unless the caller has asked for a person in so many words, it
    answers with a question for them.

    Examples: "I want to talk to a human", "let me speak to a real person", \
        "can I talk to an agent", "get me your manager", "put me through to someone", \
        "this isn't helping, I want a person".

    Args:
        reason: What it is about, in one sentence.
        confirmed: True only after the caller's explicit yes to the question.
    """
    desk = desk_of(params)
    said = params.context.get_messages() if desk.may_keep_words() else ()
    about = desk.conceal(f"{reason or ''}")[:500]
    kept = about if desk.may_keep_words() else ""  # models quote callers, and rules do nothing else
    summary = summarize(kept, said, desk.conceal)
    words = brief(desk.caller, about, said, desk.conceal, desk.parting.colleague)
    silent = replace(params, result_callback=_silent_if_transferred(params))
    await answer_write(silent, _hand_over(params, kept, summary, words))


def _silent_if_transferred(params: FunctionCallParams) -> FunctionCallResultCallback:
    """What there is to say to a caller who is passed on has been said."""

    async def report(
        result: Answer, *, properties: FunctionCallResultProperties | None = None
    ) -> None:
        properties = _SILENT if result.get("transferred") else properties
        await params.result_callback(result, properties=properties)

    return report


async def _leave(params: FunctionCallParams, words: str) -> None:
    """Echo leaves a caller who is passed on, as soon as they have heard that they are."""
    await params.llm.push_frame(TTSSpeakFrame(words))
    # Not dropped by an interruption, unlike a goodbye: who asked for a person gets one.
    await params.llm.push_frame(EndWorkerFrame(reason="transferred"))


@tool_options(timeout_secs=WRITE_SECS)
async def end_call(params: FunctionCallParams) -> None:
    """Say goodbye and hang up. It speaks the goodbye by itself: add no words of your own.

    Examples: "goodbye", "bye", "that's all, thank you", "thanks, have a nice day", \
        "no, that was everything", "you can hang up now".
    """
    goodbye = desk_of(params).parting.goodbye
    await params.result_callback(spoken.say(goodbye), properties=_SILENT)
    await params.llm.push_frame(TTSSpeakFrame(goodbye))
    # The hang-up queues behind the goodbye's audio. Who speaks over the goodbye has more to say:
    # the same interruption that drops the audio drops this frame, and the call goes on.
    hang_up = EndWorkerFrame(reason="goodbye")
    hang_up.interruptible = True
    await params.llm.push_frame(hang_up)


async def _hand_over(params: FunctionCallParams, reason: str, summary: str, words: str) -> Answer:
    desk = desk_of(params)
    # What the caller said is what counts: `confirmed` is there for models to call it all alike.
    if not (wants_person(desk.proposals.last.said) or _offer_accepted(desk)):
        return spoken.confirm("Would you like me to connect you to a colleague?")
    kept = await desk.store.hand_off(
        Handoff(call_id=desk.call_id, reason=reason, summary=summary, asked_at=desk.now())
    )
    if await desk.pass_on(words):
        connecting = desk.parting.connecting.replace("{reference}", f"{kept.reference}")
        # Here, where no barge-in reaches: the way in will not hang up now, but pass them on.
        await _leave(params, connecting)
        return spoken.say(connecting, reference=kept.reference, transferred=True)
    return spoken.say(
        f"A colleague will call you back. Your reference is {kept.reference}.",
        reference=kept.reference,
        transferred=False,
    )


def _offer_accepted(desk: Desk) -> bool:
    """A yes to the tool's question, or to the model's own "would you like to talk to a person?"."""
    return agreed(_OFFER, desk.proposals.last)


def summarize(
    reason: str, messages: Sequence[object], conceal: Callable[[str], str] = lambda text: text
) -> str:
    """What a colleague reads first: the reason, then the last things both sides said.

    conceal: takes out of what was said what nobody is to read.
    """
    lines = [line for message in messages if (line := _line(message, conceal))]
    return "\n".join([f"Reason: {reason or 'not given'}", *lines[-_SUMMARY_LINES:]])


def _line(message: object, conceal: Callable[[str], str]) -> str:
    """`Caller: ...` or `Echo: ...`; empty for what nobody said."""
    if not isinstance(message, Mapping):
        return ""
    speaker = {"user": "Caller", "assistant": "Echo"}.get(str(message.get("role")), "")
    words = conceal(" ".join(text_of(message.get("content")).split()))
    return f"{speaker}: {words[:_LINE_CHARS]}" if speaker and words else ""
