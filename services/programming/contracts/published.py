"""What is public of contracts, many at once, for listings of the rooms above."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from psycopg import AsyncConnection
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import ARRAY

from services.common.db import Row, fetch

from .models import Contract, FrameworkVersion

_K: Any = Contract.__table__  # type: ignore[attr-defined]
_V: Any = FrameworkVersion.__table__  # type: ignore[attr-defined]
_CONTRACTS = bindparam("contracts", type_=ARRAY(sa.Uuid))

_FACES = sa.select(_K.c.id, _K.c.code, _K.c.name, _K.c.qpvs).where(_K.c.id == sa.any_(_CONTRACTS))
_FRAMEWORKS = sa.select(_V.c.contract_id, _V.c.number, _V.c.tree).where(_V.c.contract_id == sa.any_(_CONTRACTS))


async def faces(reader: AsyncConnection[Any], wanted: Collection[tuple[UUID, int]]) -> dict[tuple[UUID, int], Row]:
    """By contract and number of its framework: code, name, qpvs (names by code), objectives (code, title, enjeu_code, enjeu)."""
    asked = {"contracts": list({contract_id for contract_id, _ in wanted})}
    contracts = {row["id"]: row for row in await fetch(reader, _FACES, asked)}
    trees = {(row["contract_id"], row["number"]): row["tree"] for row in await fetch(reader, _FRAMEWORKS, asked)}
    return {
        (contract_id, number): {
            "code": contracts[contract_id]["code"],
            "name": contracts[contract_id]["name"],
            "qpvs": {qpv["code"]: qpv["name"] for qpv in contracts[contract_id]["qpvs"]},
            "objectives": _objectives(trees.get((contract_id, number))),
        }
        for contract_id, number in wanted
    }


def _objectives(tree: Any) -> list[Row]:
    """Read as it was stored: it was validated when it was adopted, and a listing has hundreds of them."""
    return [
        {"code": one["code"], "title": one["title"], "enjeu_code": enjeu["code"], "enjeu": enjeu["title"]}
        for enjeu in (tree or {}).get("enjeux", ())
        for branch in (enjeu, *enjeu.get("orientations", ()))
        for one in branch.get("objectives", ())
    ]
