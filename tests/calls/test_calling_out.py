"""Calls that Echo places: to a person, to a machine, to a phone menu; what each of them hears."""

import asyncio
from collections.abc import Sequence

import numpy as np

from tests.calls.beside import speaking_beside
from tests.calls.exchange import heard, office, office_apart, until, voice
from tests.calls.faults import thinking_by
from tests.emulators.dtmf import keys_in
from tests.emulators.mind import Call, Called, Line, Message, Reply, Tool
from tests.emulators.openai_chat import OpenAIChat
from tests.emulators.provider import BUDGET, serving
from tests.emulators.twilio_caller import HZ
from tests.emulators.twilio_switch import Leg, Phone
from transports.twilio.outbound import OutboundSettings

KEY = "the-key-of-whoever-asks-for-calls"
PERSON, MACHINE, MENU, FAX = "+15550001042", "+15550001043", "+15550001044", "+15550001045"
PLACING = OutboundSettings(key=KEY, prefixes=("+1555",), voicemail="Please call us back.")
PURPOSE = "Get through to sales, and ask about order 1042."


class Traveller:
    """A model that presses keys at the first offer, waits while the menu talks, and greets."""

    def __init__(self) -> None:
        self.runs: list[list[Message]] = []

    async def reply(self, messages: Sequence[Message], tools: Sequence[Tool]) -> Reply:
        self.runs.append([*messages])
        if "morning" in said(messages):
            return Reply("Good morning.")
        pressed = any(isinstance(message, Called) for message in messages)
        keys = Call("press_keys", {"digits": "w" if pressed else "1w4#"})
        return Reply(calls=(keys,))


def said(messages: Sequence[Message]) -> str:
    """The other side's last words."""
    lines = [each.text for each in messages if isinstance(each, Line) and each.role == "user"]
    return lines[-1].lower() if lines else ""


async def reads_out(menu: Leg, choices: str) -> None:
    """Again and again until something is heard, as menus do."""
    words = np.pad(voice(choices), (0, 6 * HZ))
    async with asyncio.timeout(40):
        while not np.any(np.abs(menu.heard) > 200):
            if not menu.streams[0].talking:
                menu.say(words)
            await asyncio.sleep(0.02)


async def test_a_person_is_greeted_and_a_machine_is_told_to_call_back_after_its_greeting():
    greeting = voice("You have reached the voice mail of John. Please leave a message.")
    phones = {
        PERSON: Phone(who="human", judged_secs=3.0, says=voice("Hello?")),
        MACHINE: Phone(who="machine_end_beep", judged_secs=len(greeting) / HZ + 1.5, says=greeting),
    }
    async with office(phones, outbound=PLACING, greeting="Hello, this is Echo.") as one:
        machine = await one.asks_for_a_call(KEY, MACHINE)
        person = await one.asks_for_a_call(KEY, PERSON, purpose=PURPOSE)
        call = await one.with_echo(person)
        await call.hears_out()
        first = call.sound_after(0)
        assert first is not None
        assert first > 2.5, "something was said before anybody knew who had answered"
        words = await call.words()
        assert "this is echo" in words
        assert "calling to ask about order" in words
        await until(machine.over.is_set)
        assert machine.told == ["Please call us back."]
        (stream,) = machine.streams
        assert len(stream.heard) / HZ > 4
        assert not np.any(np.abs(stream.ear) > 200), "Echo talked into the greeting"
        assert "please call" in await heard(machine)


async def test_a_machine_that_answers_is_told_to_call_back_beside_a_call_and_a_fax_nothing():
    """Fault 62."""
    words = "Welcome to Acme, where everything is in order and always was. " * 25
    greeting = voice("You have reached the voice mail of John. Please leave a message.")
    phones = {
        MACHINE: Phone(who="machine_end_beep", judged_secs=len(greeting) / HZ + 1.5, says=greeting),
        FAX: Phone(who="fax", judged_secs=3.0),
    }
    settings = {
        "OUTBOUND_KEY": KEY,
        "OUTBOUND_PREFIXES": '["+1555"]',
        "OUTBOUND_VOICEMAIL": PLACING.voicemail,
        "GREETING": words,
    }
    async with office_apart(phones, **settings) as one, speaking_beside(one.url) as beside:
        async with beside.undisturbed():
            machine, fax = [await one.asks_for_a_call(KEY, to) for to in (MACHINE, FAX)]
            for leg in (machine, fax):
                await until(leg.over.is_set)
        for leg in (machine, fax):
            assert not np.any(np.abs(leg.streams[0].ear) > 200), "Echo talked to a machine"
        assert (machine.told, fax.told) == (["Please call us back."], [])
        # Not beside the call: Whisper takes the machine that the server runs on.
        assert "please call" in await heard(machine)
        assert await heard(fax) == ""


async def test_the_agent_gets_through_a_menu_by_its_keys():
    mind = Traveller()
    model = OpenAIChat(profile=BUDGET, mind=mind)
    phones = {MENU: Phone(says=voice("For sales, press one."))}
    async with serving(model), office(phones, outbound=PLACING, **thinking_by(model)) as one:
        menu = await one.asks_for_a_call(KEY, MENU, menu=True, purpose=PURPOSE)
        await until(lambda: bool(mind.runs))
        menu.say(voice("For support, press two. To hear this again, press the star key."))
        await until(lambda: bool(np.any(np.abs(menu.heard) > 200)))
        await asyncio.sleep(1.5)  # the last to its end
        pressed = keys_in(menu.heard, HZ)
        assert [key.key for key in pressed] == ["1", "4", "#"], pressed
        assert all(0.08 < key.secs < 0.13 for key in pressed), pressed
        assert pressed[1].start_secs - pressed[0].start_secs > 0.6, "it did not wait"
        assert await heard(menu) == "", "something was said to the menu"
        told = [line.text for line in mind.runs[0] if isinstance(line, Line)]
        assert any(PURPOSE in text for text in told)
        assert any("press" in said(run) for run in mind.runs)
        await until(lambda: not menu.streams[0].talking)
        at = len(menu.heard)
        menu.say(voice("Sales department, good morning."))
        await until(lambda: "morning" in said(mind.runs[-1]))
        await asyncio.sleep(2.5)
        assert "good morning" in await heard(menu, at)


async def test_the_local_engines_get_through_a_menu_by_its_keys_and_tell_a_person_why_they_call():
    ours = {"greeting": "Hello, this is Echo.", "disclosure": "This is an AI."}
    async with office({}, outbound=PLACING, **ours) as one:
        menu = await one.asks_for_a_call(KEY, MENU, menu=True, purpose=PURPOSE)
        call = await one.with_echo(menu)
        await reads_out(menu, "For support, press one. For sales, press two.")
        await until(lambda: not menu.streams[0].talking)
        answered = await call.say("Sales department, good morning.")
        await call.hears_out(settle_secs=2.0)
        to_menu = (0, answered.start_secs)
        assert await call.words(*to_menu) == "", "something was said to the menu"
        assert [key.key for key in keys_in(call.ear(*to_menu), HZ)] == ["2"]
        words = await call.words(answered.end_secs)
        assert words.index("an ai") < words.index("this is echo")
        assert "calling to ask about order" in words
