"""Everything the deployment decides, as one tree, read once by the roots and handed down."""

import os
import re
from enum import StrEnum
from pathlib import Path
from typing import Final, Self

from pydantic import BaseModel, SecretStr, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import URL

SHORTEST_KEY: Final = 32
_TILES: Final = re.compile(r"(?P<origin>https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?)/[A-Za-z0-9._~/{}@?=&%+-]*")


class SendingMode(StrEnum):
    """Whether texts really leave: nothing, only to listed numbers, or everybody."""

    OFF = "off"
    ALLOW_LIST = "allow_list"
    LIVE = "live"


class SecondFactor(StrEnum):
    """Whether staff who decide over others must prove themselves by a code as well as by their password."""

    REQUIRED = "required"
    OPTIONAL = "optional"


class GeocoderName(StrEnum):
    """Which address service finds places; with none the map's pin sets them."""

    OFF = "off"
    DADATA = "dadata"
    YANDEX = "yandex"
    NOMINATIM = "nominatim"


class Login(BaseModel):
    """One database role and its password."""

    user: str
    password: SecretStr = SecretStr("")


class DatabaseSettings(BaseModel):
    """Where PostgreSQL is, and the three roles that may log in. Pool sizes are per process.

    A login given without its user is that of the role the migrations know, so only passwords need be set.
    """

    host: str = "127.0.0.1"
    port: int = 5432
    name: str = "dispatch"
    owner: Login = Login(user="dispatch_owner")
    app: Login = Login(user="dispatch_app")
    worker: Login = Login(user="dispatch_worker")
    pool_size: int = 20
    webhook_pool_size: int = 8
    pool_timeout_s: float = 2.5

    @field_validator("owner", "app", "worker", mode="before")
    @classmethod
    def _named(cls, login: object, info: ValidationInfo) -> object:
        if not isinstance(login, dict) or info.field_name is None:
            return login
        return {"user": cls.model_fields[info.field_name].default.user, **login}

    def url(self, login: Login) -> URL:
        """The asyncpg address for one login; printing it masks the password."""
        return URL.create(
            "postgresql+asyncpg",
            username=login.user,
            password=login.password.get_secret_value() or None,
            host=self.host,
            port=self.port,
            database=self.name,
        )


class HttpSettings(BaseModel):
    """How the API is reached. `public_url` is the exact base the gateways sign, so it must be what they call."""

    host: str = "127.0.0.1"
    port: int = 8000
    public_url: str = "http://127.0.0.1:8000"
    max_body_bytes: int = 6 * 1024 * 1024


class SmsSettings(BaseModel):
    """Sending, network-wide. Gateway accounts and their secrets are rows, not settings.

    The addresses are the bases of the gateways' APIs: `simulator_url` of the simulator, `kannel_url` of the smsbox of a
    Kannel of one's own, `twilio_url` and `smsc_url` of the providers. `console` says that this machine is a
    developer's, where texts of console accounts, with their numbers, may be printed.
    """

    mode: SendingMode = SendingMode.LIVE
    allow_list: tuple[str, ...] = ()
    simulator_url: str = "http://127.0.0.1:8010"
    twilio_url: str = "https://api.twilio.com"
    kannel_url: str = "http://127.0.0.1:13013"
    smsc_url: str = "https://smsc.ru"
    console: bool = False
    send_timeout_s: float = 10.0
    in_flight: int = 100
    unclear_for_s: float = 60.0
    """An unclear text is looked for at the gateway after so long; by then every way there must have timed out."""

    @model_validator(mode="after")
    def _patient(self) -> Self:
        if self.unclear_for_s < 3 * self.send_timeout_s:
            raise ValueError(
                "DISPATCH_SMS__UNCLEAR_FOR_S: a text may wait for a connection, for its opening and for the answer, "
                "each as long as DISPATCH_SMS__SEND_TIMEOUT_S; give it three times that, or texts may be sent twice"
            )
        return self


class JobSettings(BaseModel):
    """Leases and beats, in real seconds."""

    lease_s: float = 30.0
    sweep_s: float = 1.0
    beat_s: float = 10.0
    max_attempts: int = 8
    drains: int = 4


class Settings(BaseSettings):
    """The whole tree; environment variables are `DISPATCH_` + path joined by two underscores.

    `DISPATCH_DATABASE__PORT=5433`, for instance. Values in the file named by `DISPATCH_ENV_FILE` (default
    `.local/dispatch.env`, written by `dispatch stack up`) are used where the environment is silent.
    """

    model_config = SettingsConfigDict(env_prefix="DISPATCH_", env_nested_delimiter="__", extra="ignore")

    database: DatabaseSettings = DatabaseSettings()
    redis_url: str = "redis://127.0.0.1:6379/0"
    http: HttpSettings = HttpSettings()
    sms: SmsSettings = SmsSettings()
    jobs: JobSettings = JobSettings()
    log_level: str = "INFO"
    log_json: bool = True
    secret_key: SecretStr = SecretStr("")
    """Keys the console's proofs against forged requests, and the codes of second factors; of at least `SHORTEST_KEY`
    characters. With another key every second factor has to be set up anew."""
    totp: SecondFactor = SecondFactor.REQUIRED
    """Of owners, headquarters and operators; everybody else may have one."""
    geocoder: GeocoderName = GeocoderName.OFF
    geocoder_key: SecretStr = SecretStr("")
    geocoder_secret: SecretStr = SecretStr("")
    """The second key of DaData, for cleaning addresses that have no suggestion."""
    geocoder_url: str = ""
    """Another base address than the service's own: a Nominatim of your own, a proxy."""
    tiles_url: str = ""
    """Where the ground of maps comes from, with {z}, {x} and {y}; without it maps are a plain grid with pins."""
    tiles_attribution: str = ""
    fail_points: str = ""
    """Where a worker shall kill itself, to prove that it may; refused where an account reaches real phones."""

    @field_validator("tiles_url")
    @classmethod
    def _fetchable(cls, url: str) -> str:
        if url and (_TILES.fullmatch(url) is None or any(url.count(part) != 1 for part in ("{z}", "{x}", "{y}"))):
            raise ValueError("DISPATCH_TILES_URL: write https://host/path with {z}, {x} and {y} once each, no {s}")
        return url

    @model_validator(mode="after")
    def _named_tiles(self) -> Self:
        if self.tiles_url and not self.tiles_attribution.strip():
            raise ValueError("DISPATCH_TILES_ATTRIBUTION: say whose map it is; every provider of tiles wants it")
        return self

    @property
    def tiles_origin(self) -> str:
        """The only place beside our own that pages may load pictures from; "" for none."""
        found = _TILES.fullmatch(self.tiles_url)
        return found["origin"] if found is not None else ""


def read_settings(env_file: Path | None = None) -> Settings:
    """Read the tree once, environment over file.

    Args:
        env_file: a file of `NAME=value` lines; by default `DISPATCH_ENV_FILE` or `.local/dispatch.env`.
    """
    chosen = env_file or Path(os.environ.get("DISPATCH_ENV_FILE", ".local/dispatch.env"))
    return Settings(_env_file=chosen if chosen.exists() else None)
