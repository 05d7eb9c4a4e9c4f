"""What the directory answers to who imports contracts: who leads, and which neighbourhoods are there."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from ..organisations import bulk as organisations
from ..territories import bulk as territories


async def of_sirens(session: AsyncSession, sirens: Collection[str]) -> Mapping[str, list[dict[str, Any]]]:
    """By SIREN, the organisations that bear it: `id`, `kind`, `name`, `siret`, `dissolved_on`."""
    found: dict[str, list[dict[str, Any]]] = {siren: [] for siren in sirens}
    for row in await organisations.of_sirens(session, sirens):
        found[row["siren"]].append(row)
    return found


async def neighbourhoods_within(session: AsyncSession, codes: Collection[str]) -> Mapping[str, list[dict[str, Any]]]:
    """By code of an EPCI or commune, the QPV within it, of both generations: `code`, `name`, `population`, `generation`, `former_codes`."""
    found: dict[str, list[dict[str, Any]]] = {code: [] for code in codes}
    for row in await territories.neighbourhoods(session, codes):
        found[row["around"]].append(row)
    return found
