"""A call's turns and what each service did in them, as OpenTelemetry spans; of nobody's words.

Pipecat's spans hold transcripts, prompts, tools and their arguments, with no way to leave them out.
What is kept here is what cannot hold any of it: numbers, and the few texts that are named below.
"""

import asyncio
import threading
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.util.types import Attributes

PLAIN = frozenset(
    (
        *("conversation.id", "conversation.type", "turn.type", "exception.type", "language"),
        *("gen_ai.operation.name", "gen_ai.output.type", "gen_ai.provider.name"),
        *("gen_ai.request.model", "gen_ai.system", "service.operation", "voice_id"),
    )
)
"""Attributes whose text says who served, and how; all other texts may quote a caller."""

EXPORT_SECS = 3.0
"""Somebody who takes no spans for so long does not get them; they are dropped, no call waits."""


class TracingSettings(BaseModel):
    """Spans, for whoever collects them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str = ""
    """Where they are posted to (OTLP over HTTP), such as `http://localhost:4318/v1/traces`. Empty:
    none are made. What was said, numbers and tools' arguments are in them with `LOG_PII` alone."""


class TracingError(Exception):
    """Spans cannot be made."""


@asynccontextmanager
async def traced(settings: TracingSettings, pii: bool) -> AsyncGenerator[None]:
    """While this is open spans are sent, of calls that are traced. Once a process.

    Raises:
        TracingError: there is no OpenTelemetry here.
    """
    if not settings.url:
        yield
        return
    provider = _sending(settings.url, pii)
    try:
        yield
    finally:
        ending = threading.Thread(target=provider.shutdown, daemon=True)
        ending.start()
        await asyncio.to_thread(ending.join, EXPORT_SECS)


def _sending(url: str, pii: bool) -> "TracerProvider":
    try:
        from opentelemetry import trace
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        needs = "TRACING_URL needs `pip install opentelemetry-exporter-otlp-proto-http`."
        raise TracingError(needs) from None
    exporter = OTLPSpanExporter(endpoint=url, timeout=EXPORT_SECS)
    provider = TracerProvider(resource=Resource.create({"service.name": "echo-agent"}))
    provider.add_span_processor(BatchSpanProcessor(exporter if pii else scrubbing(exporter)))
    trace.set_tracer_provider(provider)
    return provider


def scrubbing(exporter: "SpanExporter") -> "SpanExporter":
    """Hands over to `exporter` what is left of spans without anybody's words."""
    from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

    class Scrubbing(SpanExporter):
        def export(self, spans: Sequence["ReadableSpan"]) -> SpanExportResult:
            return exporter.export([scrubbed(span) for span in spans])

        def shutdown(self) -> None:
            exporter.shutdown()

    return Scrubbing()


def scrubbed(span: "ReadableSpan") -> "ReadableSpan":
    """The span with what is plain of its attributes and of its events'; no links, and of its status
    the code alone."""
    from opentelemetry.sdk.trace import Event, ReadableSpan
    from opentelemetry.trace import Status

    return ReadableSpan(
        name=span.name,
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes=plain(span.attributes),
        events=[Event(each.name, plain(each.attributes), each.timestamp) for each in span.events],
        kind=span.kind,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def plain(attributes: "Attributes") -> Mapping[str, bool | int | float | str]:
    """Numbers, and texts of which it is known what they hold."""
    kept: dict[str, bool | int | float | str] = {}
    for name, value in (attributes or {}).items():
        if isinstance(value, bool | int | float) or (name in PLAIN and isinstance(value, str)):
            kept[name] = value
    return kept
