"""Typed calls to sibling services."""

from datetime import date
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from services.common.auth import Principal
from services.common.problems import NotFound, TemporarilyUnavailable
from services.common.siblings import Siblings


class Address(BaseModel):
    street: str = ""
    postcode: str = ""
    city: str = ""


class LegalRepresentative(BaseModel):
    full_name: str
    function: str = ""


class Organisation(BaseModel):
    """What programming keeps of an organisation: the snapshot its own acts need."""

    id: UUID
    kind: str
    name: str
    siret: str | None = None
    rna: str | None = None
    address: Address | None = None
    legal_representative: LegalRepresentative | None = None
    cer_signed_on: date | None = None


async def organisation(siblings: Siblings, caller: Principal, organisation_id: UUID) -> Organisation:
    """The organisation as the caller may see it in the directory (404 when they may not)."""
    answer = await siblings.get("directory", f"/directory/v1/organisations/{organisation_id}", token=caller.token)
    if answer.status_code == 404:
        raise NotFound()
    if answer.status_code != 200:
        raise TemporarilyUnavailable(headers={"Retry-After": "5"})
    body: dict[str, Any] = answer.json()
    return Organisation.model_validate(body)
