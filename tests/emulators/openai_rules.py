"""What OpenAI's chat completions refuse, and in which words.

Fields are those of the SDK's request types; the rest follows
https://platform.openai.com/docs/api-reference/chat/create and the API's error messages.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from openai.types import chat
from openai.types.chat.completion_create_params import CompletionCreateParamsStreaming
from openai.types.shared_params import FunctionDefinition

from tests.emulators.tool_schema import flaw

_FIELDS = set(CompletionCreateParamsStreaming.__annotations__)
_MESSAGES = {
    "system": chat.ChatCompletionSystemMessageParam,
    "developer": chat.ChatCompletionDeveloperMessageParam,
    "user": chat.ChatCompletionUserMessageParam,
    "assistant": chat.ChatCompletionAssistantMessageParam,
    "tool": chat.ChatCompletionToolMessageParam,
}
_RANGES = {
    "temperature": (0, 2),
    "top_p": (0, 1),
    "frequency_penalty": (-2, 2),
    "presence_penalty": (-2, 2),
    "max_tokens": (1, 1e6),
    "max_completion_tokens": (1, 1e6),
    "n": (1, 1),
}
_TOOL_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_CHOICES = ("none", "auto", "required")


class Refused(Exception):
    """An error answer: HTTP status and OpenAI's four fields."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        kind: str = "invalid_request_error",
        param: str | None = None,
        code: str | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"error": {"message": message, "type": kind, "param": param, "code": code}}


def check(body: object, models: Sequence[str]) -> None:
    """Raises Refused for a request that OpenAI would not answer."""
    if not isinstance(body, Mapping):
        raise Refused(400, "We could not parse the JSON body of your request.")
    _known(body, _FIELDS, "")
    for name in ("model", "messages"):
        if name not in body:
            raise Refused(400, f"Missing required parameter: '{name}'.", param=name)
    check_model(body["model"], models)
    _check_ranges(body)
    if body.get("stream_options") is not None:
        if not body.get("stream"):
            words = "The 'stream_options' parameter is only allowed when 'stream' is enabled."
            raise Refused(400, words, param="stream_options")
        known = set(chat.ChatCompletionStreamOptionsParam.__annotations__)
        _known(body["stream_options"], known, "stream_options.")
    _check_tools(body)
    _check_messages(body["messages"])


def check_model(name: object, models: Sequence[str]) -> None:
    if name not in models:
        words = f"The model `{name}` does not exist or you do not have access to it."
        raise Refused(404, words, code="model_not_found")


def _known(fields: Mapping[str, Any], known: set[str], place: str) -> None:
    if unknown := sorted(set(fields) - known):
        name = f"{place}{unknown[0]}"
        raise Refused(400, f"Unknown parameter: '{name}'.", param=name, code="unknown_parameter")


def _check_ranges(body: Mapping[str, Any]) -> None:
    for name, (least, most) in _RANGES.items():
        value = body.get(name)
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise Refused(400, f"Invalid type for '{name}'.", param=name, code="invalid_type")
        if not least <= value <= most:
            raise Refused(400, f"Invalid '{name}'.", param=name, code="invalid_value")


def _check_tools(body: Mapping[str, Any]) -> None:
    tools = body.get("tools")
    if tools is None:
        if "tool_choice" in body or "parallel_tool_calls" in body:
            raise Refused(400, "'tool_choice' is only allowed when 'tools' are specified.")
        return
    if not isinstance(tools, list) or not tools:
        raise Refused(400, "Invalid 'tools': empty array.", param="tools", code="empty_array")
    for number, tool in enumerate(tools):
        _check_tool(tool, f"tools[{number}]")
    choice = body.get("tool_choice", "auto")
    if choice not in _CHOICES and not isinstance(choice, Mapping):
        raise Refused(400, f"Invalid value: '{choice}'.", param="tool_choice", code="invalid_value")


def _check_tool(tool: Mapping[str, Any], place: str) -> None:
    _known(tool, {"type", "function"}, f"{place}.")
    if tool.get("type") != "function":
        raise Refused(400, f"Invalid value: '{tool.get('type')}'.", param=f"{place}.type")
    function = tool.get("function", {})
    _known(function, set(FunctionDefinition.__annotations__), f"{place}.function.")
    name = function.get("name", "")
    if not _TOOL_NAME.fullmatch(name):
        raise Refused(400, f"Invalid '{place}.function.name'.", param=f"{place}.function.name")
    if wrong := flaw(function.get("parameters", {"type": "object"})):
        raise Refused(
            400,
            f"Invalid schema for function '{name}': {wrong}",
            param=f"{place}.function.parameters",
            code="invalid_function_parameters",
        )


def _check_messages(messages: object) -> None:
    if not isinstance(messages, list) or not messages:
        raise Refused(400, "Invalid 'messages': empty array.", param="messages")
    waiting: set[str] = set()
    """Calls whose result has to come before anything else."""
    for number, message in enumerate(messages):
        place = f"messages[{number}]"
        _check_message(message, place)
        if message["role"] == "tool":
            if message["tool_call_id"] not in waiting:
                words = (
                    "Invalid parameter: messages with role 'tool' must be a response to a "
                    "preceeding message with 'tool_calls'."
                )
                raise Refused(400, words, param=f"{place}.role")
            waiting.remove(message["tool_call_id"])
            continue
        _check_answered(waiting, place)
        waiting = {call["id"] for call in message.get("tool_calls") or ()}
    _check_answered(waiting, "messages")


def _check_answered(waiting: set[str], place: str) -> None:
    if waiting:
        words = (
            "An assistant message with 'tool_calls' must be followed by tool messages responding "
            "to each 'tool_call_id'. The following tool_call_ids did not have response messages: "
        )
        raise Refused(400, words + ", ".join(sorted(waiting)), param=place)


def _check_message(message: Mapping[str, Any], place: str) -> None:
    kind = _MESSAGES.get(message.get("role", ""))
    if kind is None:
        words = f"Invalid value: '{message.get('role')}'. Supported values are: "
        raise Refused(
            400, words + ", ".join(_MESSAGES), param=f"{place}.role", code="invalid_value"
        )
    _known(message, set(kind.__annotations__), f"{place}.")
    calls = message.get("tool_calls")
    if calls is not None:
        _check_calls(calls, place)
    content = message.get("content")
    if content is None and not (message["role"] == "assistant" and calls):
        words = "Invalid value for 'content': expected a string, got null."
        raise Refused(400, words, param=f"{place}.content")
    if not isinstance(content, str | list | None):
        raise Refused(400, f"Invalid type for '{place}.content'.", param=f"{place}.content")


def _check_calls(calls: object, place: str) -> None:
    if not isinstance(calls, list) or not calls:
        raise Refused(400, f"Invalid '{place}.tool_calls': empty array.", code="empty_array")
    for number, call in enumerate(calls):
        match call:
            case {
                "id": str(),
                "type": "function",
                "function": {"name": str(name), "arguments": str()},
            }:
                if not _TOOL_NAME.fullmatch(name):
                    param = f"{place}.tool_calls[{number}].function.name"
                    words = "Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'."
                    raise Refused(
                        400, f"Invalid '{param}': {words}", param=param, code="invalid_value"
                    )
            case _:
                raise Refused(400, f"Invalid '{place}.tool_calls'.", param=f"{place}.tool_calls")
