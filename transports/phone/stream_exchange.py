"""A carrier's calls whose audio is a media stream: each from its `start` to its end."""

from collections.abc import Mapping

from fastapi import WebSocket
from loguru import logger

from transports.connection import Audio, Caller, Connection, Door, Guest, Kind, Launch
from transports.intake import Goodbye
from transports.phone.exchange import PhoneExchange
from transports.phone.heard import Intake
from transports.phone.lines import Line
from transports.phone.opening import opening
from transports.phone.phrases import Speaks, as_set
from transports.phone.settings import StreamSettings
from transports.phone.stream import HZ, Start, Wire
from transports.phone.stream_intake import StreamIntake
from transports.phone.transport import PhoneTransport
from transports.tickets import Tickets


class StreamExchange(PhoneExchange):
    """Runs the calls that come in, of this account; of any, where the account has no name."""

    def __init__(
        self,
        kind: Kind,
        wire: Wire,
        account_id: str,
        settings: StreamSettings,
        tickets: Tickets,
        door: Door,
        launch: Launch,
        speaks: Speaks = as_set,
    ) -> None:
        super().__init__(kind, tickets, door, speaks)
        self._wire = wire
        self._account_id = account_id
        self._settings = settings
        self._launch = launch

    async def _talk(self, websocket: WebSocket, guest: Guest, line: Line) -> None:
        await websocket.accept()
        start = await opening(websocket, self._wire, self._settings.start_secs)
        if isinstance(start, Start) and not self._is_of(start, line):
            start = Goodbye(1008, "this is not the call that was expected")
        if isinstance(start, Goodbye):
            logger.bind(code=start.code, reason=start.reason).warning("A stream was not taken up")
            await websocket.close(start.code, start.reason)
            return
        intake, dialect = self._intake(line, start.stream_id), self._wire.dialect(start.stream_id)
        transport = PhoneTransport(websocket, self._settings, intake, dialect)
        await self._launch(self._connection(line, transport, start.parameters))
        if transport.ended_by_us:
            line.point = "finished"

    def _intake(self, line: Line, stream_id: str) -> Intake:
        settings = self._settings
        return StreamIntake(self._wire.decode, stream_id, settings.intake, settings.fill_secs)

    def _connection(
        self, line: Line, transport: PhoneTransport, parameters: Mapping[str, str]
    ) -> Connection:
        return Connection(
            transport=transport,
            kind=self._kind,
            session_id=line.session_id,
            audio=Audio(self._settings.in_hz, HZ),
            caller=Caller(line.caller, line.called),
            body=parameters,
            goes_on_in=line.goes_on_in,
        )

    def _is_of(self, start: Start, line: Line) -> bool:
        account_id = self._account_id or start.account_id
        return start.call_id == line.call_id and start.account_id == account_id
