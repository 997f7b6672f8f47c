"""The WebSocket transport against an ASGI server that behaves as uvicorn does."""

import asyncio
from collections.abc import MutableMapping

from fastapi import WebSocket
from pipecat.frames.frames import OutputTransportMessageUrgentFrame
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineWorker
from pipecat.workers.runner import WorkerRunner

from transports.websocket_transport import WebsocketTransport, WireSettings

Message = MutableMapping[str, object]


class Peer:
    """A client behind an ASGI server, until it vanishes: then a send fails before it is said."""

    def __init__(self) -> None:
        self.gone = asyncio.Event()
        self._incoming: list[Message] = [{"type": "websocket.connect"}]

    async def receive(self) -> Message:
        if self._incoming:
            return self._incoming.pop()
        await self.gone.wait()
        await asyncio.sleep(0.01)
        return {"type": "websocket.disconnect", "code": 1006}

    async def send(self, message: Message) -> None:
        if message["type"] == "websocket.send":
            self.gone.set()
            raise OSError("connection lost")


async def test_a_client_that_vanishes_while_it_is_sent_something_is_noticed():
    peer = Peer()
    websocket = WebSocket({"type": "websocket"}, peer.receive, peer.send)
    await websocket.accept()
    transport = WebsocketTransport(websocket, WireSettings())
    pipeline = Pipeline([transport.input(), transport.output()])
    worker = PipelineWorker(pipeline, enable_rtvi=False, idle_timeout_secs=100)
    left: list[float] = []

    @transport.event_handler("on_client_connected")
    async def connected(*_: object) -> None:
        await worker.queue_frame(OutputTransportMessageUrgentFrame(message={"hello": "caller"}))

    @transport.event_handler("on_client_disconnected")
    async def disconnected(*_: object) -> None:
        left.append(asyncio.get_running_loop().time())
        await worker.cancel()

    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(worker)
    await runner.run()
    assert len(left) == 1
    assert left[0] < 1
