"""What runs a call's pipeline: Pipecat's worker, with our eyes on it."""

from collections.abc import Sequence

from pipecat.observers.base_observer import BaseObserver
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.frameworks.rtvi import RTVIObserverParams
from pipecat.processors.frameworks.rtvi.observer import RTVIFunctionCallReportLevel

from bot.config import Settings
from bot.tools.desk import Desk
from processors.resume import Playback
from processors.shown import ShownRTVI
from transports.connection import Connection


def worker_of(
    pipeline: Pipeline,
    connection: Connection,
    settings: Settings,
    desk: Desk,
    observers: Sequence[BaseObserver],
) -> PipelineWorker:
    """The worker of one call, whose tools work at `desk`; clients learn of tools by name alone."""
    return PipelineWorker(
        pipeline,
        params=PipelineParams(
            audio_in_sample_rate=connection.audio.in_hz,
            audio_out_sample_rate=connection.audio.out_hz,
            enable_metrics=True,
            enable_usage_metrics=True,
        ),
        app_resources=desk,
        rtvi_processor=ShownRTVI(),
        observers=[*observers],
        rtvi_observer_params=RTVIObserverParams(
            function_call_report_level={"*": RTVIFunctionCallReportLevel.NAME},
            # A hush is no interruption: Echo may go on.
            ignored_sources=[part for part in pipeline.processors if isinstance(part, Playback)],
        ),
        enable_turn_tracking=bool(settings.tracing.url),
        enable_tracing=bool(settings.tracing.url),
        conversation_id=connection.session_id,
        idle_timeout_secs=settings.idle_secs,
        # The runner is this call's own: a call left idle ends nobody else's.
        cancel_runner_on_idle_timeout=True,
    )
