"""Typed calls to sibling services."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from services.common.auth import Principal
from services.common.problems import NotFound
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
    dissolved_on: date | None = None
    successor_id: UUID | None = None
    #: Told by events only.
    successor: "Organisation | None" = None
    #: The directory's; 0 where it is not said.
    version: int = 0

    def snapshot(self) -> dict[str, Any]:
        """What a dossier keeps of its holder; `dissolved_on` only when there is such a day."""
        kept = self.model_dump(mode="json", exclude={"successor_id", "successor", "version"})
        return kept if self.dissolved_on else {name: value for name, value in kept.items() if name != "dissolved_on"}


async def organisation(siblings: Siblings, caller: Principal, organisation_id: UUID) -> Organisation:
    """The organisation as the caller may see it in the directory (404 when they may not)."""
    path = f"/directory/v1/organisations/{organisation_id}"
    found = await siblings.read("directory", path, token=caller.token, absent=(404,))
    if found is None:
        raise NotFound()
    return Organisation.model_validate(found)


class Account(BaseModel):
    """Who the caller is, as the directory knows them."""

    id: UUID
    email: str
    full_name: str = ""
    verified_at: datetime | None = None


async def me(siblings: Siblings, caller: Principal) -> Account:
    """The caller's own account: their name, and the address they confirmed."""
    return Account.model_validate(await siblings.read("directory", "/directory/v1/me", token=caller.token))


class Member(BaseModel):
    """Somebody's part in an organisation, as its members read it."""

    account_id: UUID
    full_name: str
    roles: list[str] = []


_MEMBERS = "/directory/v1/organisations/{}/memberships"


async def member(siblings: Siblings, caller: Principal, organisation_id: UUID, account_id: UUID) -> Member | None:
    """The person as a member of the caller's organisation; None when they are not one (any more)."""
    path = f"{_MEMBERS.format(organisation_id)}/{account_id}"
    found = await siblings.read("directory", path, token=caller.token, absent=(403, 404))
    return None if found is None else Member.model_validate(found)


async def members(siblings: Siblings, caller: Principal, organisation_id: UUID) -> dict[UUID, Member]:
    """Everybody who has a part in the caller's organisation, by account."""
    path = _MEMBERS.format(organisation_id)
    told = siblings.items("directory", path, token=caller.token, absent=(403, 404))
    return {one.account_id: one async for one in (Member.model_validate(item) async for item in told)}
