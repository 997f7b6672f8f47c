"""A call as text: what was said, what was done, and how long everything took."""

from collections.abc import Iterable, Sequence

from evals.conversation import Line, ToolCall
from evals.record import CallRecord
from evals.turn import Turn

_HEADINGS = ("turn", "caller", "first sound", "answer", "barge-in", "gaps", "tools")
_WIDEST = 44


def report(record: CallRecord) -> str:
    """Transcript, tool calls and a table of latencies, ready to print."""
    parts = [
        _section("Transcript", [_line(line) for line in record.lines]),
        _section("Tools", [_tool(tool) for tool in record.tools]),
        _section("At the caller's ear, in ms", table(_HEADINGS, map(_row, *_counted(record)))),
        _section("Errors", record.errors),
        _ending(record),
    ]
    return "\n\n".join(part for part in parts if part)


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Columns as wide as they need to be; numbers belong to the right."""
    cells = [list(headings), *(list(row) for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(headings))]
    return [
        "  ".join(
            cell.rjust(width) if _is_number(cell) else cell.ljust(width)
            for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in cells
    ]


def ms(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f}"


def _counted(record: CallRecord) -> tuple[range, Sequence[Turn]]:
    return range(len(record.turns)), record.turns


def _row(number: int, turn: Turn) -> tuple[str, ...]:
    return (
        str(number),
        _short(turn.said.text or f"({turn.said.kind})"),
        ms(turn.first_sound_ms),
        ms(turn.answer_ms),
        ms(turn.barge_in_ms),
        ms(sum(gap.ms for gap in turn.gaps)),
        ", ".join(tool.name for tool in turn.tools),
    )


def _line(line: Line) -> str:
    typed = " (typed)" if line.typed else ""
    return f"{line.at_secs:7.2f}  {line.speaker:<6}  {line.text}{typed}"


def _tool(tool: ToolCall) -> str:
    took = (
        ""
        if tool.ended_secs is None
        else f" in {1000 * (tool.ended_secs - tool.started_secs):.0f} ms"
    )
    arguments = ", ".join(f"{name}={value!r}" for name, value in tool.arguments.items())
    return f"{tool.started_secs:7.2f}  {tool.name or 'a tool'}({arguments}): {tool.state}{took}"


def _ending(record: CallRecord) -> str:
    how = {
        "caller": "The caller hung up.",
        "echo": "Echo hung up.",
        "lost": "The connection was lost.",
    }[record.ended_by]
    unanswered = f" {record.unanswered} times Echo did not answer." if record.unanswered else ""
    pace = f" The caller's 20 ms frames were late by {record.pace.late_ms_p99} ms (p99)."
    return how + unanswered + pace


def _section(title: str, lines: Sequence[str]) -> str:
    return "\n".join([title, *(f"  {line}" for line in lines)]) if lines else ""


def _short(text: str) -> str:
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 1]}…"


def _is_number(cell: str) -> bool:
    return cell == "-" or cell.lstrip("-").isdigit()
