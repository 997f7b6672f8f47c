"""How the brain takes a context: as it is."""

from pipecat.adapters.llm.base_llm_adapter import BaseLLMAdapter
from pipecat.adapters.llm.schemas.tools_schema import ToolsSchema
from pipecat.processors.aggregators.llm_context import LLMContext


class PlainAdapter(BaseLLMAdapter[dict[str, object]]):
    """Saves the import of the OpenAI SDK, which pipecat's default adapter needs: 1 s, 60 MB."""

    @property
    def id_for_llm_specific_messages(self) -> str:
        return "echo"

    async def get_llm_invocation_params(
        self, context: LLMContext, **_: object
    ) -> dict[str, object]:
        return {"messages": context.get_messages(), "tools": context.tools}

    def to_provider_tools_format(self, tools_schema: ToolsSchema) -> list[object]:
        return [*tools_schema.standard_tools]

    def get_messages_for_logging(self, context: LLMContext) -> list[dict[str, object]]:
        """Nothing: what was said is not for a log."""
        return []
