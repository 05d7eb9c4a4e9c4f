"""All the SQL about legal parameters."""

from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import fetch_in

from .models import LegalParameter, Parameter

_P: Any = LegalParameter.__table__  # type: ignore[attr-defined]

ALL = sa.select(*_P.c).order_by(_P.c.parameter, _P.c.applies_from)

_VALUE = (
    sa.select(_P.c.value)
    .where(_P.c.parameter == bindparam("parameter", type_=sa.String), _P.c.applies_from <= bindparam("day"))
    .order_by(_P.c.applies_from.desc())
    .limit(1)
)


async def value(session: AsyncSession, parameter: Parameter, day: date) -> int | None:
    found = await fetch_in(session, _VALUE, {"parameter": parameter.value, "day": day})
    return int(found[0]["value"]) if found else None
