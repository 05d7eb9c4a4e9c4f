"""Use cases of open data: a funder says who it is, sees what is missing, publishes; the platform publishes what is due."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import journal
from services.common.auth import Principal
from services.common.clock import in_paris
from services.common.db import Database, Row, driver, fetch_in
from services.common.etag import require_version
from services.common.files import Files
from services.common.problems import NotFound, PreconditionRequired, StaleVersion

from ..awards import service as awards
from ..campaigns import service as campaigns
from ..contracts import service as contracts
from ..parameters import service as parameters
from ..parameters.schemas import Parameter
from ..tables import KERNEL
from . import export, repository, rules
from .errors import NotForYouToPublish, NothingToPublish, PublisherUnknown
from .models import Beneficiary, Publisher, SubsidyPublication
from .rules import Attribuant, Gap, Grant, Severity
from .schemas import BeneficiaryWrite, PublisherWrite

#: A bound that no file of subsidies comes near: 100 000 rows weigh 30 MB.
_LARGEST_FILE = 1024**3


async def identify(
    session: AsyncSession, caller: Principal, funder_id: UUID, wish: PublisherWrite, *, version: int | None, now: datetime
) -> tuple[Publisher, bool]:
    """A manager says how the funder appears in its publications. True when it is the first time, and its address is drawn."""
    _require_manager(caller, funder_id)
    if not await campaigns.takes_part(session, funder_id):
        raise NotFound()
    publisher = await repository.publisher(session, funder_id, lock=True)
    first = publisher is None
    values = {**wish.model_dump(exclude={"budget_lines"}), **wish.model_dump(mode="json", include={"budget_lines"})}
    if publisher is None:
        if version is not None:
            raise StaleVersion()
        slug = await _draw_slug(session, wish)
        publisher = Publisher(funder_id=funder_id, slug=slug, created_at=now, updated_at=now, **values)
        session.add(publisher)
    else:
        if version is None:
            raise PreconditionRequired()
        require_version(publisher.version, version)
        for name, value in values.items():
            setattr(publisher, name, value)
        publisher.version += 1
        publisher.updated_at = now
    await session.flush()
    await _note(
        session,
        "publisher",
        funder_id,
        "open_data.identified",
        caller,
        now,
        changes=wish.model_dump(mode="json", exclude={"contact_email"}),
    )
    return publisher, first


async def _draw_slug(session: AsyncSession, wish: PublisherWrite) -> str:
    plain = rules.slug_of(wish.name, (), wish.siret)
    return rules.slug_of(wish.name, await repository.slugs_like(session, plain), wish.siret)


async def publisher_of(session: AsyncSession, caller: Principal, funder_id: UUID) -> Publisher:
    """The funder's publication identity, for its members (404 while there is none)."""
    _require_member(caller, funder_id)
    publisher = await repository.publisher(session, funder_id)
    if publisher is None:
        raise NotFound()
    return publisher


async def state_beneficiary(
    session: AsyncSession, caller: Principal, funder_id: UUID, holder_id: UUID, wish: BeneficiaryWrite, *, now: datetime
) -> Beneficiary:
    """A manager mends what a beneficiary's dossier lacks: its SIRET, and whether it is a legal person."""
    _require_manager(caller, funder_id)
    if not await repository.funds(session, funder_id, holder_id):
        raise NotFound()
    stated = await repository.beneficiary(session, funder_id, holder_id)
    if stated is None:
        stated = Beneficiary(funder_id=funder_id, holder_id=holder_id, stated_by=caller.account_id, stated_at=now)
        session.add(stated)
    else:
        stated.version += 1
    stated.siret, stated.legal_person = wish.siret, wish.legal_person
    stated.stated_by, stated.stated_at = caller.account_id, now
    await session.flush()
    # A sole trader's SIRET is a person's: the journal says that something was stated, not what.
    await _note(session, "publisher", funder_id, "open_data.beneficiary_stated", caller, now, changes={"holder_id": str(holder_id)})
    return stated


