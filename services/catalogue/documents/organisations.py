"""The organisations documents name, by the name the directory last told: what was typed gives way to it, wherever it is shown."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row

from . import organisations_repository
from .schemas import DocumentContent, without_hidden_contact

#: Written in the place of an organisation that was erased.
ERASED = "organisation effacée"


class Told(BaseModel):
    """An organisation as an event of the directory tells it, whole, at its version."""

    id: UUID
    name: str
    version: int = 0
    dissolved_on: date | None = None
    successor_id: UUID | None = None


async def hear(session: AsyncSession, told: Told) -> bool:
    """Keep what was told; whether its name changed. An older word changes nothing."""
    row = {**told.model_dump(), "name": told.name[:200], "erased": False}
    before = await organisations_repository.keep(session, row)
    return before is not None and before["name"] != row["name"]


async def erase(session: AsyncSession, organisation_id: UUID) -> bool:
    """Nothing told from now on brings its name back; False when it was erased already."""
    row = {"id": organisation_id, "version": 0, "name": ERASED, "dissolved_on": None, "successor_id": None, "erased": True}
    return await organisations_repository.keep(session, row) is not None


async def present_names(session: AsyncSession, content: DocumentContent) -> list[str]:
    """Names of a content's organisations, as they are today."""
    ids = [each.organisation_id for each in content.organisations if each.organisation_id is not None]
    told = await organisations_repository.names(session, ids) if ids else {}
    return [told.get(each.organisation_id, each.name) if each.organisation_id else each.name for each in content.organisations]


async def present_name(session: AsyncSession, organisation_id: UUID, typed: str) -> str:
    """The name the directory last told of an organisation; the one given when it told nothing."""
    return (await organisations_repository.names(session, [organisation_id])).get(organisation_id, typed)


def named_in(content: DocumentContent) -> set[UUID]:
    return {each.organisation_id for each in content.organisations if each.organisation_id is not None}


def as_shown(row: Row) -> Row:
    """A face as readers may see it: organisations by their present name, and no contact who has not agreed."""
    content = without_hidden_contact(row["content"])
    told: Mapping[str, Any] = row.get("told_organisations") or {}
    if told:
        named = [
            {**each, "name": told[each["organisation_id"]]["name"]} if each.get("organisation_id") in told else each
            for each in content.get("organisations", [])
        ]
        content = {**content, "organisations": named}
    return {**row, "content": content}


def credited(row: Row) -> list[dict[str, Any]]:
    """`CreditedOrganisation` of each organisation of a shown face."""
    told: Mapping[str, Any] = row.get("told_organisations") or {}
    return [{**each, **_fate(told.get(str(each.get("organisation_id"))))} for each in row["content"].get("organisations", [])]


def _fate(told: Mapping[str, Any] | None) -> dict[str, Any]:
    if told is None or told["dissolved_on"] is None:
        return {}
    successor = {"id": told["successor_id"], "name": told["successor_name"]} if told["successor_name"] else None
    return {"dissolved_on": told["dissolved_on"], "successor": successor}
