"""Ephemeral secrets of OpenAI Realtime, for browsers that talk to it themselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from loguru import logger
from pipecat.adapters.llm.schemas.direct_function import DirectFunction
from pipecat.processors.aggregators.llm_context import LLMContext

from bot.providers.llm import Brief
from bot.providers.realtime import instructions, session
from bot.providers.settings import ProviderSettings, required
from transports.direct import ClientSecret, NoSecretError

SHORTEST_SECS, LONGEST_SECS = 10, 7200
"""What OpenAI lets a secret live."""
MINT_SECS = 5.0


@dataclass(frozen=True, slots=True)
class ClientSecrets:
    """Mints secrets with Echo's persona, tools and voice in them, good for `lifetime_secs`."""

    settings: ProviderSettings
    brief: Brief
    tools: Sequence[DirectFunction]
    lifetime_secs: int

    async def mint(self) -> ClientSecret:
        """A secret for one conversation.

        Raises:
            NoSecretError: OpenAI gave none; why is in the log, without the key.
        """
        from openai import AsyncOpenAI, OpenAIError

        openai = self.settings.openai
        key = required(openai.api_key, "OPENAI_API_KEY", "MODE=cascade")
        base_url = http_url(openai.realtime_url)
        secs = min(max(self.lifetime_secs, SHORTEST_SECS), LONGEST_SECS)
        try:
            async with AsyncOpenAI(
                api_key=key, base_url=base_url, timeout=MINT_SECS, max_retries=1
            ) as client:
                minted = await client.realtime.client_secrets.create(
                    expires_after={"anchor": "created_at", "seconds": secs},
                    extra_body={"session": await self._session()},
                )
        except OpenAIError as error:
            logger.bind(cause=type(error).__name__).error("OpenAI gave no client secret")
            raise NoSecretError("OpenAI gave no client secret. Try again later.") from None
        return ClientSecret(
            value=minted.value,
            expires_at=minted.expires_at,
            url=f"{base_url}/realtime/calls",
            model=openai.realtime_model,
        )

    async def _session(self) -> dict[str, object]:
        from pipecat.adapters.llm.services.open_ai_realtime_adapter import OpenAIRealtimeLLMAdapter

        openai = self.settings.openai
        baked = session(openai, self.settings.realtime)
        given = await OpenAIRealtimeLLMAdapter().get_llm_invocation_params(
            LLMContext(tools=[*self.tools]), system_instruction=instructions(self.brief)
        )
        baked.model, baked.instructions = openai.realtime_model, given["system_instruction"]
        return {**baked.model_dump(exclude_none=True), "tools": given["tools"]}


def http_url(realtime_url: str) -> str:
    """Where the HTTP API is whose WebSocket this is: `https://.../v1` for `wss://.../v1/realtime`."""
    parts = urlsplit(realtime_url)
    scheme = "https" if parts.scheme == "wss" else "http"
    path = parts.path.rstrip("/").removesuffix("/realtime")
    return urlunsplit((scheme, parts.netloc, path, "", ""))
