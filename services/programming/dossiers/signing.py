"""The sign-off of a dossier by a signatory of its holder: what it was given on, and when it is needed. Asking is a room above's."""

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import journal
from services.common.auth import Principal
from services.common.etag import require_version
from services.common.language import Text
from services.common.problems import FieldError, Forbidden, NotFound

from ..tables import KERNEL
from . import repository
from .errors import SignOffRequired, SignOffVoid
from .models import Dossier, SignOffPolicy

if TYPE_CHECKING:
    from ..campaigns.models import Campaign


def is_valid(dossier: Dossier) -> bool:
    """Signed off, and not changed since."""
    return dossier.signed_off_version == dossier.content_version


async def is_required(session: AsyncSession, dossier: Dossier, campaign: "Campaign") -> bool:
    """By the campaign, or because the holder wants it so."""
    if campaign.sign_off_required:
        return True
    policy = await repository.sign_off_policy(session, dossier.acting_holder_id)
    return policy is not None and policy.required


async def errors(session: AsyncSession, caller: Principal, dossier: Dossier, campaign: "Campaign") -> list[FieldError]:
    """What a completeness report says of the sign-off; a signatory who submits signs by doing so."""
    if is_valid(dossier) or caller.has_role(dossier.acting_holder_id, "signatory"):
        return []
    if not await is_required(session, dossier, campaign):
        return []
    if dossier.signed_off_version is None:
        said = Text("Une personne signataire doit viser le dossier.", "A signatory must sign the dossier off.")
        return [FieldError("/sign_off", said, "sign_off_missing")]
    said = Text("Le dossier a changé depuis son visa : redemandez-le.", "The dossier changed since its sign-off: ask for it again.")
    return [FieldError("/sign_off", said, "sign_off_void")]


async def require(session: AsyncSession, caller: Principal, dossier: Dossier, campaign: "Campaign", *, now: datetime) -> None:
    """Refuse to submit what needs a sign-off and has none, or one given before the last change."""
    found = await errors(session, caller, dossier, campaign)
    if found:
        void = dossier.signed_off_version is not None
        raise SignOffVoid(errors=found) if void else SignOffRequired(errors=found)
    if not is_valid(dossier) and caller.has_role(dossier.acting_holder_id, "signatory"):
        sign(dossier, caller, now)


def sign(dossier: Dossier, caller: Principal, now: datetime) -> None:
    dossier.signed_off_version, dossier.signed_off_by, dossier.signed_off_at = dossier.content_version, caller.account_id, now


async def policy_of(session: AsyncSession, caller: Principal, organisation_id: UUID) -> SignOffPolicy:
    """What the organisation wants; not written yet, it wants nothing (version 0)."""
    if not caller.belongs_to(organisation_id):
        raise NotFound()
    kept = await repository.sign_off_policy(session, organisation_id)
    return kept or SignOffPolicy(organisation_id=organisation_id, set_by=caller.account_id, version=0)


async def set_policy(
    session: AsyncSession, caller: Principal, organisation_id: UUID, *, required: bool, version: int, now: datetime
) -> SignOffPolicy:
    """Managers and signatories ask for sign-offs; only a signatory gives them up."""
    if not caller.belongs_to(organisation_id):
        raise NotFound()
    if not caller.has_role(organisation_id, "signatory", *(["manager"] if required else [])):
        raise Forbidden()
    policy = await repository.sign_off_policy(session, organisation_id, lock=True)
    require_version(policy.version if policy else 0, version)
    if policy is None:
        policy = SignOffPolicy(organisation_id=organisation_id, set_by=caller.account_id, set_at=now, version=0)
        session.add(policy)
    policy.required, policy.set_by, policy.set_at = required, caller.account_id, now
    policy.version += 1
    await session.flush()
    await journal.record(
        session,
        KERNEL.journal,
        at=now,
        act="sign_off_policy.set",
        resource=("sign_off_policy", organisation_id),
        actor=caller,
        organisation_id=organisation_id,
        changes={"required": required},
    )
    return policy
