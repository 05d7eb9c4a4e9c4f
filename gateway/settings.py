"""Settings of the gateway. Those it shares with the services bear the same name."""

from typing import Annotated, Literal, TypeVar
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


def _variable(name: str) -> AliasChoices:
    return AliasChoices(f"CANEVAS_{name.upper()}", name)


Names = Annotated[tuple[str, ...], NoDecode]


class GatewaySettings(BaseSettings):
    """Read from the environment (`CANEVAS_…`)."""

    model_config = SettingsConfigDict(extra="ignore", populate_by_name=True)

    public_url: str = Field(
        "http://127.0.0.1:8000",
        validation_alias=_variable("public_url"),
        description="Address people use, without a final slash. `https://` turns HSTS on.",
    )
    allowed_hosts: Names = Field(
        (),
        validation_alias=_variable("allowed_hosts"),
        description="Host names answered to, separated by commas; empty: the host of public_url, 127.0.0.1 and localhost.",
    )
    cors_origins: Names = Field(
        (),
        validation_alias=_variable("cors_origins"),
        description="Origins of the applications that call from a browser (`https://app.example.org`), separated by commas; empty: none.",
    )
    request_deadline_s: float = Field(
        30,
        gt=0,
        validation_alias=_variable("request_deadline_s"),
        description="Seconds a request may take once it has been received whole; then 504 and its transaction is rolled back.",
    )
    transfer_deadline_s: float = Field(
        600,
        gt=0,
        validation_alias=_variable("transfer_deadline_s"),
        description="Seconds allowed to receive a request's body, and to send an answer.",
    )
    trusted_proxies: Names = Field(
        (),
        validation_alias=_variable("trusted_proxies"),
        description="Addresses or networks whose X-Forwarded-For and X-Forwarded-Proto are believed, separated by commas; empty: nobody's.",
    )
    siblings: Annotated[dict[str, str], NoDecode] = Field(
        default_factory=dict,
        validation_alias=_variable("siblings"),
        description="Where the services (and `pages`) are when they run on their own: `directory=http://…,pages=http://…`.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", validation_alias=_variable("log_level"), description="Least level written."
    )
    upload_limit_mb: int = Field(
        25, ge=1, validation_alias=_variable("upload_limit_mb"), description="Largest file a person may send, in MB."
    )
    catalogue_file_limit_mb: int = Field(
        500,
        ge=1,
        validation_alias=AliasChoices("CATALOGUE_FILE_LIMIT_MB", "catalogue_file_limit_mb"),
        description="Largest file of a document of the catalogue, in MB: nginx lets that much through there.",
    )

    @field_validator("allowed_hosts", "cors_origins", "trusted_proxies", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("siblings", mode="before")
    @classmethod
    def _read_pairs(cls, value: object) -> object:
        return dict(pair.split("=", 1) for pair in value.split(",") if "=" in pair) if isinstance(value, str) else value

    @field_validator("public_url", mode="after")
    @classmethod
    def _an_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path or parts.query:
            raise ValueError("scheme, host and perhaps port are expected, such as https://canevas.example.org (no final slash)")
        return value

    @field_validator("cors_origins", mode="after")
    @classmethod
    def _origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for origin in value:
            parts = urlsplit(origin)
            if parts.scheme not in {"http", "https"} or not parts.netloc or origin != f"{parts.scheme}://{parts.netloc}".lower():
                raise ValueError(f"{origin!r} is not an origin: scheme, host and port only, such as https://app.example.org")
        return value

    @property
    def hosts(self) -> frozenset[str]:
        """Names without ports, in lower case."""
        if self.allowed_hosts:
            return frozenset(name.lower().strip("[]") for name in self.allowed_hosts)
        return frozenset({urlsplit(self.public_url).hostname or "", "127.0.0.1", "localhost"})

    @property
    def is_https(self) -> bool:
        return self.public_url.startswith("https://")


class UnfitSettings(ValueError):
    """Variables that are missing or make no sense, one a line."""


_Settings = TypeVar("_Settings", bound=BaseSettings)


def read(kind: type[_Settings]) -> _Settings:
    """Settings of the environment. Raises `UnfitSettings`."""
    try:
        return kind()
    except ValidationError as error:
        lines = [f"  {_variable_of(kind, each['loc'])}: {each['msg']}" for each in error.errors()]
        raise UnfitSettings("\n".join(["Some settings are missing or wrong (`canevas settings` lists them):", *lines])) from error


def variable_name(kind: type[BaseSettings], field: str) -> str:
    """The environment variable a field is read from."""
    alias = kind.model_fields[field].validation_alias
    if isinstance(alias, AliasChoices):
        return str(alias.choices[0])
    return f"{kind.model_config.get('env_prefix', '')}{field}".upper()


def _variable_of(kind: type[BaseSettings], location: tuple[str | int, ...]) -> str:
    name = str(location[0]) if location else ""
    return variable_name(kind, name) if name in kind.model_fields else name
