"""Settings every service shares. Each is one environment variable; `canevas settings` lists them."""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AliasChoices, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from standardwebhooks import Webhook


def _shared(name: str) -> AliasChoices:
    return AliasChoices(f"CANEVAS_{name.upper()}", name)


def _sibling(pair: str) -> tuple[str, str]:
    name, _, address = (part.strip() for part in pair.partition("="))
    if not name or not address:
        raise ValueError("CANEVAS_SIBLINGS is written `name=address,name=address`")
    return name, address


class ServiceSettings(BaseSettings):
    """Read from the environment: `CANEVAS_…` for what services share, `<SERVICE>_…` for what is one service's own."""

    model_config = SettingsConfigDict(extra="ignore", populate_by_name=True, hide_input_in_errors=True)

    database_url: str = Field(description="PostgreSQL conninfo (URL or key=value) of this service's own database.")
    database_pool: int = Field(10, ge=2, le=100, description="Most connections a process opens, per door.")

    environment: Literal["development", "production"] = Field(
        "development", validation_alias=_shared("environment"), description="`production` refuses development helps."
    )
    public_url: str = Field(
        "http://127.0.0.1:8000",
        validation_alias=_shared("public_url"),
        description="Address people use, without a final slash.",
    )
    data_dir: Path = Field(
        Path(".canevas"), validation_alias=_shared("data_dir"), description="Folder of local files, mails and keys."
    )
    secret_key: SecretStr = Field(
        validation_alias=_shared("secret_key"),
        min_length=32,
        description="Signs cursors; 32 characters or more, the same in every process.",
    )
    events_secret: SecretStr = Field(
        validation_alias=_shared("events_secret"),
        min_length=32,
        description="Signs events between services (Standard Webhooks, `whsec_` + base64).",
    )
    siblings: Annotated[dict[str, str], NoDecode] = Field(
        default_factory=dict,
        validation_alias=_shared("siblings"),
        description="Where the other services are: `directory=http://…,programming=http://…`.",
    )
    token_issuer: str = Field("canevas", validation_alias=_shared("token_issuer"), description="`iss` of access tokens.")
    token_audience: str = Field("canevas", validation_alias=_shared("token_audience"), description="`aud` of access tokens.")
    files_url: str = Field(
        "",
        validation_alias=_shared("files_url"),
        description="Object store (`s3://bucket/prefix`); empty: under data_dir.",
    )
    smtp_url: SecretStr = Field(
        SecretStr(""),
        validation_alias=_shared("smtp_url"),
        description="`smtp://user:password@host:587` (STARTTLS) or `smtps://…:465`; empty: mails are written as .eml files under data_dir/mail.",
    )
    mail_from: str = Field(
        "Canevas <ne-pas-repondre@canevas.example>",
        validation_alias=_shared("mail_from"),
        description="Sender of every mail.",
    )
    upload_limit_mb: int = Field(
        25, ge=1, validation_alias=_shared("upload_limit_mb"), description="Largest file a person may send, in MB."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", validation_alias=_shared("log_level"), description="Least level written."
    )
    clock_file: Path | None = Field(
        None,
        validation_alias=_shared("clock_file"),
        description="Development only: file of seconds added to the clock.",
    )

    @model_validator(mode="before")
    @classmethod
    def _read_siblings(cls, values: dict[str, object]) -> dict[str, object]:
        for name in ("CANEVAS_SIBLINGS", "siblings"):
            raw = values.get(name)
            if isinstance(raw, str):
                values[name] = dict(_sibling(pair) for pair in raw.split(",") if pair.strip())
        return values

    @field_validator("events_secret")
    @classmethod
    def _signs(cls, secret: SecretStr) -> SecretStr:
        try:
            Webhook(secret.get_secret_value())
        except ValueError as error:
            raise ValueError("`whsec_` followed by base64 is expected") from error
        return secret

    @model_validator(mode="after")
    def _no_help_in_production(self) -> Self:
        if self.environment == "production" and self.clock_file is not None:
            raise ValueError("CANEVAS_CLOCK_FILE moves the clock: it is refused in production")
        return self
