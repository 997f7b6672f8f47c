import pytest

from transports.pacing import Pacer

CHUNK = 0.02


def sent(pacer: Pacer, chunks: int, now: float = 0.0) -> list[float]:
    """When each chunk goes out, if the sender waits exactly as long as it is told to."""
    at = []
    for _ in range(chunks):
        at.append(round(now, 6))
        now += pacer.sent(CHUNK, now)
    return at


def test_the_lead_goes_out_at_once_and_the_rest_in_real_time():
    at = sent(Pacer(0.1), 10)
    assert at[:6] == [0.0] * 6
    assert at[6:] == pytest.approx([0.02, 0.04, 0.06, 0.08])


def test_without_a_lead_each_chunk_waits_for_the_one_before():
    assert sent(Pacer(0.0), 4) == pytest.approx([0.0, 0.02, 0.04, 0.06])


def test_a_stall_is_made_up_for_and_the_schedule_kept():
    pacer = Pacer(0.1)
    sent(pacer, 20)  # the next is due at 0.30, when 0.10 s are unheard
    at = sent(pacer, 20, now=0.35)
    assert at[:4] == pytest.approx([0.35, 0.35, 0.35, 0.36])
    assert pacer.unheard_secs(at[-1]) == pytest.approx(0.1 + CHUNK)


def test_rounding_does_not_add_up_over_a_minute():
    at = sent(Pacer(0.1), 3000)
    assert at[-1] == pytest.approx(3000 * CHUNK - 0.1 - CHUNK, abs=1e-3)


def test_when_everything_was_heard_the_next_utterance_gets_its_own_lead():
    pacer = Pacer(0.1)
    sent(pacer, 10)
    assert pacer.unheard_secs(5.0) == 0
    assert sent(pacer, 6, now=5.0) == [5.0] * 6


def test_after_an_interruption_nothing_is_waited_for():
    pacer = Pacer(0.1)
    sent(pacer, 50)
    pacer.flush()
    assert pacer.unheard_secs(0.9) == 0
    assert pacer.sent(CHUNK, 0.9) == 0
