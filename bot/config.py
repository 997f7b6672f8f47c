"""Every knob, composed of the parts' own settings; the only reader of the environment and .env."""

from pathlib import Path

from pydantic import Field, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from bot.language.book import Language
from bot.language.choice import LanguageSettings
from bot.language.spanish import Spanish
from bot.log import LogSettings
from bot.providers.settings import ProviderSettings
from bot.recording import RecordingSettings
from bot.retention import RetentionSettings
from bot.telemetry.prices import TABLE
from bot.telemetry.spans import TracingSettings
from bot.time_limit import TimeLimitSettings
from bot.tools.clinic import ClinicSettings
from bot.tools.database import StoreSettings
from bot.tools.handoff import HandoffSettings
from bot.tools.outlook import WeatherSettings
from bot.turns import TurnSettings
from processors.alarm import EmergencySettings
from processors.idle import IdlePolicy
from processors.keypad import KeypadPolicy
from processors.long_talk import LongTalkSettings
from processors.loop import LoopSettings
from processors.patience import FillerPolicy
from processors.repair import RepairSettings
from processors.resume import ResumeSettings
from processors.reticent import ReticencePolicy
from processors.verdict import InterruptionSettings
from transports.daily import DailySettings
from transports.edge.settings import EdgeSettings
from transports.local import LocalSettings
from transports.plivo.settings import PlivoSettings
from transports.start import StartSettings
from transports.telnyx.settings import TelnyxSettings
from transports.tickets import TicketSettings
from transports.twilio.outbound import OutboundSettings
from transports.twilio.settings import TwilioSettings
from transports.vonage.settings import VonageSettings
from transports.webrtc import WebrtcSettings
from transports.websocket import WebsocketSettings


class SettingsError(Exception):
    """A setting nobody can start with; the message says which choices there are."""


class _Environment(EnvSettingsSource):
    """What is not JSON where JSON is due goes on as it is: its field's error names the variable."""

    def decode_complex_value(self, field_name: str, field: FieldInfo, value: str) -> object:
        try:
            return super().decode_complex_value(field_name, field, value)
        except ValueError:
            return value


class _DotEnv(_Environment, DotEnvSettingsSource):
    pass


class Settings(BaseSettings, ProviderSettings):  # pyright: ignore[reportIncompatibleVariableOverride]
    """`DATABASE_URL` sets `database.url`, `FILLER_PATIENCE_SECS` sets `filler.patience_secs`."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,  # a line of .env that nobody filled in
        env_nested_delimiter="_",
        env_nested_max_split=1,
        extra="ignore",
        frozen=True,
    )

    host: str = "localhost"
    port: int = Field(default=7860, ge=0, le=65535)

    max_calls: int = Field(default=16, ge=1)
    """Live calls at once; the keyless engines hold 24 on two cores, 16 leaves room for a page."""
    max_call_secs: float = Field(default=3600, gt=0)
    """A call is ended after an hour, with a goodbye, whoever forgot to hang up."""
    idle_secs: float = Field(default=120, gt=0)
    """A call in which nobody says anything is ended."""
    drain_secs: float = Field(default=30, ge=0)
    """How long live calls may finish after SIGTERM."""
    languages: tuple[Language, ...] = Field(default=("en",), min_length=1)
    """What callers may speak, as JSON: `["en", "es"]`. The first is spoken where nothing tells of
    another. The local engines know English alone: any other needs cloud providers for speech to
    text, the model and text to speech."""
    greeting: str = "Hi, this is Echo at Acme. How can I help?"
    """Said when a caller connects."""
    disclosure: str = ""
    """Said before that, in full whatever the caller says meanwhile, e.g. "You are talking to an
    AI." Empty: the greeting says who speaks."""
    breakdown: str = "I'm sorry, something is broken on my side. Please call again later."
    """Said when every provider of a stage has failed, before Echo hangs up."""
    breakdown_handover: str = "I'm sorry, something is broken on my side. I'll get you a colleague."
    """Said instead where the caller can be passed on to one."""
    persona: Path = Path(__file__).with_name("persona.md")
    """The system prompt, as prose."""
    prices: Path = TABLE
    """What providers cost, for the cost of turns and calls."""

    spoken: LanguageSettings = LanguageSettings()
    spanish: Spanish = Spanish()
    log: LogSettings = LogSettings()
    tracing: TracingSettings = TracingSettings()
    public: StartSettings = StartSettings()
    edge: EdgeSettings = EdgeSettings()
    ticket: TicketSettings = TicketSettings()
    websocket: WebsocketSettings = WebsocketSettings()
    webrtc: WebrtcSettings = WebrtcSettings()
    daily: DailySettings = DailySettings()
    twilio: TwilioSettings = TwilioSettings()
    outbound: OutboundSettings = OutboundSettings()
    vonage: VonageSettings = VonageSettings()
    telnyx: TelnyxSettings = TelnyxSettings()
    plivo: PlivoSettings = PlivoSettings()
    local: LocalSettings = LocalSettings()

    turn: TurnSettings = TurnSettings()
    interruption: InterruptionSettings = InterruptionSettings()
    resume: ResumeSettings = ResumeSettings()
    talk: LongTalkSettings = LongTalkSettings()
    loop: LoopSettings = LoopSettings()
    limit: TimeLimitSettings = TimeLimitSettings()
    repair: RepairSettings = RepairSettings()
    filler: FillerPolicy = FillerPolicy()
    silence: IdlePolicy = IdlePolicy()
    emergency: EmergencySettings = EmergencySettings()
    recording: RecordingSettings = RecordingSettings()
    retention: RetentionSettings = RetentionSettings()
    keypad: KeypadPolicy = KeypadPolicy()
    reticence: ReticencePolicy = ReticencePolicy()
    database: StoreSettings = StoreSettings()
    clinic: ClinicSettings = ClinicSettings()
    weather: WeatherSettings = WeatherSettings()
    handoff: HandoffSettings = HandoffSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        *_: PydanticBaseSettingsSource,
        **__: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, _Environment(settings_cls), _DotEnv(settings_cls)


def load() -> Settings:
    """The settings of the environment and `.env`.

    Raises:
        SettingsError: one line for each wrong setting, with the right choices.
    """
    try:
        return Settings()
    except (OSError, UnicodeDecodeError):
        raise SettingsError(".env cannot be read: make it a text file in UTF-8.") from None
    except ValidationError as error:
        raise SettingsError("\n".join(_explain(dict(e)) for e in error.errors())) from None


def _explain(error: dict[str, object]) -> str:
    name = _variable(error["loc"])
    match error:
        case {"type": "literal_error", "input": value, "ctx": {"expected": str(expected)}}:
            return f"Unknown {name} {value!r}; choose {expected.replace(chr(39), '')}."
        case {"type": "extra_forbidden"}:
            return f"There is no setting {name}; see the README for those there are."
        case {"type": "tuple_type" | "list_type"}:
            return f'{name} is wrong: write a list as JSON, like ["one", "two"].'
        case {"type": "model_type" | "dict_type"}:
            return f'{name} is wrong: write its fields as JSON, like {{"field": 1}}.'
        case {"msg": message}:
            return f"{name} is wrong: {str(message).removeprefix('Value error, ').rstrip('.')}."
        case _:
            return f"{name} is wrong."


def _variable(place: object) -> str:
    """As it is typed: deeper than a part's own settings, values are JSON."""
    path = [str(part) for part in place] if isinstance(place, tuple) else []
    within = f" ({'.'.join(path[2:])})" if path[2:] else ""
    return "_".join(path[:2]).upper() + within
