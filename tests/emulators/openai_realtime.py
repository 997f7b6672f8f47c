"""OpenAI Realtime, GA protocol: the WebSocket, the client secrets, and calls that are controlled.

The events are those of the SDK's `openai.types.realtime`; what a client sends is checked against
them. Where the SDK says nothing (handshake, close codes, texts of errors), the shapes are those
that OpenAI's documentation and forum show.

Delays of the profile: the first audio of a response comes `llm_first_token + tts_first_audio`
after the turn was called over (a tool call `llm_first_token` after), the transcript of the turn
`stt_final` after, beside the response. Every word then takes `token_secs`. A chunk, for faults, is
the audio of one word. A session hears in audio time: silence counts as it is sent.
"""

import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.emulators import realtime_ear, realtime_mind, realtime_mouth
from tests.emulators.provider import Provider, Refuse
from tests.emulators.realtime_call import BrowserCall, answer_to, offered
from tests.emulators.realtime_ear import Ear
from tests.emulators.realtime_mind import Mind
from tests.emulators.realtime_mouth import Mouth
from tests.emulators.realtime_session import Session
from tests.emulators.realtime_wire import Refusal, checked_session, defaults, merged

LONGEST_SESSION_SECS = 3600.0
SHORTEST_SECRET_SECS, LONGEST_SECRET_SECS, USUAL_SECRET_SECS = 10, 7200, 600
MODELS = {"gpt-realtime", "gpt-realtime-mini", "gpt-realtime-2", "gpt-realtime-2.1"}
LARGEST_MESSAGE_BYTES = 16 * 2**20


@dataclass(frozen=True, slots=True)
class Secret:
    """An ephemeral client secret: what it configures, and until when (Unix time) it is good."""

    session: dict[str, Any]
    expires_at: int


@dataclass
class OpenAIRealtime(Provider):
    """The emulator. Its journal has every event a client sent, by type (audio as its length in
    bytes), and `secret` for each one minted."""

    ear: Ear = field(default_factory=realtime_ear.scripted)
    mind: Mind = field(default_factory=realtime_mind.scripted)
    mouth: Mouth = realtime_mouth.tone
    max_age_secs: float = LONGEST_SESSION_SECS
    secrets: dict[str, Secret] = field(default_factory=dict)
    calls: dict[str, BrowserCall] = field(default_factory=dict)
    """Those of browsers, by id; over or not."""
    sent: list[dict[str, Any]] = field(default_factory=list)
    """Every event that went to a client, audio left out."""

    @property
    def realtime_url(self) -> str:
        """What a client connects to, the model to be added."""
        return f"{self.url.replace('http', 'ws', 1)}/v1/realtime"

    def app(self) -> web.Application:
        app = web.Application(client_max_size=LARGEST_MESSAGE_BYTES)
        app.router.add_get("/v1/realtime", self._converse)
        app.router.add_post("/v1/realtime/client_secrets", self._mint)
        app.router.add_post("/v1/realtime/calls", self._call)
        app.router.add_post("/v1/realtime/calls/{call_id}/hangup", self._hang_up)
        return app

    # The WebSocket

    async def _converse(self, request: web.Request) -> web.StreamResponse:
        if "call_id" in request.query:
            return await self._control(request)
        connection, fault = self.connect()
        if isinstance(fault, Refuse):
            return web.json_response(_error("scripted", "server_error"), **_refusal(fault))
        bearer = _bearer(request)
        secret = self._valid(bearer)
        if secret is None and bearer != self.key:
            return _incorrect_key()
        ws = web.WebSocketResponse(max_msg_size=LARGEST_MESSAGE_BYTES, compress=False)
        await ws.prepare(request)
        self.note(connection, "connected", dict(request.query))
        config = secret.session if secret else {}
        model = request.query.get("model") or config.get("model", "")
        if reason := _unwelcome(request, model):
            await ws.close(code=4000, message=f"invalid_request_error.{reason}".encode())
            return ws
        fresh = defaults(model, _id("sess"), int(time.time() + self.max_age_secs))
        session = Session(self, ws, request, connection, fault, merged(fresh, config))
        try:
            await session.run(self.max_age_secs)
        finally:
            await session.end()
            self.note(connection, "disconnected", ws.close_code)
        return ws

    def _valid(self, bearer: str) -> Secret | None:
        secret = self.secrets.get(bearer)
        return secret if secret and secret.expires_at > time.time() else None

    # Calls of browsers

    async def _call(self, request: web.Request) -> web.Response:
        secret = self._valid(_bearer(request))
        if secret is None:
            return _incorrect_key()
        try:
            if request.content_type != "application/sdp":
                raise Refusal("unsupported_content_type", "Expected 'application/sdp'.")
            offer = offered(await request.text())
            model = request.query.get("model") or secret.session.get("model", "")
            if reason := _unwelcome(request, model):
                raise Refusal(reason, "The model is missing or unknown.", "model")
        except Refusal as refusal:
            return web.json_response({"error": refusal.body()}, status=400)
        self.connections += 1
        fresh = defaults(model, _id("sess"), int(time.time() + self.max_age_secs))
        call = BrowserCall(self, request, self.connections, merged(fresh, secret.session))
        self.calls[call.id] = call
        self.note(call.connection, "call", call.id)
        where = {"Location": f"/v1/realtime/calls/{call.id}"}
        return web.Response(
            status=201, text=answer_to(offer), content_type="application/sdp", headers=where
        )

    async def _control(self, request: web.Request) -> web.StreamResponse:
        connection, fault = self.connect()
        if isinstance(fault, Refuse):
            return web.json_response(_error("scripted", "server_error"), **_refusal(fault))
        if _bearer(request) != self.key:
            return _incorrect_key()
        if "model" in request.query:
            both = _error("A call has its model.", "invalid_value")
            return web.json_response(both, status=400)
        call = self._live(request.query["call_id"])
        if call is None:
            return _no_call()
        ws = web.WebSocketResponse(max_msg_size=LARGEST_MESSAGE_BYTES, compress=False)
        await ws.prepare(request)
        self.note(connection, "controlled", call.id)
        try:
            await call.control(ws, connection)
        finally:
            self.note(connection, "disconnected", ws.close_code)
        return ws

    async def _hang_up(self, request: web.Request) -> web.Response:
        if _bearer(request) != self.key:
            return _incorrect_key()
        call = self._live(request.match_info["call_id"])
        if call is None:
            return _no_call()
        await call.hang_up("server")
        self.note(call.connection, "hangup", call.id)
        return web.Response()

    def _live(self, call_id: str) -> BrowserCall | None:
        call = self.calls.get(call_id)
        return call if call and not call.hung_up_by else None

    # Client secrets

    async def _mint(self, request: web.Request) -> web.Response:
        connection, fault = self.connect()
        if isinstance(fault, Refuse):
            return web.json_response(_error("scripted", "server_error"), **_refusal(fault))
        if _bearer(request) != self.key:
            return _incorrect_key()
        try:
            body = await request.json()
            secs = _lifetime_secs(body)
            session = checked_session(body.get("session", {"type": "realtime"}))
        except Refusal as refusal:
            return web.json_response({"error": refusal.body()}, status=400)
        self.note(connection, "secret", body)
        value = f"ek_{uuid.uuid4().hex}"
        secret = Secret(session, int(time.time()) + secs)
        self.secrets[value] = secret
        shown = merged(defaults(session.get("model", ""), _id("sess"), 0), session)
        return web.json_response(
            {"value": value, "expires_at": secret.expires_at, "session": shown}
        )


