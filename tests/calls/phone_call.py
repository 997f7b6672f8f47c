"""`python -m tests.calls.phone_call`: telephones Echo without a phone, an account or a network.

Starts a server with the local engines, places one call through the emulated Twilio, prints what was
said and heard and how long it took, and keeps the call as a WAV file.
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from evals.ear import speech_spans
from evals.report import ms, table
from tests.calls.phone import ENVIRONMENT, PhoneCall, telephoning
from tests.calls.running import running_server
from tests.emulators.twilio_caller import HZ, CarrierError

SAYS = ("Where is my order one zero four two?", "What is the weather in Boston?", "Goodbye.")
WAV = Path("recordings/phone-call.wav")
LOCAL = {"STT": "local", "LLM": "local", "TTS": "local"}
HEADINGS = ("caller", "first sound", "longest gap", "Echo, as it was heard")


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when the call was made; 2, after one line on stderr, when it could not be."""
    parser = argparse.ArgumentParser(prog="python -m tests.calls.phone_call")
    parser.add_argument("--say", action="append", help="say this; may be repeated")
    parser.add_argument("--out", type=Path, default=WAV, help=f"keep it there (default: {WAV})")
    given = parser.parse_args(arguments)
    try:
        with running_server(**LOCAL, **ENVIRONMENT) as server:
            call = asyncio.run(conversation(server.url, given.say or SAYS))
    except (CarrierError, RuntimeError, OSError, TimeoutError) as error:
        print(error or "Echo did not answer.", file=sys.stderr)
        return 2
    print("\n".join(asyncio.run(report(call))))
    given.out.parent.mkdir(parents=True, exist_ok=True)
    call.save_wav(given.out)
    print(f"\nThe call is in {given.out}: the caller left, Echo right.")
    return 0


async def conversation(url: str, says: Sequence[str]) -> PhoneCall:
    """Hears the greeting out, and then says one thing after the other until somebody hangs up."""
    async with telephoning(url) as call:
        await call.hears_out()
        for text in says:
            if not call.stream.closed.is_set():
                await call.asks(text)
        return call


async def report(call: PhoneCall) -> list[str]:
    """The call as lines of text: a row for the greeting, and one for each thing said."""
    starts = [0.0, *(said.start_secs for said in call.said)]
    begins = [0.0, *(said.end_secs for said in call.said)]
    ends = [*starts[1:], call.now_secs]
    names = ["(dials)", *(said.text for said in call.said)]
    rows = [
        (name, ms(_first_ms(call, begin, end)), ms(_gap_ms(call, begin, end)), heard)
        for name, begin, end in zip(names, begins, ends, strict=True)
        for heard in [await call.words(begin, end)]
    ]
    hung_up = "Echo" if call.stream.closed.is_set() else "The caller"
    return ["At the caller's ear, in ms", *table(HEADINGS, rows), "", f"{hung_up} hung up."]


def _first_ms(call: PhoneCall, begin: float, end: float) -> float | None:
    spans = speech_spans(call.ear(begin, end), HZ)
    return 1000 * spans[0].start_secs if spans else None


def _gap_ms(call: PhoneCall, begin: float, end: float) -> float:
    return max((1000 * secs for at, secs in call.stream.dry if begin <= at < end), default=0.0)


if __name__ == "__main__":
    sys.exit(main())
