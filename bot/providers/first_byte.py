"""How soon a provider answered: only where it did."""

from pipecat.processors.frame_processor import FrameProcessor


class FirstByte(FrameProcessor):
    """An interruption or an error is no first byte, though Pipecat would report it as one."""

    async def stop_all_metrics(self) -> None:
        await self.cancel_ttfb_metrics()
        await super().stop_all_metrics()
