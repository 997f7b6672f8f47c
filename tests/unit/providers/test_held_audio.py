"""The caller's audio that waits for a session."""

from pipecat.frames.frames import InputAudioRawFrame

from bot.providers.held_audio import HeldAudio

RATE = 16_000


def piece(number: int, secs: float = 0.5) -> InputAudioRawFrame:
    return InputAudioRawFrame(bytes([number, 0]) * round(secs * RATE), RATE, 1)


def numbers(held: HeldAudio) -> list[int]:
    """Of what comes out, in order."""
    found = []
    while frame := held.oldest:
        found.append(frame.audio[0])
        held.drop_oldest()
    return found


def test_what_was_said_first_comes_out_first():
    held = HeldAudio(10.0)
    for number in (1, 2, 3):
        held.hold(piece(number))
    assert numbers(held) == [1, 2, 3]
    assert held.oldest is None


def test_what_is_too_old_is_dropped():
    held = HeldAudio(1.0)
    for number in (1, 2, 3, 4):
        held.hold(piece(number))
    assert numbers(held) == [3, 4]


def test_there_is_room_for_as_much_when_all_has_been_given():
    held = HeldAudio(1.0)
    held.hold(piece(1, 1.0))
    assert numbers(held) == [1]
    for number in (2, 3):
        held.hold(piece(number))
    assert numbers(held) == [2, 3]
