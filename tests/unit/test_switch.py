"""A call that goes on in another language: all of it, in whatever moment, as often as is wished."""

import asyncio
from collections.abc import Sequence
from itertools import count

import pytest
from pipecat.pipeline.pipeline import Pipeline
from pydantic import SecretStr

from bot.config import Settings
from bot.house import House
from bot.providers.candidate import Candidate
from bot.providers.health import Health, HealthPolicy
from bot.providers.models import Model
from bot.providers.thinking import Thinking
from bot.providers.warm import Engines
from bot.switch import CallLanguage
from bot.tongues import in_all_languages
from bot.tools.parting import Parting
from processors.alarm import Alarm, EmergencySettings
from processors.confidential import Confidential
from processors.consent import Consent
from processors.filler import Filler
from processors.patience import FillerPolicy

KEY = {"api_key": SecretStr("a-key")}
CHANGE_SECS = 0.5
"""Of the first change; the next is quicker, and would overtake it."""
SETTINGS = Settings(
    _env_file=None,
    languages=("en", "es"),
    recording={"enabled": True},
    **dict.fromkeys(("deepgram", "openai", "cartesia"), KEY),
)
ES = SETTINGS.spanish


class SlowModel(Thinking):
    """Takes its time to become another persona."""

    def __init__(self) -> None:
        nobody = Candidate("a", lambda: pytest.fail("nobody is asked"))
        super().__init__([nobody], Health(HealthPolicy()))
        self.personas: list[str] = []
        self._takes_secs = [CHANGE_SECS, 0.1, 0.1, 0.1]

    async def change(
        self, candidates: Sequence[Candidate[Model]], persona: str, apology: str
    ) -> None:
        await asyncio.sleep(self._takes_secs.pop(0))
        self.personas.append(persona)


class Phrases(Filler):
    """Behind the model, in more than one sense."""

    def __init__(self) -> None:
        super().__init__(SETTINGS.filler)
        self.policies: list[FillerPolicy] = []

    def follow(self, policy: FillerPolicy) -> None:
        self.policies.append(policy)
        super().follow(policy)


class Spoken:
    """A call, and what there is to be said in it."""

    def __init__(self) -> None:
        tongues = in_all_languages(SETTINGS)
        house = House(
            settings=SETTINGS,
            engines=Engines(None, None, None, None),
            store=None,  # type: ignore[arg-type]  # nobody writes
            weather=None,  # type: ignore[arg-type]
            tools=None,  # type: ignore[arg-type]
            brief=tongues["en"].brief,
            last_words=None,  # type: ignore[arg-type]
            prices=None,  # type: ignore[arg-type]
            confidential=Confidential([]),
            tongues=tongues,
        ).speaking("en")
        self.partings: list[Parting] = []
        self._turns = count(1)
        self.model, self.filler = SlowModel(), Phrases()
        self.consent = Consent(SETTINGS.recording.question)
        self.alarm = Alarm(EmergencySettings())
        self.language = CallLanguage(house, "en", lambda each: self.partings.append(each.parting))
        parts = Pipeline([self.consent, self.alarm]), self.model, self.filler
        self.language.follow_in(Pipeline([*parts]))

    @property
    def words(self) -> dict[str, str]:
        """What would be said at this moment."""
        own = self.language.words
        return {
            "silence": own.ladder.climb(next(self._turns)).text,
            "long talk": own.talk.line,
            "refusal": own.reticence.refusal,
            "consent": self.consent.ask().text,
            "filler": self.filler.policies[-1].otherwise[0],
            "goodbye": self.partings[-1].goodbye,
            "texted": self.partings[-1].confirmation.all,
            "to a colleague": self.partings[-1].colleague.words.caller,
            "apology": self.language.house.settings.apology,
        }


SPANISH = {
    "silence": ES.silence_questions[0],
    "long talk": ES.long_talk,
    "refusal": ES.refusal,
    "consent": ES.recording_question,
    "filler": ES.fillers_otherwise[0],
    "goodbye": ES.goodbye,
    "texted": ES.text_booking,
    "to a colleague": "Soy Echo, con alguien que llama.",
    "apology": ES.apology,
}


@pytest.fixture
def call() -> Spoken:
    return Spoken()


async def test_all_that_echo_says_by_itself_follows_there_and_back_and_there_again(call: Spoken):
    said = []
    for language in ("es", "en", "es", "en"):
        assert await call.language.speak(language)
        assert call.language.spoken == language
        said.append(call.words)
    assert said[0] == said[2] == SPANISH
    assert said[1] == said[3]
    assert not {*said[0].values()} & {*said[1].values()}
    assert ["Hablas español" in each for each in call.model.personas] == [True, False, True, False]


async def test_who_interrupts_the_tool_that_changes_the_language_does_not_halve_the_change(
    call: Spoken,
):
    tool = asyncio.create_task(call.language.speak("es"))
    await asyncio.sleep(CHANGE_SECS / 2)
    tool.cancel()
    await asyncio.sleep(CHANGE_SECS)
    assert tool.cancelled()
    assert call.words == SPANISH
    assert len(call.model.personas) == 1


async def test_the_last_of_two_wishes_counts_for_every_part(call: Spoken):
    assert await asyncio.gather(*(call.language.speak(each) for each in ("es", "en"))) == [True] * 2
    assert call.language.spoken == "en"
    assert len(call.model.personas) == len(call.filler.policies) == 2
    assert "Hablas español" not in call.model.personas[-1]
    assert call.filler.policies[-1] == SETTINGS.filler
    assert call.language.words.talk.line == SETTINGS.talk.line


async def test_the_same_wish_twice_changes_nothing_twice(call: Spoken):
    await asyncio.gather(*(call.language.speak("es") for _ in range(3)))
    assert len(call.model.personas) == 1


@pytest.mark.parametrize("junk", ["", "fr", "e" * 10_000, "es\x00"])
async def test_a_language_that_is_none_changes_nothing(call: Spoken, junk: str):
    assert not await call.language.speak(junk)
    assert call.language.spoken == "en"
    assert not call.partings


async def test_a_call_that_is_over_changes_no_more(call: Spoken):
    change = asyncio.create_task(call.language.speak("es"))
    await asyncio.sleep(CHANGE_SECS / 2)
    call.language.close()
    with pytest.raises(asyncio.CancelledError):
        await change
    assert not call.model.personas
