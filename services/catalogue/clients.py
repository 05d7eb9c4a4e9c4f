"""Typed calls to sibling services: the themes and territories the directory keeps."""

from collections.abc import AsyncIterator
from urllib.parse import quote
from uuid import UUID

from pydantic import BaseModel

from services.common.siblings import Siblings


class Theme(BaseModel):
    """A theme as the directory publishes it."""

    code: str
    label: str
    parent_code: str | None = None
    synonyms: list[str] = []


class Territory(BaseModel):
    """A territory as the directory publishes it."""

    code: str
    kind: str
    name: str
    parent_code: str | None = None


async def themes(siblings: Siblings) -> AsyncIterator[Theme]:
    """Every theme, first level and second (503 when the directory cannot be reached)."""
    async for item in siblings.items("directory", "/directory/v1/themes"):
        yield Theme.model_validate(item)


async def territory(siblings: Siblings, code: str) -> Territory | None:
    """The territory, or None when there is none of that code."""
    found = await siblings.read("directory", f"/directory/v1/territories/{quote(code, safe='')}", absent=(404, 422))
    return None if found is None else Territory.model_validate(found)


async def is_member(siblings: Siblings, organisation_id: UUID, account_id: UUID, *, token: str) -> bool:
    """Whether the account has a part in the organisation, asked in the name of one of its members."""
    path = f"/directory/v1/organisations/{organisation_id}/memberships"
    async for item in siblings.items("directory", path, token=token, absent=(403, 404)):
        if item["account_id"] == str(account_id):
            return True
    return False


async def own_address(siblings: Siblings, token: str) -> str:
    """The e-mail of the caller's account, which the directory had them confirm before they could sign in."""
    return str((await siblings.read("directory", "/directory/v1/me", token=token))["email"])
