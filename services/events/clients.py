"""Typed calls to sibling services: the themes and territories the directory keeps, the address of who is signed in."""

from urllib.parse import quote

from pydantic import BaseModel

from services.common.problems import TemporarilyUnavailable
from services.common.siblings import Siblings


class Theme(BaseModel):
    """A theme as the directory publishes it."""

    code: str
    label: str
    parent_code: str | None = None


class Territory(BaseModel):
    """A territory as the directory publishes it."""

    code: str
    kind: str
    name: str
    parent_code: str | None = None


class Account(BaseModel):
    """Who is signed in, as the directory knows them; they confirmed their address before they could sign in."""

    email: str
    full_name: str


async def themes(siblings: Siblings) -> list[Theme]:
    """Every theme, first level and second (503 when the directory cannot be reached)."""
    found: list[Theme] = []
    cursor: str | None = ""
    while cursor is not None:
        after = f"&cursor={quote(cursor)}" if cursor else ""
        answer = await siblings.get("directory", f"/directory/v1/themes?limit=100{after}")
        if answer.status_code != 200:
            raise TemporarilyUnavailable(headers={"Retry-After": "5"})
        body = answer.json()
        found += [Theme.model_validate(item) for item in body["items"]]
        cursor = body["next"]
    return found


async def territory(siblings: Siblings, code: str) -> Territory | None:
    """The territory, or None when there is none of that code."""
    answer = await siblings.get("directory", f"/directory/v1/territories/{quote(code, safe='')}")
    if answer.status_code in {404, 422}:
        return None
    if answer.status_code != 200:
        raise TemporarilyUnavailable(headers={"Retry-After": "5"})
    return Territory.model_validate(answer.json())


async def account(siblings: Siblings, token: str) -> Account:
    """Who the bearer of this token is."""
    answer = await siblings.get("directory", "/directory/v1/me", token=token)
    if answer.status_code != 200:
        raise TemporarilyUnavailable(headers={"Retry-After": "5"})
    return Account.model_validate(answer.json())
