"""Arguments that a speech model got wrong."""

import json

from pipecat.services.openai.realtime import events
from pipecat.services.openai.realtime.llm import OpenAIRealtimeLLMService


class Repairable(OpenAIRealtimeLLMService):
    """Tool arguments that are no JSON get one try more, and then an apology."""

    _repaired: bool = False

    async def _handle_evt_function_call_arguments_done(
        self, evt: events.ResponseFunctionCallArgumentsDone
    ) -> None:
        if _is_object(evt.arguments):
            self._repaired = False
            await super()._handle_evt_function_call_arguments_done(evt)
            return
        self._pending_function_calls.pop(evt.call_id, None)
        wrong = json.dumps({"error": "The arguments are not a JSON object. Call it again."})
        await self._send_tool_result(evt.call_id, wrong)
        if self._repaired:
            await self.push_error("The model's tool arguments are malformed")
            return
        self._repaired = True
        self._results_awaiting_response = True
        self._response_create_owed = True  # this response is not over yet


def _is_object(arguments: str) -> bool:
    try:
        return isinstance(json.loads(arguments), dict)
    except ValueError:
        return False
