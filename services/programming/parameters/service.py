"""Use cases of legal parameters."""

from datetime import date, datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import journal
from services.common.auth import Principal
from services.common.ids import new_id

from ..tables import KERNEL
from . import repository
from .errors import NotAdministrator
from .models import LegalParameter, Parameter
from .schemas import ParameterWrite


async def record(session: AsyncSession, caller: Principal, wish: ParameterWrite, *, now: datetime) -> LegalParameter:
    """An administrator records what a new text says; what was computed under the former one stays."""
    if not caller.is_administrator:
        raise NotAdministrator()
    recorded = LegalParameter(**wish.model_dump(), recorded_by=caller.account_id, recorded_at=now)
    session.add(recorded)
    await session.flush()
    await journal.record(
        session,
        KERNEL.journal,
        at=now,
        act="parameter.recorded",
        resource=("parameter", new_id()),
        actor=caller,
        changes=wish.model_dump(mode="json"),
    )
    return recorded


async def value(session: AsyncSession, parameter: Parameter, day: date) -> int:
    """What the parameter is worth on that day. Every parameter has a value from the lineage's first day on."""
    found = await repository.value(session, parameter, day)
    if found is None:
        raise LookupError(f"{parameter.value} has no value on {day}")
    return found
