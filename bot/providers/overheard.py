"""What is said in a Realtime session that goes past us: the caller and the provider talk directly.

A session's events come in the order in which things happened on the provider's side, which is not
the order of the conversation: the transcript of what the caller said comes late, often behind the
model's answer to it, and what the model said is generated faster than it is heard.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Words:
    """What the caller said, or what they have heard."""

    role: Literal["user", "assistant"]
    text: str


@dataclass(slots=True)
class _Stretch:
    role: Literal["user", "assistant"]
    text: str = ""
    generated: bool = False
    """The model is done with it; it may still be playing."""
    settled: bool = False


class Overheard:
    """Takes a session's events and gives the words in the order of the conversation.

    Of what the model says, only what was played to its end counts: the provider tells neither
    which words of an answer were heard that the caller cut off, nor when each was. What somebody
    put into the conversation as Echo's words without their being spoken counts as nothing.
    """

    def __init__(self) -> None:
        self._stretches: dict[str, _Stretch] = {}  # by item for the caller, by response for Echo
        self._response_of: dict[str, str] = {}  # by item
        self._tells_what_plays = False  # where it does not, what was not cut off was heard
        self.speaking = False
        """Whether the caller is."""
        self.audible = False
        """Whether Echo is, or is about to be."""

    @property
    def awaits_words(self) -> bool:
        """Whether the caller has said something whose words are not known yet."""
        return any(stretch.role == "user" for stretch in self._stretches.values())

    def take(self, event: Mapping[str, object]) -> list[Words]:
        """The words that are certain with this event; most events bring none."""
        match event:
            case {"type": "input_audio_buffer.speech_started"}:
                self.speaking = True
            case {"type": "input_audio_buffer.speech_stopped"}:
                self.speaking = False
            case {"type": "input_audio_buffer.committed", "item_id": str(item)}:
                self._spoke(item)
            case {"type": "conversation.item.added", "item": {"role": "user", **item}}:
                self._added(item)
            case {
                "type": "conversation.item.input_audio_transcription.completed",
                "item_id": str(item),
                "transcript": str(text),
            }:
                self._settle(item, text)
            case {"type": "conversation.item.input_audio_transcription.failed", "item_id": item}:
                self._settle(item, "")
            case {"type": str(kind)} if kind.startswith(("response.", "output_audio_buffer.")):
                self._answer(kind, event)
            case {"type": "conversation.item.truncated", "item_id": str(item)}:
                self._settle(self._response_of.get(item), "")
            case _:
                return []
        return self._certain()

    def forgo(self) -> list[Words]:
        """Wait no longer for transcripts that have not come; the words that are certain then."""
        for stretch in self._stretches.values():
            if stretch.role == "user":
                stretch.settled = True
        return self._certain()

    def _answer(self, kind: str, event: Mapping[str, object]) -> None:
        match kind, event:
            case "response.created", {"response": {"id": str(response)}}:
                self._stretches[response] = _Stretch("assistant")
                self.audible = True
            case "response.output_item.added", {
                "response_id": str(response),
                "item": {"id": str(item)},
            }:
                self._response_of[item] = response
            case "response.output_audio_transcript.done", {
                "response_id": str(response),
                "transcript": str(text),
            }:
                if stretch := self._stretches.get(response):
                    stretch.text = f"{stretch.text} {text}".strip()
            case "response.done", {"response": {"id": str(response), "status": status}}:
                self._generated(response, complete=status == "completed")
            case "output_audio_buffer.started", _:
                self.audible = self._tells_what_plays = True
            case "output_audio_buffer.stopped", {"response_id": str(response)}:
                self.audible = False
                self._heard(response)
            case "output_audio_buffer.cleared", {"response_id": str(response)}:
                self.audible = False
                self._settle(response, "")
            case _:
                pass

    def _added(self, item: Mapping[str, object]) -> None:
        match item:
            case {"id": str(name), "content": [{"type": "input_text", "text": str(text)}, *_]}:
                self._stretches[name] = _Stretch("user", text, settled=True)
            case _:
                pass

    def _spoke(self, item: str) -> None:
        """The caller has said something, with which whatever Echo said is over."""
        for name, stretch in self._stretches.items():
            if stretch.generated and not stretch.settled:
                self._settle(name, "" if self._tells_what_plays else stretch.text)
        self._stretches.setdefault(item, _Stretch("user"))

    def _generated(self, response: str, *, complete: bool) -> None:
        stretch = self._stretches.get(response)
        if stretch is None:
            return
        stretch.generated = True
        if not complete or not stretch.text:
            self.audible = self.audible and bool(stretch.text)
            self._settle(response, "")

    def _heard(self, response: str) -> None:
        if stretch := self._stretches.get(response):
            stretch.settled = True

    def _settle(self, name: object, text: str) -> None:
        if isinstance(name, str) and (stretch := self._stretches.get(name)):
            stretch.text, stretch.settled = text, True

    def _certain(self) -> list[Words]:
        words: list[Words] = []
        while self._stretches:
            name, stretch = next(iter(self._stretches.items()))
            if not stretch.settled:
                break
            del self._stretches[name]
            self._response_of = {i: r for i, r in self._response_of.items() if r != name}
            if stretch.text.strip():
                words.append(Words(stretch.role, stretch.text.strip()))
        return words