async def publish(
    session: AsyncSession, files: Files, caller: Principal | None, funder_id: UUID, year: int, *, now: datetime
) -> tuple[SubsidyPublication, Publisher, bool]:
    """Write the file of a year anew; it becomes a version only if its bytes changed (True). `caller` None: the platform.

    The publisher's row is held meanwhile: two publications at the same instant make one version.
    """
    if caller is not None:
        _require_manager(caller, funder_id)
    publisher = await repository.publisher(session, funder_id, lock=True)
    if publisher is None:
        raise PublisherUnknown()
    attribuant = _attribuant(publisher)
    last = await repository.latest(session, funder_id, year)
    tally = export.Tally()
    async with aclosing(export.subsidies(await driver(session), attribuant, funder_id, year, tally)) as content:
        stored = await files.receive(content, limit=_LARGEST_FILE)
    try:
        if last is None and not tally.rows:
            raise NothingToPublish(year=year, left_out=tally.left_out)
        if last is not None and last.sha256 == stored.sha256:
            await files.discard(stored.key)
            return last, publisher, False
        made = SubsidyPublication(
            funder_id=funder_id,
            year=year,
            version=last.version + 1 if last else 1,
            sha256=stored.sha256,
            size=stored.size,
            key=stored.key,
            rows=tally.rows,
            left_out=tally.left_out,
            granted_cents=tally.granted_cents,
            departments=await _departments(session, tally.contract_ids),
            published_at=now,
            published_by=caller.account_id if caller else None,
        )
        session.add(made)
        await session.flush()
        told = {"year": year, "version": made.version, "rows": made.rows, "left_out": made.left_out, "sha256": made.sha256}
        await _note(session, "publisher", funder_id, "open_data.published", caller, now, changes=told)
    except BaseException:
        await files.discard(stored.key)
        raise
    return made, publisher, True


async def due(session: AsyncSession, *, now: datetime) -> list[tuple[UUID, int]]:
    """(funder, year) that the platform publishes by itself today: what is published already, and what would soon be late."""
    today = in_paris(now).date()
    months = await parameters.value(session, Parameter.OPEN_DATA_WITHIN_MONTHS, today)
    identified = await repository.publishers(session)
    out = {(row["funder_id"], row["year"]) for row in await repository.latest_of(session, list(identified))}
    first = {(funder_id, year): in_paris(at).date() for funder_id, year, at in await awards.first_by_year(session)}
    waiting = {
        each
        for each, agreed_on in first.items()
        if each[0] in identified and rules.is_due(agreed_on, today, within_months=months, published=each in out)
    }
    return sorted(out | waiting)


async def live(
    session: AsyncSession, database: Database, caller: Principal, funder_id: UUID, year: int
) -> AsyncGenerator[bytes, None]:
    """The file as it would be published now, for the funder's own eyes."""
    _require_member(caller, funder_id)
    publisher = await repository.publisher(session, funder_id)
    if publisher is None:
        raise PublisherUnknown()
    return export.live_subsidies(database, _attribuant(publisher), funder_id, year)


@dataclass(frozen=True)
class Incomplete:
    """A grant whose row lacks something."""

    grant: Grant
    gaps: Sequence[Gap]
    publish_before_on: date | None
    late: bool


async def gaps(
    session: AsyncSession, caller: Principal, funder_id: UUID, year: int | None, *, after: UUID | None, most: int, now: datetime
) -> list[Incomplete]:
    """At most `most` grants of the funder that lack something, oldest first, after a grant's id."""
    _require_member(caller, funder_id)
    judge = await _judge(session, funder_id, now)
    found: list[Incomplete] = []
    begin = {"after": after} if after else {}
    async with aclosing(export.grants_of(await driver(session), funder_id, year, **begin)) as batches:
        async for grants in batches:
            found += [each for grant in grants if (each := judge.look(grant)).gaps]
            if len(found) >= most:
                break
    return found[:most]


@dataclass
class Year:
    """What is known of a funder's year."""

    year: int
    awards: int = 0
    complete: int = 0
    missing: dict[str, int] = field(default_factory=dict)
    late: int = 0
    publish_before_on: date | None = None
    published_version: int | None = None
    published_rows: int | None = None

    def count(self, each: Incomplete) -> None:
        self.awards += 1
        self.complete += rules.is_published(each.gaps)
        self.late += each.late
        for gap in each.gaps:
            self.missing[gap.code] = self.missing.get(gap.code, 0) + 1
        if each.publish_before_on and not any(gap.severity is Severity.WITHHELD for gap in each.gaps):
            self.publish_before_on = min(self.publish_before_on or each.publish_before_on, each.publish_before_on)


