"""Browsers that talk to OpenAI Realtime themselves: their secrets, and control of their calls."""

from dataclasses import dataclass

from loguru import logger

from bot.providers.control_line import (
    ControlLine,
    NoSuchCallError,
    UnreachableError,
    control,
    http_url,
)
from bot.providers.llm import Brief
from bot.providers.realtime import instructions, session
from bot.providers.settings import ProviderSettings, required
from transports.direct import ClientSecret, NoCallError, NoSecretError

SHORTEST_SECS, LONGEST_SECS = 10, 7200
"""What OpenAI lets a secret live."""
MINT_SECS = 5.0


@dataclass(frozen=True, slots=True)
class ClientSecrets:
    """Mints secrets with Echo's persona and voice in them, good for `lifetime_secs`.

    Tools are none of it: they are offered by the control line of the call, without which nobody
    would run them.
    """

    settings: ProviderSettings
    brief: Brief
    lifetime_secs: int

    async def mint(self, session_id: str) -> ClientSecret:
        """A secret for one conversation, whose instructions bear the `mark` of our session.

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
                    extra_body={"session": self._session(session_id)},
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

    def _session(self, session_id: str) -> dict[str, object]:
        openai = self.settings.openai
        baked = session(openai, self.settings.realtime)
        baked.model = openai.realtime_model
        baked.instructions = f"{instructions(self.brief)}\n\n{mark(session_id)}"
        return baked.model_dump(exclude_none=True)


def mark(session_id: str) -> str:
    """What a call's instructions are known by; never said, and of no use to whoever reads it."""
    return f"Reference, never to be said: {session_id}"


@dataclass(frozen=True, slots=True)
class Control:
    """Takes part in calls that were made with our secrets."""

    settings: ProviderSettings

    async def join(self, call_id: str, session_id: str) -> ControlLine:
        """The line to that call, if it was made with the secret of this session.

        Raises:
            NoCallError: it is another's, or there is none, or the provider cannot be reached.
        """
        try:
            return await control(self.settings.openai, call_id, mark(session_id))
        except NoSuchCallError:
            raise NoCallError("There is no such call.", 404) from None
        except UnreachableError as error:
            logger.bind(cause=str(error)).error("OpenAI let nobody control a call")
            raise NoCallError("OpenAI cannot be reached. Try again later.", 502) from None
