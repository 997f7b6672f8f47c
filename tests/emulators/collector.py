"""A collector of OpenTelemetry spans: OTLP over HTTP, as its specification has it.

https://opentelemetry.io/docs/specs/otlp/#otlphttp
"""

import gzip
from collections.abc import Iterator

from aiohttp import web
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tests.emulators.provider import Provider, Refuse, befall

PROTOBUF = "application/x-protobuf"


class Collector(Provider):
    """Takes what is posted to `/v1/traces`. Its journal: `export`, and `fault` for each request in
    which something goes wrong."""

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/v1/traces", self._take)
        return app

    async def _take(self, request: web.Request) -> web.Response:
        if request.content_type != PROTOBUF:
            return web.Response(status=415)
        body = await request.read()
        if request.headers.get("Content-Encoding") == "gzip" and body[:2] == b"\x1f\x8b":
            body = gzip.decompress(body)
        connection, fault = self.connect()
        if isinstance(fault, Refuse):
            self.note(connection, "fault", fault)
            return web.Response(status=fault.status)
        if fault:
            self.note(connection, "fault", fault)
            await befall(fault, 0, request, _nothing)
        self.note(connection, "export", ExportTraceServiceRequest.FromString(body))
        answer = ExportTraceServiceResponse().SerializeToString()
        return web.Response(body=answer, content_type=PROTOBUF)

    @property
    def spans(self) -> Iterator[Span]:
        """All of them, in the order they came in."""
        for request in self.noted("export"):
            for resource in request.resource_spans:
                for scope in resource.scope_spans:
                    yield from scope.spans


async def _nothing(_: str | bytes) -> None:
    """What a fault sends has no place here."""
