"""The events in the contract: OpenAPI `webhooks`, one entry for each type, from the table of announcements."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Body
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, create_model

from ..announcements import TYPES, EventAudience, EventType
from .rules import MEDIA_TYPE
from .sending import SOURCE

_ID = "019303d5-7d3a-7b1e-8f57-0a51c8e6f0e1"
_TOLD = {
    EventAudience.PUBLIC: "every subscriber",
    EventAudience.READERS: "the holder, the funders asked and the contract's team",
    EventAudience.INSTRUCTORS: "the funders asked and the contract's team; the holder learns it from the letters",
    EventAudience.AWARD: "the holder, the funder of the award and the contract's team",
    EventAudience.AGREEMENT: "the two parties",
    EventAudience.CPO: "the holder, its funders and the contract's team",
    EventAudience.COMMITTEE: "the campaign's funders and the contract's team",
    EventAudience.SUBSCRIBER: "the webhook that is tried",
}


class CloudEvent(BaseModel):
    """CloudEvents 1.0, structured mode. New attributes may appear: ignore those you do not know."""

    specversion: Literal["1.0"] = Field(examples=["1.0"])
    id: UUID = Field(description="The same as `webhook-id`, at every attempt: what came twice carries it twice.", examples=[_ID])
    source: str = Field(description="The service that tells.", examples=[SOURCE])
    subject: UUID = Field(description="The resource whose events come in order.", examples=["019303d5-7d3a-7b1e-8f57-0a51c8e6f001"])
    time: AwareDatetime = Field(description="When it happened.", examples=["2027-01-12T09:30:00Z"])
    datacontenttype: Literal["application/json"] = Field(examples=["application/json"])


def in_words(kind: EventType) -> str:
    return "".join(part.capitalize() for part in kind.name.replace("_", ".").split("."))


def model_of(kind: EventType) -> type[BaseModel]:
    """`CloudEvent` with the type's own `type` and `data`, and an example that validates."""
    data = {name: field.examples[0] for name, field in kind.payload.model_fields.items() if field.examples}
    example = {name: field.examples[0] for name, field in CloudEvent.model_fields.items() if field.examples}

    class Exemplified(CloudEvent):
        model_config = ConfigDict(json_schema_extra={"example": {**example, "type": kind.name, "data": data}})

    return create_model(
        f"{in_words(kind)}Event",
        __base__=Exemplified,
        __doc__=kind.said.en,
        type=(Literal[kind.name], Field(examples=[kind.name])),  # type: ignore[arg-type]
        data=(kind.payload, Field(examples=[data])),
    )


def _receiver(kind: EventType) -> Callable[..., Awaitable[None]]:
    async def receive(event: Any) -> None:
        """What a subscriber writes; nothing runs here."""

    receive.__annotations__["event"] = Annotated[model_of(kind), Body(media_type=MEDIA_TYPE)]
    return receive


def _router() -> APIRouter:
    router = APIRouter()
    for kind in TYPES:
        router.add_api_route(
            kind.name,
            _receiver(kind),
            methods=["POST"],
            status_code=204,
            tags=["webhooks"],
            operation_id=f"on{in_words(kind)}",
            summary=kind.said.en,
            description=f"{kind.said.fr} Told to {_TOLD[kind.audience]}.",
        )
    return router


router = _router()
