"""What Anthropic's Messages API refuses, and in which words.

Fields are those of the SDK's request types; the rest follows https://platform.claude.com/docs/en/api
and the API's error messages.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, get_args

from anthropic.types import TextBlockParam, ToolParam, ToolResultBlockParam, ToolUseBlockParam
from anthropic.types.anthropic_beta_param import AnthropicBetaParam
from anthropic.types.beta.message_create_params import MessageCreateParamsBase

from tests.emulators.tool_schema import flaw

VERSION = "2023-06-01"
_BETAS = {name for part in get_args(AnthropicBetaParam) for name in get_args(part)}
_SAMPLING = {"temperature", "top_k", "top_p"}
"""No parameters of the SDK's methods, and still of the API, for older models."""
_FIELDS = (set(MessageCreateParamsBase.__annotations__) - {"betas"}) | {"stream"} | _SAMPLING
_BLOCKS = {
    "text": set(TextBlockParam.__annotations__),
    "tool_use": set(ToolUseBlockParam.__annotations__),
    "tool_result": set(ToolResultBlockParam.__annotations__),
}
_BLOCKS_OF = {"user": {"text", "tool_result"}, "assistant": {"text", "tool_use"}}
_PREFILL = ("claude-haiku-4-5", "claude-sonnet-4-5", "claude-opus-4-1")
"""Models that go on from the beginning of an answer; later ones refuse to."""
_TOOL_NAME = re.compile(r"[a-zA-Z0-9_-]{1,128}")
_CHOICES = ("auto", "any", "tool", "none")
_ID = re.compile(r"[a-zA-Z0-9_-]+")
_MOST_CACHED = 4

KINDS = {
    400: ("invalid_request_error", "The request is wrong."),
    401: ("authentication_error", "invalid x-api-key"),
    403: ("permission_error", "Your API key does not have permission to use this resource."),
    404: ("not_found_error", "Not Found"),
    429: ("rate_limit_error", "This request would exceed your account's rate limit."),
    500: ("api_error", "Internal server error"),
    503: ("api_error", "Service unavailable"),
    529: ("overloaded_error", "Overloaded"),
}
"""The error's type and words by HTTP status."""


class Refused(Exception):
    """An error answer."""

    def __init__(self, status: int, message: str = "") -> None:
        kind, otherwise = KINDS.get(status, KINDS[500])
        super().__init__(message or otherwise)
        self.status = status
        self.error = {"type": kind, "message": message or otherwise}


def check_headers(headers: Mapping[str, str], key: str) -> None:
    if not headers.get("x-api-key"):
        raise Refused(401, "x-api-key header is required")
    if headers["x-api-key"] != key:
        raise Refused(401)
    if "anthropic-version" not in headers:
        raise Refused(400, "anthropic-version: header is required")
    if headers["anthropic-version"] != VERSION:
        raise Refused(400, f'"{headers["anthropic-version"]}" is not a valid version')
    for beta in filter(None, headers.get("anthropic-beta", "").split(",")):
        if beta.strip() not in _BETAS:
            words = f"Unexpected value(s) `{beta}` for the `anthropic-beta` header."
            raise Refused(400, words)


def check(body: object, models: Sequence[str]) -> None:
    """Raises Refused for a request that Anthropic would not answer."""
    if not isinstance(body, Mapping):
        raise Refused(400, "The request body is not valid JSON.")
    _known(body, _FIELDS, "")
    for name in ("model", "max_tokens", "messages"):
        if name not in body:
            raise Refused(400, f"{name}: Field required")
    if body["model"] not in models:
        raise Refused(404, f"model: {body['model']}")
    if not isinstance(body["max_tokens"], int) or body["max_tokens"] < 1:
        raise Refused(400, "max_tokens: Input should be greater than or equal to 1")
    _check_system(body.get("system", ""))
    _check_tools(body)
    _check_messages(body["messages"], str(body["model"]))
    _check_cached(body)


def _known(fields: Mapping[str, Any], known: set[str], place: str) -> None:
    if unknown := sorted(set(fields) - known):
        raise Refused(400, f"{place}{unknown[0]}: Extra inputs are not permitted")


def _check_system(system: object) -> None:
    if isinstance(system, str):
        return
    if not isinstance(system, list):
        raise Refused(400, "system: Input should be a valid string")
    for number, block in enumerate(system):
        _check_block(block, {"text"}, f"system.{number}")


def _check_tools(body: Mapping[str, Any]) -> None:
    tools = body.get("tools", [])
    if "tool_choice" in body and not tools:
        raise Refused(400, "tool_choice: tool_choice may only be specified while providing tools.")
    for number, tool in enumerate(tools):
        place = f"tools.{number}.custom"
        _known(tool, set(ToolParam.__annotations__), f"{place}.")
        if not _TOOL_NAME.fullmatch(tool.get("name", "")):
            raise Refused(400, f"{place}.name: String should match pattern")
        if wrong := flaw(tool.get("input_schema")):
            raise Refused(400, f"{place}.input_schema: {wrong}")
    choice = body.get("tool_choice", {"type": "auto"})
    if not isinstance(choice, Mapping) or choice.get("type") not in _CHOICES:
        raise Refused(400, "tool_choice: Input tag does not match any of the expected tags")


