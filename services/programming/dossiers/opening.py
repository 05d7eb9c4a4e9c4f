"""Opening a draft with what is known already: last year's dossier, and the documents its holder keeps."""

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.language import Text
from services.common.problems import FieldError
from services.common.resources import Resources

from ..campaigns import service as campaigns
from ..contracts import service as contracts
from . import cloning_rules, history, pieces, repository, service
from .errors import RenewalRefused
from .models import Dossier, Renewal
from .schemas import DossierCreate, DossierUpdate

if TYPE_CHECKING:
    from ..campaigns.models import Campaign


async def open_draft(
    session: AsyncSession, resources: Resources, caller: Principal, wish: DossierCreate, *, now: datetime
) -> Dossier:
    """A member opens a draft; with `renews_id` it begins as that dossier was last submitted."""
    dossier = await service.open_draft(session, resources.siblings, caller, wish, now=now)
    campaign = await campaigns.get(session, dossier.campaign_id)
    most = resources.settings.attachments_per_dossier
    attached = await pieces.attach_kept(session, dossier, campaign, caller.account_id, now=now, most=most)
    if wish.renews_id is not None:
        target = await _target(session, campaign, frozenset(one.kind for one in attached))
        await _clone(session, caller, dossier, target, wish.renews_id, title=wish.title, now=now)
    if attached:
        files = [{"kind": one.kind, "permanent_file_id": str(one.permanent_file_id)} for one in attached]
        await service.note(session, dossier, "dossier.permanent_files_attached", caller, now, files=files)
    await session.flush()
    return dossier


async def _clone(
    session: AsyncSession,
    caller: Principal,
    dossier: Dossier,
    target: cloning_rules.Target,
    renews_id: UUID,
    *,
    title: str,
    now: datetime,
) -> None:
    await service.renew(session, dossier, renews_id)
    sent = await history.last(session, renews_id)
    renewed = await repository.get(session, renews_id)
    if sent is None or renewed is None:
        said = Text("Ce dossier n'a pas été déposé.", "This dossier was not submitted.")
        raise RenewalRefused(errors=[FieldError("/renews_id", said, "draft")])
    former = await campaigns.get(session, renewed.campaign_id)
    made = cloning_rules.clone(sent.snapshot, former.year, target)
    fields = {**made.fields, **({"title": title} if title else {})}
    start = DossierUpdate.model_validate(fields)
    service.keep_fields(dossier, start)
    await service.replace_requests(session, dossier, start.requests or [])
    session.add(
        Renewal(
            dossier_id=dossier.id,
            submission_id=sent.id,
            start=start.model_dump(mode="json", exclude_unset=True),
            notes=[note.kept() for note in made.notes],
            created_at=now,
        )
    )
    await session.flush()
    await service.note(session, dossier, "dossier.renewed", caller, now, renews_id=str(renews_id), notes=len(made.notes))


async def _target(session: AsyncSession, campaign: "Campaign", provided: frozenset[str]) -> cloning_rules.Target:
    contract = await contracts.get(session, campaign.contract_id)
    successors: dict[str, list[str]] = {}
    for qpv in contract.qpvs:
        for code in qpv.get("former_codes") or ():
            successors.setdefault(code, []).append(qpv["code"])
    lines = await campaigns.charter_of(session, campaign.id)
    return cloning_rules.Target(
        year=campaign.year,
        qpv_codes=frozenset(campaign.qpv_codes),
        successors=successors,
        objective_codes=frozenset(campaign.objective_codes),
        transversal_codes=frozenset(campaign.transversal_codes),
        lines=frozenset((line.funder_id, line.code) for line in lines),
        provided=provided,
    )
