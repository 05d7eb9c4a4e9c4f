"""For the room that prints them: everything a session said, gathered once."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from . import repository, rules
from .models import Advice, AdviceVote, AgendaItem, Committee, Decision, Deport, Reopening


@dataclass(frozen=True)
class Record:
    """A session with its agenda in order; what was withdrawn of déports is left aside."""

    committee: Committee
    agenda: Sequence[AgendaItem]
    decisions: Sequence[Decision]
    deports: Sequence[Deport]
    votes: Sequence[AdviceVote]
    advices: Sequence[Advice]
    reopenings: Sequence[Reopening]

    def quorum(self, dossier_id: UUID | None = None) -> rules.Quorum:
        """Of the session, or for one dossier."""
        outs = [rules.OutOfRoom(d.organisation_id, d.account_id, d.person) for d in self.deports if d.dossier_id == dossier_id]
        voted = {vote.organisation_id for vote in self.votes if vote.dossier_id == dossier_id}
        return rules.quorum(self.committee.attendance, outs, percent=self.committee.quorum_percent, voted=voted)


async def of(session: AsyncSession, committee: Committee) -> Record:
    return Record(
        committee,
        await repository.agenda(session, committee.id),
        await repository.decisions_of(session, committee.id),
        await repository.deports(session, committee.id),
        await repository.votes_of(session, committee.id),
        await repository.advices(session, committee.id),
        await repository.reopenings_of(session, committee.id),
    )


async def sessions(session: AsyncSession, committee_ids: Sequence[UUID]) -> dict[UUID, Committee]:
    """By id, for the names and days of sessions dossiers come from."""
    found = [await repository.get(session, committee_id) for committee_id in dict.fromkeys(committee_ids)]
    return {committee.id: committee for committee in found if committee is not None}
