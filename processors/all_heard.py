"""A speech to text says when it has told every word, and the turn waits for nothing else."""

from dataclasses import dataclass

from pipecat.frames.frames import ControlFrame, InterimTranscriptionFrame


@dataclass
class AllHeardFrame(ControlFrame):
    """The speech to text has told every word before the silence that was told of last.

    In order with transcripts, so that the last of them is there before it.
    """


@dataclass
class WholeGuessFrame(InterimTranscriptionFrame):
    """An interim of all words before a silence: final, should the silence last."""
