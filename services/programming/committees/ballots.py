"""The committee's advice on a dossier: one vote per organisation, changed until the team closes it. Funders decide apart."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.problems import NotFound
from services.common.signals import say

from ..contracts.errors import NotContractLead
from ..dossiers import instruction
from ..dossiers.rules import NOT_COUNTED
from ..reviews import conflicts
from . import deports, repository, rules, service
from .deciding import Expected
from .errors import (
    DossierWithdrawn,
    InterestDeclared,
    NobodyVoted,
    NotAVotingMember,
    NotOnAgenda,
    NotYourVote,
    QuorumNotReached,
    SteppedOut,
    VoteChanged,
    VoteClosed,
    VoteVersionRequired,
)
from .models import Advice, AdviceVote, Committee, VoteChoice


async def vote(
    session: AsyncSession, caller: Principal, committee_id: UUID, dossier_id: UUID, voter_id: UUID, choice: VoteChoice, *,
    expected: Expected, now: datetime,
) -> AdviceVote:  # fmt: skip
    """A member of the organisation votes, or the team records a show of hands. The same vote said twice is one."""
    committee = await _seen_shared(session, caller, committee_id)
    if not (caller.belongs_to(voter_id) or caller.belongs_to(committee.lead_organisation_id)):
        raise NotYourVote()
    service.require_sitting(committee, now)
    await _take(session, committee_id, dossier_id)
    out = await repository.stepped_out(session, committee_id, dossier_id, caller.account_id)
    if out is not None and caller.belongs_to(voter_id):
        raise SteppedOut(deport_id=str(out.id))
    if caller.belongs_to(voter_id) and await conflicts.interests_of(session, caller.account_id, [dossier_id]):
        raise InterestDeclared()
    voted = {voter_id} if caller.belongs_to(voter_id) else set()
    quorum = await _quorum(session, committee, dossier_id, voted)
    if voter_id not in quorum.present:
        raise NotAVotingMember()
    before = await repository.vote(session, committee_id, dossier_id, voter_id)
    if before is not None and (before.choice, before.cast_by) == (choice, caller.account_id):
        return before
    _require_expected(before, expected)
    if before is None:
        before = AdviceVote(
            committee_id=committee_id,
            dossier_id=dossier_id,
            organisation_id=voter_id,
            choice=choice,
            cast_by=caller.account_id,
            cast_at=now,
        )
        session.add(before)
    else:
        before.choice, before.cast_by, before.cast_at = choice, caller.account_id, now
        before.version += 1
    await session.flush()
    await service.note(
        session, committee, "committee.voted", caller, now, dossier_id=str(dossier_id), voter_id=str(voter_id), choice=choice.value
    )
    await say(session, service.topic(committee.campaign_id))
    return before


async def close(session: AsyncSession, caller: Principal, committee_id: UUID, dossier_id: UUID, *, now: datetime) -> Advice:
    """The team closes the vote: the committee's advice is given, if the quorum is reached for this dossier."""
    committee = await _seen_shared(session, caller, committee_id)
    if not caller.belongs_to(committee.lead_organisation_id):
        raise NotContractLead()
    service.require_sitting(committee, now)
    await _take(session, committee_id, dossier_id)
    votes = await repository.votes(session, committee_id, dossier_id)
    quorum = await _quorum(session, committee, dossier_id, {vote.organisation_id for vote in votes})
    if not quorum.reached:
        raise QuorumNotReached(
            voting_members=len(quorum.members), members_present=len(quorum.present), quorum_percent=quorum.percent
        )
    counted = rules.tally(vote.choice for vote in votes if vote.organisation_id in quorum.present)
    if not any(counted):
        raise NobodyVoted()
    advice = Advice(
        committee_id=committee_id,
        dossier_id=dossier_id,
        result=rules.advice(counted[0], counted[1]),
        votes_for=counted[0],
        votes_against=counted[1],
        abstentions=counted[2],
        voting_members=len(quorum.members),
        members_present=len(quorum.present),
        closed_by=caller.account_id,
        closed_at=now,
    )
    session.add(advice)
    await session.flush()
    await service.note(
        session, committee, "committee.advice_given", caller, now, dossier_id=str(dossier_id), result=advice.result.value,
        votes=list(counted),
    )  # fmt: skip
    await say(session, service.topic(committee.campaign_id))
    return advice


async def ballot(session: AsyncSession, caller: Principal, committee_id: UUID, dossier_id: UUID) -> dict[str, Any]:
    """Where the vote stands: votes are open, as they are around a table."""
    committee = await service.seen(session, caller, committee_id)
    if not await repository.is_on_agenda(session, committee_id, dossier_id):
        raise NotFound()
    votes = await repository.votes(session, committee_id, dossier_id)
    quorum = await _quorum(session, committee, dossier_id, {vote.organisation_id for vote in votes})
    return {
        "dossier_id": dossier_id,
        "voting_members": len(quorum.members),
        "members_present": len(quorum.present),
        "quorum_percent": quorum.percent,
        "quorum_reached": quorum.reached,
        "votes": votes,
        "advice": await repository.advice(session, committee_id, dossier_id),
        "deports": await repository.deports(session, committee_id, dossier_id),
    }


async def _seen_shared(session: AsyncSession, caller: Principal, committee_id: UUID) -> Committee:
    """The session, kept from closing meanwhile."""
    committee = await repository.get_shared(session, committee_id)
    if committee is None:
        raise NotFound()
    await service.seen_campaign(session, caller, committee.campaign_id)
    return committee


async def _take(session: AsyncSession, committee_id: UUID, dossier_id: UUID) -> None:
    """The dossier's line of the agenda, whose vote is not closed; once its holder took it back, there is nothing to vote on."""
    if await repository.item_locked(session, committee_id, dossier_id) is None:
        raise NotOnAgenda()
    # The dossier itself is asked: its line is marked by a job that follows the withdrawal.
    if (await instruction.read(session, dossier_id)).status in NOT_COUNTED:
        raise DossierWithdrawn()
    if await repository.advice(session, committee_id, dossier_id) is not None:
        raise VoteClosed()


async def _quorum(session: AsyncSession, committee: Committee, dossier_id: UUID, voted: set[UUID]) -> rules.Quorum:
    outs = await deports.outs(session, committee.id, dossier_id)
    return rules.quorum(committee.attendance, outs, percent=committee.quorum_percent, voted=voted)


def _require_expected(before: AdviceVote | None, expected: Expected) -> None:
    if before is None:
        if expected.version is not None:
            raise VoteChanged(vote=None)
        return
    said = before.model_dump(mode="json", include={"choice", "cast_by", "cast_at", "version"})
    if expected.version is None and not expected.nothing:
        raise VoteVersionRequired(vote=said)
    if expected.version != before.version:
        raise VoteChanged(vote=said)
