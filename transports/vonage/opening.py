"""How a call's socket begins: with `websocket:connected`, soon, in a format we can hear."""

import asyncio

from fastapi import WebSocket, WebSocketDisconnect

from transports.intake import Goodbye
from transports.vonage.wire import FORMAT, Connected, decode
from transports.wire import BadMessageError


async def opening(websocket: WebSocket, call_id: str, within_secs: float) -> Goodbye | None:
    """None if it is that call's; else why it is not. Raises WebSocketDisconnect."""
    try:
        async with asyncio.timeout(within_secs):
            message = await websocket.receive()
    except TimeoutError:
        return Goodbye(1008, "no first message came")
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message["code"])
    return judge(message.get("text") or "", call_id)


def judge(text: str, call_id: str) -> Goodbye | None:
    """As above, for the message itself (pure)."""
    try:
        told = decode(text)
    except BadMessageError:
        told = None
    match told:
        case Connected() if told.call_id != call_id:
            return Goodbye(1008, "this is not the call that was expected")
        case Connected() if told.content_type != FORMAT:
            return Goodbye(1003, f"audio must be {FORMAT}")
        case Connected():
            return None
        case _:
            return Goodbye(1008, "the socket does not begin with websocket:connected")
