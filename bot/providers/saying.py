"""How OpenAI Realtime is told to say a given text, in its own voice."""

from pipecat.services.openai.realtime import events


class SayResponse(events.ResponseProperties):
    """A response that says a given text; `conversation` "none" keeps it out of the conversation."""

    conversation: str = "auto"


class SayEvent(events.ResponseCreateEvent):
    response: SayResponse | None = None  # pyright: ignore[reportIncompatibleVariableOverride]


def to_say(text: str, remember: bool) -> SayEvent:
    wanted = f'Say the following to the caller, word for word, and nothing else: "{text}"'
    return SayEvent(
        response=SayResponse(
            instructions=wanted,
            tool_choice="none",
            conversation="auto" if remember else "none",
        )
    )
