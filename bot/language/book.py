"""What is said in the same words in every call, in one language: the lines that must be there."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

Language = Literal["en", "es"]

NAMES: Mapping[Language, str] = {"en": "English", "es": "Spanish"}


class Book(BaseModel):
    """All of it: a language without one of these lines cannot be spoken in a call."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    persona: Path
    """The system prompt, in this language."""
    greeting: str
    """Said when a caller connects."""
    disclosure: str
    """Said before that, where `DISCLOSURE` is set."""
    apology: str
    """Said when a stage fails."""
    breakdown: str
    """Said when every provider of a stage has failed, before Echo hangs up."""
    breakdown_handover: str
    """Said instead where the caller can be passed on."""
    bridge: str
    """Said before Echo goes on after a long sound that was no interruption."""
    fillers: Mapping[str, tuple[str, ...]]
    """Said while a tool runs, by the tool's name."""
    fillers_otherwise: tuple[str, ...]
    """Said first for tools that have no phrases of their own."""
    fillers_still: tuple[str, ...]
    """Said while it lasts."""
    silence_questions: tuple[str, ...]
    """Asked of a caller who has fallen silent."""
    silence_goodbye: str
    """Said to one who stays so."""
    long_talk: str
    """Said to one who goes on and on."""
    refusal: str
    """Said in place of what the model was told, and nobody else is to know."""
    loop_question: str
    """Asked where the same words come again and again."""
    loop_goodbye: str
    """Said when they still do."""
    limit_warning: str
    """Said when a call will soon have lasted too long."""
    limit_goodbye: str
    """Said when it has."""
    emergency: str
    """Said to a caller in danger, with the `{number}` to dial."""
    emergency_transfer: str
    """Said before such a caller is passed on."""
    digits: tuple[str, ...]
    """Nought to nine, as the number is read out."""
    recording_question: str
    """Asked before a call is recorded."""
    recording_thanks: str
    """Said to a yes."""
    recording_refused: str
    """Said to a no."""
    goodbye: str
    """Said before Echo hangs up because the caller has said goodbye."""
    connecting: str
    """Said to a caller who is passed on, with their `{reference}`."""
    switched: str
    """Said to a caller who has asked for this language."""
    say_language: str
    """The language by the name that a carrier's own voice knows it by."""
    phone_apology: str
    """Said by that voice when Echo was cut off and could not be reached again."""
    phone_busy: str
    """Said by it, where it has no busy tone, when every place is taken."""
    phone_nobody: str
    """Said by it when nobody took a transfer."""
    phone_hold: str
    """Said by it to who waits for a colleague."""
    phone_back: str
    """Said by Echo to who comes back because none came."""
    phone_voicemail: str
    """Said by it after the beep of a machine that answers a call of ours."""
    text_booking: str
    """Texted to who asks for a confirmation: `{bookings}`, each of them a `text_booked`."""
    text_booked: str
    """`{moment}` and `{name}` of a booking."""
    cartesia_voice: str
    elevenlabs_voice: str
    openai_realtime_voice: str
