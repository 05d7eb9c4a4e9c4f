"""What a change of somebody's part in an organisation sets in motion, whoever decided it: written, journaled, tokens that say
former roles refused, and who may sign announced. The organisation is locked by the caller."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import journal
from services.common.auth import Principal
from services.common.ids import new_id
from services.common.mail import queue_mail
from services.common.resources import Resources

from ..accounts import service as accounts
from ..revocation import take_back
from ..tables import KERNEL
from . import letters, repository, rules
from .models import Membership, Organisation

_PLATFORM = "l'administration de la plateforme"


async def enrol(
    session: AsyncSession,
    resources: Resources,
    organisation: Organisation,
    account_id: UUID,
    roles: Sequence[str],
    *,
    actor: Principal | None,
    by: UUID | None,
    now: datetime,
) -> Membership:
    """A new member; refused (`AlreadyMember`) by the database when they are one. `by`: who decided, named in the announcement."""
    membership = Membership(organisation_id=organisation.id, account_id=account_id, roles=sorted(roles), created_at=now)
    session.add(membership)
    await session.flush()
    await note(session, membership, "membership.added", actor, now, {"roles": membership.roles})
    await _announce(session, resources, organisation, account_id, ((), membership.roles), by)
    return membership


async def change(
    session: AsyncSession,
    resources: Resources,
    organisation: Organisation,
    membership: Membership,
    roles: Sequence[str],
    *,
    actor: Principal | None,
    by: UUID | None,
    now: datetime,
    reason: str | None = None,
) -> None:
    before, after = list(membership.roles), sorted(roles)
    membership.roles, membership.version = after, membership.version + 1
    membership.is_legal_representative = membership.is_legal_representative and rules.SIGNATORY in after
    if rules.takes_back(before, after):
        await take_back(session, resources, membership.grant_id, now=now)
        membership.grant_id = new_id()
    await session.flush()
    await note(session, membership, "membership.changed", actor, now, {"roles": [before, after]}, reason)
    await _announce(session, resources, organisation, membership.account_id, (before, after), by)


async def strike_off(
    session: AsyncSession,
    resources: Resources,
    organisation: Organisation,
    membership: Membership,
    *,
    actor: Principal | None,
    by: UUID | None,
    now: datetime,
) -> None:
    await repository.remove(session, membership.organisation_id, membership.account_id)
    await take_back(session, resources, membership.grant_id, now=now)
    await note(session, membership, "membership.removed", actor, now, {"roles": [membership.roles, []]})
    await _announce(session, resources, organisation, membership.account_id, (membership.roles, ()), by)


async def mark_representative(
    session: AsyncSession,
    resources: Resources,
    organisation: Organisation,
    membership: Membership,
    *,
    is_one: bool,
    actor: Principal,
    now: datetime,
) -> None:
    if membership.is_legal_representative == is_one:
        return
    membership.is_legal_representative, membership.version = is_one, membership.version + 1
    await session.flush()
    changes = {"is_legal_representative": [not is_one, is_one]}
    await note(session, membership, "membership.representation_declared", actor, now, changes)
    person = await accounts.summary(session, membership.account_id)
    by = await named(session, actor.account_id, organisation.id)
    letter = letters.representative_marked(resources.settings.public_url, organisation.name, person.full_name, by, is_one=is_one)
    await _tell(session, organisation.id, {membership.account_id}, letter)


async def note(
    session: AsyncSession,
    membership: Membership,
    act: str,
    actor: Principal | None,
    now: datetime,
    changes: dict[str, Any],
    reason: str | None = None,
) -> None:
    await journal.record(
        session,
        KERNEL.journal,
        at=now,
        act=act,
        resource=("organisation", membership.organisation_id),
        actor=actor,
        organisation_id=membership.organisation_id,
        changes={"account_id": str(membership.account_id), **changes},
        reason=reason,
    )


async def named(session: AsyncSession, account_id: UUID | None, organisation_id: UUID) -> str:
    """A colleague by name; the platform's administrators, as such."""
    if account_id is None or await repository.membership(session, organisation_id, account_id) is None:
        return _PLATFORM
    return (await accounts.summary(session, account_id)).full_name


# ── Steps ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def _announce(
    session: AsyncSession,
    resources: Resources,
    organisation: Organisation,
    account_id: UUID,
    roles: tuple[Sequence[str], Sequence[str]],
    by: UUID | None,
) -> None:
    """Who may sign is never changed silently: managers and signatories hear of it, and the person too."""
    signed, signs = (rules.SIGNATORY in held for held in roles)
    if signed == signs:
        return
    person = await accounts.summary(session, account_id)
    write = letters.signatory_named if signs else letters.signatory_ended
    decider = person.full_name if by == account_id else await named(session, by, organisation.id)
    letter = write(resources.settings.public_url, organisation.name, person.full_name, decider)
    await _tell(session, organisation.id, {account_id}, letter)


async def _tell(session: AsyncSession, organisation_id: UUID, too: set[UUID], letter: tuple[str, str]) -> None:
    told = too | set(await repository.with_role(session, organisation_id, rules.MANAGER, rules.SIGNATORY))
    subject, text = letter
    for account_id in sorted(told):
        await queue_mail(session, to=(await accounts.summary(session, account_id)).email, subject=subject, text=text)
