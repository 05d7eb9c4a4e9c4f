"""For any sequence of grants, amendments and aid in kind, on the real database: the total is the sum, and due means above."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.ids import new_id
from services.programming.agreements import repository, service
from services.programming.agreements.models import Agreement, AgreementStatus
from services.programming.awards import service as awards
from services.programming.awards.models import Award
from services.programming.campaigns import service as campaigns
from services.programming.dossiers.models import Dossier, FundingRequest, RequestStatus
from tests.programming.world import World

pytestmark = pytest.mark.anyio

ABOVE = 2_300_000
#: Amounts that add up to the threshold and just beside it.
CENTS = st.sampled_from([1, 299_999, 300_000, 999_999, 1_000_000])
ACTS = st.one_of(
    st.tuples(st.just("grant"), CENTS, st.booleans()),
    st.tuples(st.just("amend"), CENTS, st.integers(0, 7)),
    st.tuples(st.just("in_kind"), st.sampled_from([0, 1, 300_000, 300_001, 1_300_000]), st.just(0)),
    st.tuples(st.just("sign"), st.just(0), st.just(0)),
)


@pytest.fixture(scope="module")
async def template(shared_world: World) -> UUID:
    """A dossier notified by the region, from which others are made."""
    return UUID((await shared_world.awarded(region=1_000))["id"])


class Year:
    """One holder's year with the region, in a transaction that is never kept."""

    def __init__(self, session: AsyncSession, world: World, template: Dossier) -> None:
        self.session, self.world, self.template, self.holder = session, world, template, new_id()
        self.now = world.running.clock.now()
        self.caller = Principal(new_id(), new_id())

    async def awards(self) -> list[Award]:
        return await awards.of_party_year(self.session, self.world.region, self.holder, self.now.year)

    async def agreement(self) -> Agreement | None:
        return await repository.of_party_year(self.session, self.world.region, self.holder, self.now.year)

    async def grant(self, cents: int, under_cpo: bool) -> None:
        own: dict[str, Any] = {
            "reference": str(new_id()),
            "organisation_id": self.holder,
            "cpo_id": new_id() if under_cpo else None,
        }
        dossier = Dossier(**{**self.template.model_dump(exclude={"id"}), **own})
        campaign = await campaigns.get(self.session, dossier.campaign_id)
        self.session.add(dossier)
        await self.session.flush()
        request = FundingRequest(
            dossier_id=dossier.id,
            campaign_id=dossier.campaign_id,
            funder_id=self.world.region,
            budget_line="region",
            amount_cents=1_000_000,
            granted_cents=cents,
            status=RequestStatus.NOTIFIED,
        )
        self.session.add(request)
        await self.session.flush()
        await campaigns.take_from_envelope(self.session, campaign.id, self.world.region, "region", cents)
        award = await awards.open_award(self.session, dossier, request, campaign, now=self.now)
        await service.follow_award(self.session, award, now=self.now)

    async def amend(self, cents: int, which: int) -> None:
        found = await self.awards()
        if found:
            await awards.amend(self.session, found[which % len(found)], cents)
            await service.follow_total(self.session, self.world.region, self.holder, self.now.year, now=self.now)

    async def in_kind(self, cents: int, _: int) -> None:
        if agreement := await self.agreement():
            agreement.in_kind_cents = cents
            await service.count(self.session, agreement, self.caller, now=self.now)

    async def sign(self, *_: int) -> None:
        """What the second signature does, over every grant of the year."""
        agreement = await self.agreement()
        if agreement and agreement.status is AgreementStatus.DUE:
            for award in await self.awards():
                if award.cpo_id is None:
                    await awards.record_agreement(self.session, award, now=self.now)
            agreement.status, agreement.signed_at, agreement.in_force_on = AgreementStatus.SIGNED, self.now, self.now.date()
            await service.count(self.session, agreement, self.caller, now=self.now)

    async def check(self) -> None:
        agreement, found = await self.agreement(), await self.awards()
        if agreement is None:
            assert found == []
            return
        assert agreement.granted_cents == sum(award.granted_cents for award in found)
        above = agreement.granted_cents + agreement.in_kind_cents > ABOVE
        bare = [award for award in found if award.cpo_id is None]
        assert agreement.required == (above and bool(bare))
        if agreement.status is AgreementStatus.SIGNED:
            assert all(award.agreed_at or award.agreement_required for award in bare)
            assert agreement.text_due or all(award.agreed_at for award in bare)
        else:
            assert (agreement.status is AgreementStatus.DUE) == agreement.required == agreement.text_due
            assert all(award.agreement_required == agreement.required for award in bare)
        assert not any(award.agreement_required for award in found if award.cpo_id is not None)


@settings(max_examples=25, deadline=None, database=None)
@given(st.lists(ACTS, min_size=3, max_size=10))
@example(
    [("grant", 1_000_000, False), ("grant", 1_000_000, False), ("grant", 300_000, False), ("grant", 1, True), ("in_kind", 0, 0)]
)
@example([("grant", 1_000_000, False), ("grant", 1_000_000, True), ("in_kind", 300_000, 0), ("in_kind", 300_001, 0)])
@example([("grant", 1_000_000, True), ("in_kind", 1_300_001, 0), ("grant", 1, False), ("sign", 0, 0), ("grant", 1, False)])
@example([("grant", 1_000_000, False), ("in_kind", 1_300_001, 0), ("sign", 0, 0), ("amend", 1, 0), ("grant", 1, False)])
async def test_the_total_is_the_sum_and_due_means_above(shared_world: World, template: UUID, acts: list[tuple[Any, ...]]) -> None:
    async with shared_world.running.resources.database.sessions() as session:
        found = await session.get(Dossier, template)
        assert found is not None
        year = Year(session, shared_world, found)
        for name, *given_ in acts:
            await getattr(year, name)(*given_)
            await session.flush()
            await year.check()
        await session.rollback()
