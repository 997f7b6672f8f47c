"""Where records go: one log line per turn, one per session, and a message for the client."""

from dataclasses import asdict

from loguru import logger

from bot.telemetry.budget import judge
from bot.telemetry.latency import TurnLatency
from bot.telemetry.session_metrics import VoiceSessionMetrics

TURN_MESSAGE = "turn-latency"


def turn_message(turn: TurnLatency) -> dict[str, object]:
    """Return what `RTVIServerMessageFrame` carries to the client, with the verdict of `judge`.

    `{"type": "turn-latency", "turn": {**fields of TurnLatency, "overspent": Overspent or null}}`
    """
    return {"type": TURN_MESSAGE, "turn": _judged(turn)}


def log_turn(turn: TurnLatency) -> None:
    logger.bind(**_judged(turn)).info("turn")


def log_session(session: VoiceSessionMetrics) -> None:
    logger.bind(**session.to_dict()).info("session")


def _judged(turn: TurnLatency) -> dict[str, object]:
    verdict = judge(turn)
    return turn.to_dict() | {"overspent": asdict(verdict) if verdict else None}
