"""Use cases of an organisation's end: recorded once, with its successor; undone by an administrator when it was a mistake."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.clock import today_in_paris
from services.common.etag import require_version
from services.common.mail import queue_mail
from services.common.problems import Forbidden, NotFound
from services.common.resources import Resources

from ..accounts import service as accounts
from ..events import ORGANISATION_DISSOLVED, ORGANISATION_REINSTATED
from . import letters, repository, rules
from .errors import AlreadyDissolved, DissolutionRefused, NotDissolved
from .models import DissolutionReason, Organisation
from .schemas import DissolutionCreate, ReinstatementCreate
from .service import managed, save


async def dissolve(
    session: AsyncSession,
    resources: Resources,
    caller: Principal,
    organisation_id: UUID,
    wish: DissolutionCreate,
    *,
    version: int,
    now: datetime,
) -> Organisation:
    """A manager or an administrator records that the organisation has ended, and who takes over."""
    # Both rows at once, in the order of their ids: two organisations that name each other are judged one after the other.
    held = await repository.lock_all(session, {organisation_id, wish.successor_id or organisation_id})
    organisation = await managed(session, caller, organisation_id)
    if organisation.dissolved_on is not None:
        raise AlreadyDissolved(dissolved_on=organisation.dissolved_on, successor_id=organisation.successor_id)
    require_version(organisation.version, version)
    successor = held.get(wish.successor_id) if wish.successor_id else None
    line = await repository.line_of(session, successor.id) if successor else []
    ending = rules.Ending(
        organisation_id=organisation_id,
        is_merger=wish.reason is DissolutionReason.MERGER,
        dissolved_on=wish.dissolved_on,
        successor_id=wish.successor_id,
        successor_known=successor is not None,
        successor_living=successor is not None and successor.dissolved_on is None,
        line=line,
    )
    if errors := rules.dissolution_errors(ending, today=today_in_paris(now)):
        raise DissolutionRefused(errors=errors)
    before = organisation.model_dump()
    organisation.dissolved_on, organisation.dissolution_reason = wish.dissolved_on, wish.reason
    organisation.successor_id, organisation.dissolution_note = wish.successor_id, wish.note
    await save(session, organisation, ORGANISATION_DISSOLVED, caller, now, before)
    if successor is not None:
        await _tell(session, resources, organisation, successor)
    return organisation


async def reinstate(
    session: AsyncSession, caller: Principal, organisation_id: UUID, wish: ReinstatementCreate, *, version: int, now: datetime
) -> Organisation:
    """The dissolution was recorded by mistake: an administrator takes it back, and the journal keeps both."""
    organisation = await repository.lock(session, organisation_id)
    if organisation is None:
        raise NotFound()
    if not caller.is_administrator:
        raise Forbidden()
    if organisation.dissolved_on is None:
        raise NotDissolved()
    require_version(organisation.version, version)
    before = organisation.model_dump()
    organisation.dissolved_on = organisation.dissolution_reason = None
    organisation.successor_id = organisation.dissolution_note = None
    await save(session, organisation, ORGANISATION_REINSTATED, caller, now, before, wish.reason)
    return organisation


async def _tell(session: AsyncSession, resources: Resources, dissolved: Organisation, successor: Organisation) -> None:
    """The successor's managers learn what falls to them: they were not asked."""
    for account_id in await repository.managers(session, successor.id):
        person = await accounts.summary(session, account_id)
        subject, text = letters.taken_over(resources.settings.public_url, person.full_name, dissolved.name, successor.name)
        await queue_mail(session, to=person.email, subject=subject, text=text)