async def summary(session: AsyncSession, caller: Principal, *, now: datetime) -> list[dict[str, Any]]:
    """For each funder the caller belongs to: by year, what is complete, what is missing, what is late."""
    latest = {(row["funder_id"], row["year"]): row for row in await repository.latest_of(session, caller.organisation_ids)}
    told = []
    for funder_id in sorted(caller.organisation_ids):
        judge = await _judge(session, funder_id, now)
        years = {year: Year(year) for funder, year in latest if funder == funder_id}
        async with aclosing(export.grants_of(await driver(session), funder_id)) as batches:
            async for grants in batches:
                for grant in grants:
                    years.setdefault(grant.year, Year(grant.year)).count(judge.look(grant))
        for year in years.values():
            if row := latest.get((funder_id, year.year)):
                year.published_version, year.published_rows = row["version"], row["rows"]
        if years:
            ordered = [years[year] for year in sorted(years, reverse=True)]
            told.append({"funder_id": funder_id, "identified": judge.attribuant is not None, "years": ordered})
    return told


@dataclass(frozen=True)
class _Judge:
    """Looks at a funder's grants on one day."""

    attribuant: Attribuant | None
    within_months: int
    today: date

    def look(self, grant: Grant) -> Incomplete:
        found = rules.gaps(grant, self.attribuant)
        before = grant.agreed_on and rules.publish_before(grant.agreed_on, self.within_months)
        blocked = any(gap.severity is Severity.BLOCKING for gap in found)
        return Incomplete(grant, found, before, late=blocked and before is not None and before < self.today)


async def _judge(session: AsyncSession, funder_id: UUID, now: datetime) -> _Judge:
    today = in_paris(now).date()
    months = await parameters.value(session, Parameter.OPEN_DATA_WITHIN_MONTHS, today)
    publisher = await repository.publisher(session, funder_id)
    return _Judge(_attribuant(publisher) if publisher else None, months, today)


@dataclass(frozen=True)
class Decided:
    """A decided campaign, for its public data."""

    id: UUID
    title: str
    year: int
    contract: str
    department: str
    funders: Mapping[UUID, str]


async def decided_campaign(session: AsyncSession, campaign_id: UUID) -> Decided:
    """404 until the campaign is decided: before, who is supported is nobody's to read."""
    found = next((each for each in await campaigns.decided(session) if each.id == campaign_id), None)
    if found is None:
        raise NotFound()
    contract = await contracts.get(session, found.contract_id)
    funders = {funder.organisation_id: funder.name for funder in await campaigns.funders_of(session, campaign_id)}
    return Decided(found.id, found.title, found.year, contract.name, rules.department(contract.code), funders)


async def decided_campaigns(session: AsyncSession) -> list[Decided]:
    """Every one of them; the funders are left out."""
    known: dict[UUID, Any] = {}
    told = []
    for each in await campaigns.decided(session):
        contract = known.setdefault(each.contract_id, await contracts.get(session, each.contract_id))
        told.append(Decided(each.id, each.title, each.year, contract.name, rules.department(contract.code), {}))
    return told


async def supported_actions(session: AsyncSession, campaign: Decided) -> list[Row]:
    """Actions with a notified grant, by reference, each with its funders' names. A campaign has thousands at most."""
    rows = await fetch_in(session, repository.ACTIONS, {"campaign_id": campaign.id})
    return [{**row, "funders": [campaign.funders[funder_id] for funder_id in row["funder_ids"]]} for row in rows]


def _attribuant(publisher: Publisher) -> Attribuant:
    lines = publisher.budget_lines
    return Attribuant(
        publisher.name,
        publisher.siret,
        de_minimis=frozenset(line["code"] for line in lines if line["de_minimis"]),
        schemes={line["code"]: line["aid_scheme"] for line in lines if line["aid_scheme"]},
    )


async def _departments(session: AsyncSession, contract_ids: set[UUID]) -> list[str]:
    return sorted({rules.department((await contracts.get(session, each)).code) for each in contract_ids})


def _require_member(caller: Principal, funder_id: UUID) -> None:
    if not caller.belongs_to(funder_id):
        raise NotForYouToPublish()


def _require_manager(caller: Principal, funder_id: UUID) -> None:
    if not caller.has_role(funder_id, "manager"):
        raise NotForYouToPublish()


async def _note(
    session: AsyncSession,
    kind: str,
    resource_id: UUID,
    act: str,
    caller: Principal | None,
    now: datetime,
    *,
    changes: Mapping[str, Any],
) -> None:
    await journal.record(
        session,
        KERNEL.journal,
        at=now,
        act=act,
        resource=(kind, resource_id),
        actor=caller,
        organisation_id=resource_id,
        changes=changes,
    )
