"""The agent under pipecat's own development runner, `pipecat eval` included; not for callers."""

import uuid

from pipecat.evals.transport import EvalTransportParams
from pipecat.runner.types import RunnerArguments
from pipecat.runner.utils import create_transport
from pipecat.transports.base_transport import TransportParams
from pipecat.transports.websocket.fastapi import FastAPIWebsocketParams

from bot import config
from bot.house import open_house
from bot.session import run_call
from transports.connection import Audio, Connection

WIRE = Audio(in_hz=16_000, out_hz=24_000)


async def run(args: RunnerArguments) -> None:
    """One call over whichever transport the runner was started with."""
    params = {
        "webrtc": lambda: TransportParams(audio_in_enabled=True, audio_out_enabled=True),
        "websocket": lambda: FastAPIWebsocketParams(audio_in_enabled=True, audio_out_enabled=True),
        "eval": lambda: EvalTransportParams(audio_in_enabled=True, audio_out_enabled=True),
    }
    transport = await create_transport(args, params)
    session_id = args.session_id or str(uuid.uuid4())
    async with open_house(config.load(), progress=print) as house:
        await run_call(house, Connection(transport, "webrtc", session_id, WIRE))
