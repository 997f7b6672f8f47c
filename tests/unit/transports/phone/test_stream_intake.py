"""What a phone's stream may send, and what becomes of what it may not."""

import audioop
import base64
import json
import random
from contextlib import suppress

import pytest
from pipecat.frames.frames import InputAudioRawFrame

from transports.intake import Goodbye, IntakeSettings
from transports.phone import mulaw
from transports.phone.stream_intake import StreamIntake
from transports.twilio.wire import decode
from transports.wire import BadMessageError

SID = "MZ1"
GARBAGE = [
    "",
    "not json",
    "[]",
    "null",
    "7",
    "{}",
    '{"event": null}',
    '{"event": "media", "media": null}',
    '{"event": "media", "streamSid": "MZ1", "media": {"payload": 7, "chunk": "1"}}',
    '{"event": "media", "streamSid": "MZ1", "media": {"payload": "%%%", "chunk": "1"}}',
    '{"event": "media", "streamSid": "MZ1", "media": {"payload": "/w==", "chunk": "one"}}',
    '{"event": "dtmf", "streamSid": "MZ1", "dtmf": null}',
    '{"event": "dtmf", "streamSid": "MZ1", "dtmf": {"digit": "99"}}',
    b"\xff\xfe\x00",
    "[" * 20_000,
]


def media(chunk: int, mu_law: bytes = b"\x00" * 160, sid: str = SID) -> str:
    payload = base64.b64encode(mu_law).decode()
    return json.dumps(
        {"event": "media", "streamSid": sid, "media": {"payload": payload, "chunk": str(chunk)}}
    )


def an_intake() -> StreamIntake:
    return StreamIntake(decode, SID, IntakeSettings(), fill_secs=0.2)


def heard_bytes(intake: StreamIntake, *chunks: int) -> list[int]:
    heard = [intake.take(media(chunk), 0.02 * at) for at, chunk in enumerate(chunks)]
    return [len(h.audio) if isinstance(h, InputAudioRawFrame) else 0 for h in heard]


@pytest.mark.parametrize("data", GARBAGE)
def test_garbage_is_dropped_and_counted(data: str | bytes):
    intake = an_intake()
    assert intake.take(data, 0.0) is None
    assert intake.counts == {"malformed": 1}


def test_a_hundred_thousand_spoiled_messages_raise_nothing():
    chance = random.Random(5)
    whole = media(1).encode()
    alphabet = b'{}[]":,0123456789eE+-\\u\xff\x00nultrf'
    for _ in range(100_000):
        spoiled = bytearray(
            whole[: chance.randrange(len(whole))] if chance.random() < 0.3 else whole
        )
        for _ in range(chance.randrange(1, 6)):
            if spoiled:
                spoiled[chance.randrange(len(spoiled))] = chance.choice(alphabet)
        with suppress(BadMessageError):
            decode(bytes(spoiled))


def test_too_much_garbage_is_the_end():
    intake = an_intake()
    judged = [intake.take("[]", 0.1 * at) for at in range(20)]
    assert judged[:19] == [None] * 19
    assert judged[19] == Goodbye(1008, "too many malformed messages")


def test_another_streams_audio_is_dropped_and_counted():
    intake = an_intake()
    assert intake.take(media(1, sid="MZ2"), 0.0) is None
    assert intake.counts == {"foreign": 1}


def test_lost_audio_is_filled_with_silence():
    intake = an_intake()
    assert heard_bytes(intake, 1, 2, 5) == [320, 320, 3 * 320]
    assert intake.counts == {"filled_secs": 0.04}


def test_after_a_long_loss_the_stream_is_taken_up_where_it_is():
    intake = an_intake()
    assert heard_bytes(intake, 1, 50, 51) == [320, 320, 320]
    assert intake.counts == {"resyncs": 1}


def test_a_piece_that_was_overtaken_is_heard_in_its_place():
    intake = an_intake()
    codes = {chunk: bytes([chunk]) * 160 for chunk in range(1, 6)}
    heard = b""
    for at, chunk in enumerate((1, 3, 2, 5, 4)):
        judged = intake.take(media(chunk, codes[chunk]), 0.02 * at)
        heard += judged.audio if isinstance(judged, InputAudioRawFrame) else b""
    assert heard == b"".join(mulaw.decode(codes[chunk]) for chunk in sorted(codes))
    assert intake.counts == {}


def test_a_piece_that_was_lost_is_waited_for_no_longer_than_until_the_next():
    intake = an_intake()
    assert heard_bytes(intake, 1, 3, 4, 5) == [320, 0, 3 * 320, 320]
    assert intake.counts == {"filled_secs": 0.02}


def test_audio_that_comes_too_late_is_dropped():
    intake = an_intake()
    assert heard_bytes(intake, 1, 4, 2, 5) == [320, 3 * 320, 0, 320]
    assert intake.late == 1


def test_mu_law_is_the_standards_own():
    every_code = bytes(range(256))
    every_sample = b"".join(n.to_bytes(2, "little", signed=True) for n in range(-32768, 32768))
    assert mulaw.decode(every_code) == audioop.ulaw2lin(every_code, 2)
    assert mulaw.encode(every_sample) == audioop.lin2ulaw(every_sample, 2)


def test_chunks_in_any_order_are_heard_within_bounds():
    """Numbers that go back, leap and repeat, at any pace: what is put in for them is bounded."""
    chance, intake, now = random.Random(7), an_intake(), 0.0
    next_chunk, sent_secs, heard_secs = 1, 0.0, 0.0
    for _ in range(20_000):
        next_chunk += chance.choice((1, 1, 1, 1, 1, 1, 0, -1, 2, 3, 12, -60, 2**40, -(2**40)))
        now += chance.choice((0.0, 0.02, 0.03, 0.05))
        size = chance.choice((80, 160, 160, 400))
        heard = intake.take(media(next_chunk, b"\x00" * size), now)
        sent_secs += size / 8_000
        if isinstance(heard, InputAudioRawFrame):
            assert len(heard.audio) <= 2 * (size + 400 + 2 * 0.2 * 8_000)
            heard_secs += len(heard.audio) / 16_000
    known = {"late", "filled_secs", "resyncs", "dropped_audio_secs"}
    assert intake.counts.keys() <= known
    assert heard_secs <= sent_secs + intake.filled_secs
