"""What the model may call, by what the way in can do for the caller."""

from dataclasses import dataclass

from pipecat.adapters.llm.schemas.direct_function import DirectFunction
from pipecat.adapters.llm.schemas.tools_schema import ToolsSchema

from bot.tools import CALLING_OUT, LANGUAGES, TEXTING, TOOLS
from bot.tools.offer import offered
from transports.connection import Connection


@dataclass(frozen=True, slots=True)
class Toolsets:
    """Made once: reading the tools' docstrings takes most of what a call's start takes."""

    ordinary: ToolsSchema
    texting: ToolsSchema
    calling_out: ToolsSchema
    """All there are."""

    def of(self, connection: Connection) -> ToolsSchema:
        """What the model may call for this caller."""
        if connection.press is not None:
            return self.calling_out
        return self.ordinary if connection.text is None else self.texting


def toolsets(timeout_secs: float, *, languages: int) -> Toolsets:
    """timeout_secs: after which a tool has failed. languages: how many are spoken here."""

    def schema(*tools: DirectFunction) -> ToolsSchema:
        return ToolsSchema([*offered(tools, timeout_secs)])

    tools = (*TOOLS, *LANGUAGES) if languages > 1 else TOOLS
    return Toolsets(
        schema(*tools), schema(*tools, *TEXTING), schema(*tools, *TEXTING, *CALLING_OUT)
    )
