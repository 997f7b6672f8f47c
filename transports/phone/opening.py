"""How a media stream begins: with `start`, soon, in a format we can hear."""

import asyncio

from fastapi import WebSocket, WebSocketDisconnect

from transports.intake import Goodbye
from transports.phone.stream import HZ, Remark, Start, Wire
from transports.wire import BadMessageError

MOST_BEFORE_START = 5


async def opening(websocket: WebSocket, wire: Wire, within_secs: float) -> Start | Goodbye:
    """The stream's `start`, or why there is none. Raises WebSocketDisconnect when it goes away."""
    try:
        async with asyncio.timeout(within_secs):
            for _ in range(MOST_BEFORE_START):
                message = await websocket.receive()
                if message["type"] == "websocket.disconnect":
                    raise WebSocketDisconnect(message["code"])
                judged = judge(message.get("text") or message.get("bytes") or "", wire)
                if judged is not None:
                    return judged
    except TimeoutError:
        return Goodbye(1008, "no start came")
    return Goodbye(1008, "the stream does not begin with start")


def judge(data: str | bytes, wire: Wire) -> Start | Goodbye | None:
    """What a message before the call means; None for one that may be passed over (pure)."""
    try:
        message = wire.decode(data)
    except BadMessageError:
        return None
    match message:
        case Remark():
            return None
        case Start():
            return _format(message, wire.encoding)
        case _:
            return Goodbye(1008, "the stream does not begin with start")


def _format(start: Start, encoding: str) -> Start | Goodbye:
    if (start.encoding, start.hz, start.channels) == (encoding, HZ, 1):
        return start
    return Goodbye(1003, f"audio must be {encoding}, {HZ} Hz, 1 channel")
