"""Which words go with the audio that is being sent, so that a mark can follow each (pure)."""

from collections.abc import Iterator

from pipecat.frames.frames import TTSTextFrame


class Words:
    """Told of each word before its audio is sent, and of the audio; gives each word back once.

    Pipecat lets go of a word when it should have been heard: a mark sent then comes behind all that
    was sent ahead of the ear, and comes back too late by as much.
    """

    def __init__(self) -> None:
        self._coming: dict[int, TTSTextFrame] = {}

    def expect(self, word: TTSTextFrame) -> None:
        """Its audio is yet to be sent; a word without a time cannot be found in the audio."""
        if word.pts:
            self._coming[word.id] = word

    def sent(self, until_ns: int) -> Iterator[TTSTextFrame]:
        """The words that are complete in audio that will have been heard by then, in their order.

        Nanoseconds of the clock that words have their times by.
        """
        for word in [*self._coming.values()]:
            if not word.pts or word.pts > until_ns:
                return
            del self._coming[word.id]
            yield word

    def take(self, word: TTSTextFrame) -> bool:
        """The word's time has come; False when its audio came before."""
        return self._coming.pop(word.id, None) is not None or not word.pts

    def clear(self) -> None:
        """Nobody will hear the rest, but what may not be interrupted."""
        self._coming = {n: word for n, word in self._coming.items() if not word.interruptible}
