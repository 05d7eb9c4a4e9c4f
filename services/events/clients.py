"""Typed calls to sibling services: the themes and territories the directory keeps, the address of who is signed in."""

from urllib.parse import quote

from pydantic import BaseModel

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
    return [Theme.model_validate(item) async for item in siblings.items("directory", "/directory/v1/themes")]


async def territory(siblings: Siblings, code: str) -> Territory | None:
    """The territory, or None when there is none of that code."""
    found = await siblings.read("directory", f"/directory/v1/territories/{quote(code, safe='')}", absent=(404, 422))
    return None if found is None else Territory.model_validate(found)


async def account(siblings: Siblings, token: str) -> Account:
    """Who the bearer of this token is."""
    return Account.model_validate(await siblings.read("directory", "/directory/v1/me", token=token))