def _lifetime_secs(body: Any) -> int:
    if not isinstance(body, dict):
        raise Refusal("invalid_json", "The body is not a JSON object.")
    if unknown := set(body) - {"expires_after", "session"}:
        raise Refusal("unknown_parameter", f"Unknown parameter: '{sorted(unknown)[0]}'.")
    expires = body.get("expires_after", {})
    if set(expires) - {"anchor", "seconds"} or expires.get("anchor", "created_at") != "created_at":
        raise Refusal("invalid_value", "Only 'created_at' is supported.", "expires_after.anchor")
    secs = expires.get("seconds", USUAL_SECRET_SECS)
    if not isinstance(secs, int) or not SHORTEST_SECRET_SECS <= secs <= LONGEST_SECRET_SECS:
        raise Refusal(
            "integer_below_min_value" if secs < SHORTEST_SECRET_SECS else "integer_above_max_value",
            f"Expected a value between {SHORTEST_SECRET_SECS} and {LONGEST_SECRET_SECS}.",
            "expires_after.seconds",
        )
    return secs


def _unwelcome(request: web.Request, model: str) -> str | None:
    if "OpenAI-Beta" in request.headers:
        return "beta_api_shape_disabled"
    if not model:
        return "missing_model"
    return None if model in MODELS else "model_not_found"


def _bearer(request: web.Request) -> str:
    return request.headers.get("Authorization", "").removeprefix("Bearer ")


def _incorrect_key() -> web.Response:
    return web.json_response(_error("Incorrect API key provided.", "invalid_api_key"), status=401)


def _no_call() -> web.Response:
    error = _error("No session found for the provided call_id.", "call_id_not_found")
    return web.json_response(error, status=404)


def _error(message: str, code: str) -> dict[str, Any]:
    kind = "invalid_request_error"
    return {"error": {"message": message, "type": kind, "code": code, "param": None}}


def _refusal(fault: Refuse) -> dict[str, Any]:
    return {"status": fault.status, "headers": dict(fault.headers)}


def _id(kind: str) -> str:
    return f"{kind}_{uuid.uuid4().hex[:21]}"
