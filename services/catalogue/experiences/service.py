"""Use cases of the experiences: a dossier that closed becomes one draft of the centre that follows its contract.

What programming tells is kept first, then made into a draft by a job: the directory may be down, and a centre may follow the
contract only later. Nothing is published: documentalists review the draft as any other.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import journal
from services.common.auth import Principal
from services.common.db import Row, fetch, fetch_in
from services.common.etag import require_version
from services.common.jobs import enqueue
from services.common.problems import NotFound, PreconditionRequired, StaleVersion
from services.common.resources import Resources

from ..centres import service as centres
from ..documents import organisations
from ..documents import service as documents
from ..documents.schemas import DocumentKind
from ..tables import KERNEL
from ..vocabulary import service as vocabulary
from . import repository, rules
from .errors import ContractFollowedAlready
from .models import FollowedContract, ProposalState
from .schemas import ClosedDossier, FollowedContractWrite

#: The job that makes the draft of one dossier.
MAKE = "catalogue:make_experience"
_AT_ONCE = 200


async def propose(session: AsyncSession, dossier_id: UUID, data: Mapping[str, Any], *, closed_at: datetime) -> None:
    """Programming tells that a dossier closed. Told twice, it counts once."""
    dossier = ClosedDossier.model_validate(data)
    if dossier.holder_id is not None:
        # The event may have waited for months: its holder may have been renamed, or erased.
        dossier.holder_name = await organisations.present_name(session, dossier.holder_id, dossier.holder_name)
    row = {
        "dossier_id": dossier_id,
        "contract_id": dossier.contract_id,
        "holder_id": dossier.holder_id,
        "told": dossier.kept(),
        "closed_at": closed_at,
        "state": ProposalState.WAITING,
    }
    if await repository.keep(session, row) and await repository.follower(session, dossier.contract_id) is not None:
        await enqueue(session, MAKE, dossier_id=str(dossier_id))


async def make(session: AsyncSession, resources: Resources, dossier_id: UUID, *, now: datetime) -> None:
    """The draft of a dossier, in the centre that follows its contract; nothing when none does. Run twice, it is made once."""
    proposal = await repository.proposal(session, dossier_id)
    if proposal is None or proposal.state is not ProposalState.WAITING:
        return
    centre_id = await repository.follower(session, proposal.contract_id)
    if centre_id is None:
        return
    dossier = ClosedDossier.model_validate(proposal.told)
    themes, territories = rules.asked_codes(dossier)
    themes, territories = await vocabulary.known(session, resources.siblings, themes=themes, territories=territories, now=now)
    origin = f"dossier:{dossier_id}"
    draft = await documents.of_origin(session, origin)
    if draft is None:
        content = rules.content(dossier_id, dossier, themes=themes, territories=territories)
        draft = await documents.deposit(session, resources, centre_id, DocumentKind.EXPERIENCE, content, origin=origin, now=now)
    proposal.state, proposal.made_at = ProposalState.MADE, now
    proposal.centre_id, proposal.document_id = draft.centre_id, draft.id
    await session.flush()


async def enqueue_waiting(session: AsyncSession, contract_id: UUID | None = None) -> bool:
    """One job for each dossier that waits although a centre follows its contract; whether there may be more."""
    found = await repository.waiting(session, contract_id=contract_id, limit=_AT_ONCE)
    for dossier_id in found:
        await enqueue(session, MAKE, dossier_id=str(dossier_id))
    return len(found) == _AT_ONCE


async def forget_holder(session: AsyncSession, organisation_id: UUID) -> None:
    """The organisation was erased from the directory: what its dossiers told no longer names it."""
    for proposal in await repository.of_holder(session, organisation_id):
        proposal.told = {**proposal.told, "holder_name": organisations.ERASED}
    await session.flush()


async def follow(
    session: AsyncSession,
    caller: Principal,
    centre_id: UUID,
    contract_id: UUID,
    wish: FollowedContractWrite,
    *,
    version: int | None,
    now: datetime,
) -> tuple[FollowedContract, bool]:
    """A manager says that the centre follows a contract, or renames it; the entry, and whether it is new.

    What waited for it is made into drafts.
    """
    await centres.managed_by(session, caller, centre_id)
    row = await repository.followed(session, centre_id, contract_id)
    is_new = row is None
    if row is None:
        if version is not None:
            raise StaleVersion()
        if await repository.follower(session, contract_id) is not None:
            raise ContractFollowedAlready()
        row = FollowedContract(centre_id=centre_id, contract_id=contract_id, name=wish.name, followed_at=now)
        session.add(row)
    else:
        if version is None:
            raise PreconditionRequired()
        require_version(row.version, version)
        row.name, row.version = wish.name, version + 1
    await session.flush()
    await enqueue_waiting(session, contract_id)
    await _note(session, centre_id, "centre.contract_followed", caller, now, {"contract_id": str(contract_id), "name": wish.name})
    return row, is_new


async def unfollow(
    session: AsyncSession, caller: Principal, centre_id: UUID, contract_id: UUID, *, version: int, now: datetime
) -> None:
    """The centre no longer follows it: drafts already made stay, dossiers that close from now on wait."""
    await centres.managed_by(session, caller, centre_id)
    row = await repository.followed(session, centre_id, contract_id)
    if row is None:
        raise NotFound()
    require_version(row.version, version)
    await repository.delete(session, row)
    await _note(session, centre_id, "centre.contract_unfollowed", caller, now, {"contract_id": str(contract_id)})


async def followed(session: AsyncSession, caller: Principal, centre_id: UUID, *, after_id: UUID, limit: int) -> list[Row]:
    """Contracts the centre follows, for its documentalists."""
    await centres.kept_by(session, caller, centre_id)
    return await fetch_in(session, repository.FOLLOWED, {"centre_id": centre_id, "after_id": after_id, "limit": limit})


async def one_followed(session: AsyncSession, caller: Principal, centre_id: UUID, contract_id: UUID) -> Row:
    await centres.kept_by(session, caller, centre_id)
    found = await fetch_in(session, repository.ONE_FOLLOWED, {"centre_id": centre_id, "contract_id": contract_id})
    if not found:
        raise NotFound()
    return found[0]


async def proposals(reader: AsyncConnection[Any], caller: Principal, asked: dict[str, Any]) -> list[Row]:
    """Closed dossiers the caller may make something of, the latest first, each with its draft."""
    audience = await centres.audience(reader, caller)
    rows = await fetch(reader, repository.PROPOSALS, {"kept_ids": list(audience.kept_ids), **asked})
    drafts = await documents.draft_faces(reader, audience, [row["document_id"] for row in rows if row["document_id"]])
    return [
        {**row, "dossier_reference": row["reference"], "draft": drafts.get(row["document_id"]) if row["document_id"] else None}
        for row in rows
    ]


async def _note(
    session: AsyncSession, centre_id: UUID, act: str, caller: Principal, now: datetime, changes: dict[str, Any]
) -> None:
    await journal.record(session, KERNEL.journal, at=now, act=act, resource=("centre", centre_id), actor=caller, changes=changes)
