"""Typed calls to sibling services: the themes and territories the directory keeps."""

from collections.abc import AsyncIterator
from urllib.parse import quote
from uuid import UUID

from pydantic import BaseModel

from services.common.problems import TemporarilyUnavailable
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
    cursor: str | None = ""
    while cursor is not None:
        after = f"&cursor={quote(cursor)}" if cursor else ""
        answer = await siblings.get("directory", f"/directory/v1/themes?limit=100{after}")
        if answer.status_code != 200:
            raise TemporarilyUnavailable(headers={"Retry-After": "5"})
        body = answer.json()
        for item in body["items"]:
            yield Theme.model_validate(item)
        cursor = body["next"]


async def territory(siblings: Siblings, code: str) -> Territory | None:
    """The territory, or None when there is none of that code."""
    answer = await siblings.get("directory", f"/directory/v1/territories/{quote(code, safe='')}")
    if answer.status_code in {404, 422}:
        return None
    if answer.status_code != 200:
        raise TemporarilyUnavailable(headers={"Retry-After": "5"})
    return Territory.model_validate(answer.json())


async def is_member(siblings: Siblings, organisation_id: UUID, account_id: UUID, *, token: str) -> bool:
    """Whether the account has a part in the organisation, asked in the name of one of its members."""
    cursor: str | None = ""
    while cursor is not None:
        after = f"&cursor={quote(cursor)}" if cursor else ""
        path = f"/directory/v1/organisations/{organisation_id}/memberships?limit=100{after}"
        answer = await siblings.get("directory", path, token=token)
        if answer.status_code in {403, 404}:
            return False
        if answer.status_code != 200:
            raise TemporarilyUnavailable(headers={"Retry-After": "5"})
        body = answer.json()
        if any(item["account_id"] == str(account_id) for item in body["items"]):
            return True
        cursor = body["next"]
    return False


async def own_address(siblings: Siblings, token: str) -> str:
    """The e-mail of the caller's account, which the directory had them confirm before they could sign in."""
    answer = await siblings.get("directory", "/directory/v1/me", token=token)
    if answer.status_code != 200:
        raise TemporarilyUnavailable(headers={"Retry-After": "5"})
    return str(answer.json()["email"])
