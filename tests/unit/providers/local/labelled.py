"""Labelled utterances: what each should lead to, and whether it did."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.providers.local.acts import Act
from bot.providers.local.dialogue import Dialogue
from tests.unit.providers.local.scripted import SITUATIONS, decide, heard

_FOLDER = Path(__file__).parent / "utterances"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether one utterance led to the right tool or topic, and with the right arguments."""

    utterance: str
    intent: bool
    arguments: bool
    act: Act

    @property
    def understood(self) -> bool:
        return self.intent and self.arguments


def verdicts(name: str, dialogue: Dialogue) -> Sequence[Verdict]:
    labelled = json.loads((_FOLDER / f"{name}.json").read_text("utf-8"))
    return [_verdict(label, dialogue) for label in labelled]


def report(name: str, found: Sequence[Verdict]) -> str:
    intent = sum(verdict.intent for verdict in found)
    both = sum(verdict.understood for verdict in found)
    lines = [
        f"{name}: {len(found)} utterances, intent {intent / len(found):.0%}, "
        f"intent and arguments {both / len(found):.0%}"
    ]
    return "\n".join(
        lines + [f"  not understood: {v.utterance}" for v in found if not v.understood]
    )


def _verdict(label: Mapping[str, object], dialogue: Dialogue) -> Verdict:
    act = decide(dialogue, SITUATIONS[str(label.get("given", ""))], heard(str(label["say"])))
    wanted = label.get("arguments", {})
    assert isinstance(wanted, dict)
    return Verdict(str(label["say"]), _right_intent(label, act), _right_values(wanted, act), act)


def _right_intent(label: Mapping[str, object], act: Act) -> bool:
    match label:
        case {"talk": topic}:
            return not act.calls and act.topic == topic
        case {"asks": parameter}:
            return not act.calls and act.topic == f"ask {parameter}"
        case {"tool": tool, **rest}:
            others = rest.get("or", ())
            assert isinstance(others, Sequence)
            if rest.get("may_ask") and not act.calls:
                return act.topic.startswith("ask ")
            if "track_shipment" in (tool, *others) and not rest.get("arguments") and not act.calls:
                return act.topic.startswith("ask ")
            return len(act.calls) == 1 and act.calls[0].tool in (tool, *others)
        case _:
            raise ValueError(f"a label without tool, talk or asks: {label}")


def _right_values(wanted: Mapping[str, object], act: Act) -> bool:
    """Every wanted value, whatever its case; `confirmed` only where it is wanted."""
    given = dict(act.calls[0].arguments) if act.calls else {}
    if bool(given.get("confirmed")) != bool(wanted.get("confirmed")):
        return False
    return all(str(given.get(n, "")).lower() == str(v).lower() for n, v in wanted.items())
