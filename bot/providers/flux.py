"""Deepgram's Flux as Pipecat's service: drops messages it cannot read.

Pipecat's own reconnects at a message whose parts are not of the kind it expects, and ends the turn
that was being spoken.
"""

import json
from typing import Any, cast

from loguru import logger
from pipecat.frames.frames import Frame
from pipecat.processors.frame_processor import FrameDirection
from pipecat.services.deepgram.flux.stt import DeepgramFluxSTTService

from processors.long_turn import EndTurnFrame


def readable(message: str | bytes) -> bool:
    """Whether what is used of a message is there and of its kind."""
    try:
        body: Any = json.loads(message)
    except ValueError:
        return False
    return isinstance(body, dict) and _fields_are_sound(cast(dict[str, object], body))


def _fields_are_sound(body: dict[str, object]) -> bool:
    words, languages = body.get("words", []), body.get("languages") or []
    return (
        isinstance(body.get("transcript", ""), str)
        and isinstance(words, list)
        and all(isinstance(word, dict) for word in cast(list[object], words))
        and isinstance(languages, list)
        and all(isinstance(code, str) for code in cast(list[object], languages))
    )


class Flux(DeepgramFluxSTTService):
    """Words, and whose turn it is: needs the strategies of `decided_elsewhere`.

    Heeds `EndTurnFrame`; https://developers.deepgram.com/docs/flux/force-end-turn.
    """

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        if not isinstance(frame, EndTurnFrame):
            await super().process_frame(frame, direction)
        elif self._transport_is_active():
            await self._transport_send_json({"type": "ForceEndTurn"})

    async def _process_message(self, message: str | bytes) -> None:
        if readable(message):
            await super()._process_message(message)
        else:
            logger.warning("Flux sent a message that cannot be read: dropped")


def address(base_url: str) -> str:
    """Where Flux listens: at Deepgram's, or at a server of one's own with or without a scheme."""
    scheme, separator, host = base_url.rpartition("://")
    secure = scheme not in ("http", "ws") or not separator
    return f"{'wss' if secure else 'ws'}://{host or 'api.deepgram.com'}/v2/listen"
