"""Names of organisations, many at once, as the directory told them."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from psycopg import AsyncConnection
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import ARRAY

from services.common.db import fetch

from .models import KnownOrganisation

_O: Any = KnownOrganisation.__table__  # type: ignore[attr-defined]
_NAMES = sa.select(_O.c.id, _O.c.face["name"].astext.label("name")).where(
    _O.c.id == sa.any_(bindparam("ids", type_=ARRAY(sa.Uuid)))
)


async def of(reader: AsyncConnection[Any], organisation_ids: Iterable[UUID]) -> dict[UUID, str]:
    """By id; those never told of are left out."""
    ids = list(organisation_ids)
    return {row["id"]: row["name"] for row in await fetch(reader, _NAMES, {"ids": ids})} if ids else {}
