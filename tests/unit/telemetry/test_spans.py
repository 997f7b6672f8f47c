"""What is left of a span for whoever collects them."""

from contextlib import suppress

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import Link, StatusCode

from bot.telemetry.spans import TracingSettings, plain, scrubbing, traced

WORDS = "my number is +15550100"


@pytest.fixture
def exported() -> InMemorySpanExporter:
    return InMemorySpanExporter()


def span(exported: InMemorySpanExporter) -> ReadableSpan:
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(scrubbing(exported)))
    tracer = provider.get_tracer("pipecat")
    with tracer.start_as_current_span("turn") as turn:
        link = Link(turn.get_span_context(), {"text": WORDS})
        with suppress(ValueError), tracer.start_as_current_span("llm", links=[link]) as llm:
            llm.set_attribute("input", WORDS)
            llm.set_attribute("metrics.ttfb", 0.25)
            llm.add_event("heard", {"transcript": WORDS, "count": 3})
            raise ValueError(WORDS)
    provider.shutdown()
    return exported.get_finished_spans()[0]


def test_a_span_has_its_name_its_times_and_its_numbers_and_no_words(exported):
    left = span(exported)
    assert (left.name, dict(left.attributes)) == ("llm", {"metrics.ttfb": 0.25})
    assert left.end_time >= left.start_time > 0
    assert left.parent.span_id == exported.get_finished_spans()[1].context.span_id
    assert "15550100" not in left.to_json()


def test_of_what_went_wrong_a_span_has_the_type_alone(exported):
    left = span(exported)
    assert [(event.name, dict(event.attributes)) for event in left.events] == [
        ("heard", {"count": 3}),
        ("exception", {"exception.type": "ValueError"}),
    ]
    assert (left.status.status_code, left.status.description) == (StatusCode.ERROR, None)


@pytest.mark.parametrize(
    "name", ["transcript", "text", "input", "output", "tools", "tools.definitions", "user_id",
             "gen_ai.system_instructions", "function_calls.arguments", "settings.keyterm"],
)  # fmt: skip
def test_texts_that_may_quote_a_caller_are_left_out(name: str):
    assert plain({name: WORDS, "turn.number": 2}) == {"turn.number": 2}
    assert plain({name: [WORDS]}) == {}


async def test_without_a_collector_nothing_is_made_ready():
    from opentelemetry import trace

    before = trace.get_tracer_provider()
    async with traced(TracingSettings(), pii=False):
        assert trace.get_tracer_provider() is before
