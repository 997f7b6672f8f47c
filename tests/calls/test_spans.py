"""What an OpenTelemetry collector gets of a call: who did what for how long, in nobody's words."""

import asyncio

from bot.log import LogSettings
from bot.providers.settings import DeepgramSettings, OpenAISettings
from bot.telemetry.spans import TracingSettings
from evals.voice import local_voice
from tests.calls.inside import inside, ready
from tests.calls.test_secrets import Client, answered
from tests.emulators.collector import Collector
from tests.emulators.deepgram import Deepgram
from tests.emulators.ear import Scripted as Hears
from tests.emulators.mind import Call, Reply, Scripted
from tests.emulators.openai_chat import OpenAIChat
from tests.emulators.provider import BUDGET, serving

SAID = "Where is order 1042 for zebra at example dot com"
REPLIES = [
    Reply("", (Call("look_up_order", {"email": "zebra@example.com"}),)),
    "Your quokka has shipped.",
    *["It has shipped."] * 3,
]
PRIVATE = ("zebra", "quokka", "1042", "look up an order", "you are echo", "Hi, caller")


async def test_spans_tell_what_was_done_and_not_a_word_that_was_said():
    collector, model = Collector(), OpenAIChat(mind=Scripted(REPLIES))
    ear = Deepgram(profile=BUDGET, ear=Hears([SAID]))
    speech = await asyncio.to_thread(local_voice, SAID)
    async with serving(collector, model, ear):
        settings = {
            "tracing": TracingSettings(url=f"{collector.url}/v1/traces"),
            "log": LogSettings(),
            "greeting": "Hi, caller.",
            "stt": "deepgram",
            "deepgram": DeepgramSettings(api_key=ear.key, base_url=ear.url),
            "llm": "openai",
            "openai": OpenAISettings(api_key=model.key, base_url=f"{model.url}/v1"),
        }
        async with inside(**settings) as echo, await echo.dial() as socket:
            client = Client(socket)
            running = asyncio.create_task(client.run())
            await ready(socket)
            await answered(client, 1)
            client.say(speech)
            await answered(client, 2)
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
    names = {span.name for span in collector.spans}
    assert names >= {"conversation", "turn", "stt", "llm"}
    taken = [attribute.key for span in collector.spans for attribute in span.attributes]
    assert {"turn.number", "gen_ai.request.model"} <= {*taken}
    told = "\n".join(str(each) for each in collector.noted("export")).lower()
    assert [word for word in PRIVATE if word.lower() in told] == []