def _check_messages(messages: object, model: str) -> None:
    if not isinstance(messages, list) or not messages:
        raise Refused(400, "messages: at least one message is required")
    waiting: list[str] = []
    """Calls whose results the next message has to begin with."""
    every: list[str] = []
    for number, message in enumerate(messages):
        place = f"messages.{number}"
        _check_message(message, place)
        blocks = blocks_of(message)
        _check_results(blocks, waiting, place)
        waiting = [block["id"] for block in blocks if block["type"] == "tool_use"]
        every += waiting
        if len(set(every)) < len(every):
            raise Refused(400, f"{place}: `tool_use` ids must be unique")
    _check_results([], waiting, f"messages.{len(messages)}")
    _check_end(messages[-1], model)


def _check_message(message: Mapping[str, Any], place: str) -> None:
    _known(message, {"role", "content"}, f"{place}.")
    if message.get("role") not in _BLOCKS_OF:
        words = f'Unexpected role "{message.get("role")}". Allowed roles are "user" or "assistant".'
        raise Refused(400, f"messages: {words}")
    if not message.get("content"):
        raise Refused(400, f"{place}: all messages must have non-empty content")
    for number, block in enumerate(blocks_of(message)):
        _check_block(block, _BLOCKS_OF[message["role"]], f"{place}.content.{number}")


def blocks_of(message: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """A message's content as blocks, also where it is a plain string."""
    content = message["content"]
    return [{"type": "text", "text": content}] if isinstance(content, str) else list(content)


def _check_block(block: Mapping[str, Any], allowed: set[str], place: str) -> None:
    kind = block.get("type", "")
    if kind not in allowed:
        raise Refused(400, f"{place}: Input tag '{kind}' does not match any of the expected tags")
    _known(block, _BLOCKS[kind], f"{place}.{kind}.")
    match block:
        case {"type": "text", "text": str(text)} if text.strip():
            pass
        case {"type": "text"}:
            raise Refused(400, "messages: text content blocks must contain non-whitespace text")
        case {"type": "tool_use", "id": str(identity), "name": str(name), "input": Mapping()}:
            _check_id(identity, f"{place}.tool_use.id")
            if not _TOOL_NAME.fullmatch(name):
                raise Refused(400, f"{place}.tool_use.name: String should match pattern")
        case {"type": "tool_result", "tool_use_id": str(identity)}:
            _check_id(identity, f"{place}.tool_result.tool_use_id")
        case _:
            raise Refused(400, f"{place}.{kind}: Field required")


def _check_id(identity: str, place: str) -> None:
    if not _ID.fullmatch(identity):
        raise Refused(400, f"{place}: String should match pattern '^[a-zA-Z0-9_-]+$'")


def _check_results(blocks: Sequence[Mapping[str, Any]], waiting: list[str], place: str) -> None:
    answered = [block["tool_use_id"] for block in blocks if block["type"] == "tool_result"]
    leading = [block["type"] for block in blocks[: len(answered)]]
    if leading != ["tool_result"] * len(answered) or set(waiting) - set(answered):
        words = (
            "`tool_use` ids were found without `tool_result` blocks immediately after: "
            f"{', '.join(waiting)}. Each `tool_use` block must have a corresponding `tool_result` "
            "block in the next message."
        )
        raise Refused(400, f"{place}: {words}")
    if stray := set(answered) - set(waiting):
        words = f"unexpected `tool_use_id` found in `tool_result` blocks: {sorted(stray)[0]}."
        raise Refused(400, f"{place}: {words}")


def _check_end(last: Mapping[str, Any], model: str) -> None:
    if last["role"] != "assistant":
        return
    if not model.startswith(_PREFILL):
        words = "This model does not support assistant message prefill. The conversation must end "
        raise Refused(400, words + "with a user message.")
    if blocks_of(last)[-1].get("text", "").endswith((" ", "\n")):
        words = "messages: final assistant content cannot end with trailing whitespace"
        raise Refused(400, words)


def _check_cached(body: Mapping[str, Any]) -> None:
    parts = [body.get("system", []), body.get("tools", [])]
    parts += [message["content"] for message in body["messages"]]
    blocks = [block for part in parts if isinstance(part, list) for block in part]
    marked = sum("cache_control" in block for block in blocks)
    if marked > _MOST_CACHED:
        words = f"A maximum of {_MOST_CACHED} blocks with cache_control may be provided."
        raise Refused(400, f"{words} Found {marked}.")
