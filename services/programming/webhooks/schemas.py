"""What callers send and receive about webhooks."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, EmailStr, Field, StringConstraints

from services.common.language import Text
from services.common.texts import one_line

from ..announcements import BY_NAME, EventAudience
from .models import WebhookDeliveryState, WebhookState


def _known(name: str) -> str:
    if name not in BY_NAME:
        raise ValueError(Text(f"« {name} » n'est pas un type d'événement.", f"“{name}” is no event type."))
    return name


WebhookEventName = Annotated[str, StringConstraints(max_length=80), AfterValidator(_known), Field(examples=["dossier.submitted"])]
EventNames = Annotated[list[WebhookEventName], Field(max_length=100, description="Only these types; empty: all of them.")]
Target = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=2000),
    AfterValidator(one_line),
    Field(description="https, reached from the internet.", examples=["https://si.departement.example/canevas"]),
]
Described = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200), AfterValidator(one_line)]


class WebhookCreate(BaseModel):
    """Where an organisation wants to be told."""

    model_config = ConfigDict(extra="forbid")

    organisation_id: UUID
    url: Target
    event_types: EventNames = Field(default_factory=list)
    description: Described = Field("", examples=["Suivi des subventions"])
    contact_email: EmailStr | None = Field(
        None, description="Written to when deliveries stop.", examples=["dsi@departement.example"]
    )


class WebhookUpdate(BaseModel):
    """What changes of it."""

    model_config = ConfigDict(extra="forbid")

    url: Target | None = None
    event_types: EventNames | None = None
    description: Described | None = None
    contact_email: EmailStr | None = Field(None, description="Null: nobody.")


class WebhookRead(BaseModel):
    """Where an organisation is told what happens."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    organisation_id: UUID
    url: str = Field(examples=["https://si.departement.example/canevas"])
    event_types: list[str] = Field(examples=[["dossier.submitted"]])
    description: str
    contact_email: str | None
    state: WebhookState
    failing_since: datetime | None = Field(description="Nothing it was sent has succeeded since then.")
    held_until: datetime | None = Field(description="It asked (`Retry-After`) for nothing before.")
    disabled_at: datetime | None
    disabled_reason: str | None = Field(
        description="`gone` (it answered 410), `failing` (for days), `secret_lost` (draw another).", examples=["gone"]
    )
    previous_until: datetime | None = Field(description="Until then, the secret before the last signs too.")
    created_at: datetime
    version: int = Field(examples=[1])


class WebhookSecret(WebhookRead):
    """With its secret, shown this once."""

    secret: str = Field(
        description="Signs what is sent (Standard Webhooks): keep it, it is never shown again.",
        examples=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
    )


class WebhookActivation(BaseModel):
    """Deliveries begin again."""

    model_config = ConfigDict(extra="forbid")

    replay_missed: bool = Field(True, description="Also send what happened while it was disabled, as far as events are kept.")


class WebhookEventType(BaseModel):
    """Something that is told."""

    type: str = Field(examples=["dossier.submitted"])
    label: str = Field(description="What happened, in French.", examples=["Un dossier est déposé."])
    label_en: str = Field(examples=["A dossier is submitted."])
    audience: EventAudience = Field(
        description="Who is told: `public` everybody; `readers` the holder, the funders asked and the contract's team; `instructors` the "
        "same without the holder; `award`, `agreement`, `cpo` its parties; `committee` the campaign's funders and team; `subscriber` "
        "who asked."
    )
    data_schema: str = Field(description="Schema of `data`, in this contract.", examples=["DossierSubmittedTold"])


class WebhookDeliveryRead(BaseModel):
    """One event to one webhook."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    event_id: UUID = Field(description="`webhook-id` of what is sent: the same at every attempt and in every replay.")
    type: str = Field(examples=["dossier.submitted"])
    subject: str = Field(description="The resource whose events come in order.", examples=["019303d5-7d3a-7b1e-8f57-0a51c8e6f001"])
    replay_id: UUID | None = Field(description="The replay that asked for it, if one did.")
    state: WebhookDeliveryState
    attempts: int = Field(examples=[1])
    next_attempt_at: datetime | None = Field(description="Null once it is over.")
    last_status: int | None = Field(examples=[200])
    last_error: str | None = Field(
        description="`http_<status>`, `redirected`, `too_slow`, `unreachable`, `refused_address` (not on the internet), `bad_address`, "
        "`insecure` (TLS), `bad_answer`, or `expired`.",
        examples=["http_500"],
    )
    delivered_at: datetime | None
    created_at: datetime


class WebhookAttempt(BaseModel):
    """One sending."""

    at: datetime
    status: int | None = Field(examples=[500])
    error: str | None = Field(examples=["http_500"])
    duration_ms: int = Field(examples=[84])


class WebhookDeliveryWhole(WebhookDeliveryRead):
    """A delivery with its attempts and what is sent."""

    history: list[WebhookAttempt]
    body: dict[str, Any] | None = Field(description="The event as it is sent; null when it is no longer kept.")


class WebhookReplayCreate(BaseModel):
    """What to send again."""

    model_config = ConfigDict(extra="forbid")

    since: AwareDatetime = Field(examples=["2026-11-01T00:00:00Z"])
    until: AwareDatetime | None = Field(None, description="Now by default.")
    event_types: EventNames = Field(default_factory=list)
    subject: UUID | None = Field(None, description="Only the events of this resource.")


class WebhookReplayRead(BaseModel):
    """What is being sent again."""

    id: UUID
    events: int = Field(description="How many are queued.", examples=[42])
    already_waiting: int = Field(description="How many of the period were waiting to leave anyway.", examples=[0])
