"""Telephoning the server: the emulated Twilio, a voice to speak with, and what was heard."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import numpy as np

from evals.beat import stood_still_secs
from evals.ear import Samples, audible, first_audible, last_audible, stereo
from evals.mouth import RATE
from evals.voice import local_voice, resample, write_wav
from tests.emulators.twilio_caller import HZ, Account, Stream, Twilio
from transports.start import StartSettings
from transports.twilio.settings import TwilioSettings

PUBLIC_URL = "https://echo.example"
ACCOUNT = Account()
SETTLE_SECS = 1.0
"""Silence after which somebody on the phone takes it that Echo is done."""


def telephone(**settings: object) -> dict[str, object]:
    """Settings under which the server takes the emulated Twilio's calls."""
    keys = {"account_sid": ACCOUNT.sid, "auth_token": ACCOUNT.auth_token}
    return {
        "public": StartSettings(url=PUBLIC_URL),
        "twilio": TwilioSettings(**(keys | settings)),
    }


ENVIRONMENT: Mapping[str, str] = {
    "PUBLIC_URL": PUBLIC_URL,
    "TWILIO_ACCOUNT_SID": ACCOUNT.sid,
    "TWILIO_AUTH_TOKEN": ACCOUNT.auth_token,
}
"""The same, for a server that is a process of its own."""


@dataclass(frozen=True, slots=True)
class Uttered:
    """What the caller said, from when to when on the call's time line."""

    text: str
    start_secs: float
    end_secs: float


class PhoneCall:
    """A caller who waits for an answer before going on. Times are seconds since `start`."""

    def __init__(self, stream: Stream) -> None:
        self.stream = stream
        self.said: list[Uttered] = []
        self._is_new = True

    @property
    def now_secs(self) -> float:
        return len(self.stream.heard) / HZ

    async def say(self, text: str) -> Uttered:
        """Speak at once, and return when all of it was sent; timed to its audible samples."""
        samples = await asyncio.to_thread(_voice, text)
        self._is_new = False
        start = self.now_secs
        self.stream.say(samples.tobytes())
        while self.stream.talking and not self.stream.closed.is_set():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        self.said.append(Uttered(text, start, start + (last_audible(samples, HZ) or 0.0)))
        return self.said[-1]

    async def hears_out(self, settle_secs: float = SETTLE_SECS, within_secs: float = 30.0) -> None:
        """Waits for Echo to say something from here on, and to be done or to hang up.

        A greeting is heard from its beginning: it may be over when the test gets to run.
        """
        since = 0.0 if self._is_new else self.now_secs
        self._is_new = False
        async with asyncio.timeout(within_secs):
            while not self.stream.closed.is_set():
                if self.sound_after(since) is not None and self.stream.silent_secs() >= settle_secs:
                    return
                await asyncio.sleep(0.02)

    async def hears(self, since_secs: float, within_secs: float = 30.0) -> float:
        """Waits for Echo's first sound after then, and returns when it was."""
        async with asyncio.timeout(within_secs):
            while (secs := self.sound_after(since_secs)) is None:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        return since_secs + secs

    async def asks(self, text: str) -> Uttered:
        """Says it, and hears the answer out."""
        uttered = await self.say(text)
        await self.hears_out()
        return uttered

    async def is_hung_up_on(self, within_secs: float = 30.0) -> None:
        """Waits for Echo to end the call."""
        await asyncio.wait_for(self.stream.closed.wait(), within_secs)

    def save_wav(self, path: Path) -> None:
        """Both sides, aligned in time: the caller left, Echo right."""
        write_wav(path, stereo(self.stream.mouth, self.stream.ear), HZ)

    def ear(self, from_secs: float = 0.0, to_secs: float | None = None) -> Samples:
        """What was heard of Echo between these times, mono at 8 kHz."""
        to = None if to_secs is None else round(to_secs * HZ)
        return self.stream.ear[round(from_secs * HZ) : to]

    def sound_after(self, secs: float) -> float | None:
        """Seconds from then to Echo's next audible sample; None if there is none yet."""
        return first_audible(self.ear(secs), HZ)

    def answered_ms(self, uttered: Uttered) -> float:
        """The caller's last sample to Echo's first after it."""
        secs = self.sound_after(uttered.end_secs)
        assert secs is not None, f"no answer to {uttered.text!r}"
        return 1000 * secs

    def stood_still_secs(self, from_secs: float, to_secs: float) -> float:
        """For how much of that time of the call nothing in this process could run."""
        return stood_still_secs(self.stream.late_secs, from_secs, to_secs)

    def gaps_ms(self) -> list[float]:
        """Silences within a word or between two: nothing to play came, where there had to be."""
        edge = 0.04
        return [
            round(1000 * secs, 1)
            for at, secs in self.stream.dry
            if audible(self.ear(at - edge, at)) and audible(self.ear(at + secs, at + secs + edge))
        ]

    async def words(self, from_secs: float = 0.0, to_secs: float | None = None) -> str:
        """What speech recognition makes of what was heard, in small letters."""
        from evals.hearing import transcribe  # loads a model

        heard = await asyncio.to_thread(transcribe, self.ear(from_secs, to_secs), HZ)
        return plain(heard)


def plain(text: str) -> str:
    """Small letters, digits and single spaces."""
    kept = "".join(each if each.isalnum() or each == " " else "" for each in text.lower())
    return " ".join(kept.split())


def _voice(text: str) -> Samples:
    samples = np.concatenate([local_voice(text), np.zeros(RATE // 50, np.int16)])
    return resample(samples, RATE, HZ)


@asynccontextmanager
async def line(url: str) -> AsyncIterator[Twilio]:
    """Twilio's side of one call to the server at `url`."""
    async with aiohttp.ClientSession() as http:
        yield Twilio(http, url, PUBLIC_URL, ACCOUNT)


@asynccontextmanager
async def telephoning(url: str) -> AsyncIterator[PhoneCall]:
    """A call that has been put through; the caller hangs up when the block ends."""
    async with line(url) as twilio, twilio.call() as stream:
        yield PhoneCall(stream)
