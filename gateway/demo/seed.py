"""What a first `make run` loads: the contract, its funders, an open call, a dozen dossiers on their way, a resource
centre and its network's agenda.

Every step looks for what is there before it makes anything: interrupted, it is simply run again.
"""

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from enum import IntEnum
from pathlib import Path

from .carcassonne import CONTRACT, FUNDERS, HOLDERS, DossierPlan, dossiers, review
from .catalogue import Library, network_of
from .clock import PARIS, Clock
from .daily import guest
from .daily_seed import DailySeed
from .data.questions import FIRST_ANSWERS, FORM
from .http import PROGRAMMING, Account, Api, Json, Refused, together
from .mailbox import Mailbox, NoMail
from .people import CannotMakeAdministrator, Cast, Registry
from .road import Call, Road, in_year
from .season_seed import SeasonSeed

_OPEN_DAYS = 60
#: From September on, the call is for the year to come.
_CALL_OF_NEXT_YEAR = 9
#: The holder whose account is shown has dossiers at several stages.
_SHOWN_HOLDER = "centre-social-autan"
_FUNDERS = {funder.key: funder for funder in FUNDERS}


class Stage(IntEnum):
    """How far a dossier goes."""

    BEGUN = 0
    COMPLETE = 1
    SUBMITTED = 2
    UNDER_REVIEW = 3


_STAGES = (*(Stage.BEGUN, Stage.COMPLETE) * 2, *(Stage.SUBMITTED,) * 3, *(Stage.UNDER_REVIEW,) * 5)
_SHOWN_RANKS = (0, 1, 5, 8)
_DRAWN, _FOR_CAF = 60, 4


class CannotLoad(RuntimeError):
    """Why the demonstration is not whole, and what to do."""


@dataclass(frozen=True)
class Loaded:
    """`accounts`: who, e-mail, password."""

    accounts: list[tuple[str, str, str]]


def load(base_url: str, data_dir: Path) -> Loaded:
    """Load the demonstration into a running platform, through its HTTP API; may be called again after an interruption."""
    if os.environ.get("CANEVAS_SMTP_URL"):
        raise CannotLoad(
            "la démonstration lit les liens de confirmation dans le dossier des courriels ; "
            "relancez sans CANEVAS_SMTP_URL, ou sans --demo"
        )
    try:
        return asyncio.run(_load(base_url, data_dir))
    except (Refused, NoMail, CannotMakeAdministrator) as error:
        raise CannotLoad(f"{error}. Relancez `canevas up --demo` : le chargement reprend où il s'est arrêté") from error


async def _load(base_url: str, data_dir: Path) -> Loaded:
    clock = Clock()
    async with Api(base_url, clock) as api:
        cast = Cast()
        call = call_open_at(clock.now())
        staged = plans_of(call.year)
        holders = [holder for holder in HOLDERS if any(plan.holder_key == holder.key for plan, _ in staged)]
        registry = Registry(api, Mailbox(data_dir / "mail"), cast)
        await registry.settle(data_dir, os.environ, holders)
        road, centre = Road(api, cast), Library(api, registry)
        contract_id = await road.ensure_contract()
        campaign = await road.ensure_campaign(contract_id, call)
        if campaign["status"] == "draft":
            await road.ask_questions(campaign["id"], FORM)
            await road.campaign_act(campaign["id"], "opening")
        # A platform that was loaded by an earlier version has a call without questions.
        if (await api.get(None, f"{PROGRAMMING}/campaigns/{campaign['id']}"))["form"]:
            road.answers = FIRST_ANSWERS
        loading = _Loading(road, campaign["id"])
        await together([_open_centre(centre, contract_id), *(loading.bring(plan, stage) for plan, stage in staged)])
        shown = [plan for plan, _ in staged]
        daily = DailySeed(road, registry, loading.dossier_ids, clock.now())
        await daily.load(shown[_SHOWN_RANKS[0]], shown[_SHOWN_RANKS[2]], shown[_SHOWN_RANKS[3]])
        await SeasonSeed(centre, clock.now()).load()
        await loading.review_some([plan for plan, stage in staged if stage is Stage.UNDER_REVIEW])
        return Loaded(_accounts(cast, centre))


async def _open_centre(centre: Library, contract_id: str) -> None:
    """A catalogue to search, and a centre that waits for what the contract will have done."""
    await centre.load(network_of(centre.registry.cast), centre.registry.cast.team)
    await centre.follow(contract_id, CONTRACT.name)


def call_open_at(now: datetime) -> Call:
    """A call that opened a minute ago and closes in sixty days, at midnight in Paris."""
    local = now.astimezone(PARIS)
    year = local.year + (local.month >= _CALL_OF_NEXT_YEAR)
    last_day = local.date() + timedelta(days=_OPEN_DAYS)
    return Call(
        code="CARC",
        year=year,
        title=f"Appel à projets {year} du contrat de ville de Carcassonne Agglo",
        opens_at=now - timedelta(minutes=1),
        closes_at=datetime.combine(last_day, time(23, 59, 59), PARIS),
    )


def plans_of(year: int) -> list[tuple[DossierPlan, Stage]]:
    """The dozen, each with the stage it is brought to. Some ask the CAF, whose account is shown too."""
    drawn = [in_year(plan, year) for plan in dossiers(_DRAWN)]
    for_caf = [plan for plan in drawn if any(request.funder_key == "caf" for request in plan.requests)][:_FOR_CAF]
    plans = [plan for plan in drawn if plan not in for_caf][: len(_STAGES) - _FOR_CAF] + for_caf
    for rank in _SHOWN_RANKS:
        plans[rank] = replace(plans[rank], holder_key=_SHOWN_HOLDER)
    return list(zip(plans, _STAGES, strict=True))


@dataclass
class _Loading:
    road: Road
    campaign_id: str
    dossier_ids: dict[str, str] = field(default_factory=dict)

    async def bring(self, plan: DossierPlan, stage: Stage) -> None:
        """Take a dossier to its stage, from wherever it is."""
        found = await self._find(plan)
        dossier_id = str(found["id"]) if found else await self.road.open_dossier(plan, self.campaign_id)
        self.dossier_ids[plan.key] = dossier_id
        status = found["status"] if found else "draft"
        if status == "draft":
            await self._fill(plan, dossier_id, stage)
        if stage is Stage.UNDER_REVIEW and status in {"draft", "submitted"}:
            await self.road.admit(dossier_id)

    async def _fill(self, plan: DossierPlan, dossier_id: str, stage: Stage) -> None:
        if stage is Stage.BEGUN:
            await self.road.begin(plan, dossier_id)
            return
        await self.road.write(plan, dossier_id)
        whole = await self.road.read(plan, dossier_id)
        await self.road.attach(plan, dossier_id, [piece["kind"] for piece in whole["attachments"]])
        if stage >= Stage.SUBMITTED:
            await self.road.submit(plan, dossier_id)

    async def _find(self, plan: DossierPlan) -> Json | None:
        cast = self.road.cast
        asked = {"campaign_id": self.campaign_id, "organisation_id": cast.organisations[plan.holder_key], "limit": 100}
        found = await self.road.api.pages(cast.holders[plan.holder_key], f"{PROGRAMMING}/dossiers", **asked)
        return next((dossier for dossier in found if dossier["title"] == plan.title), None)

    async def review_some(self, plans: Sequence[DossierPlan]) -> None:
        """Every other review is given: there is something to read, and something left to do."""
        given = {
            (plan.title, request.funder_key): plan
            for rank, plan in enumerate(plans)
            for place, request in enumerate(plan.requests)
            if (rank + place) % 2 == 0
        }
        for funder_key in {funder_key for _, funder_key in given}:
            for waiting in await self.road.queue(funder_key, self.campaign_id):
                plan = given.get((waiting["title"], funder_key))
                if plan is not None:
                    await self.road.give_review(funder_key, waiting["id"], review(plan, _FUNDERS[funder_key]))


def _accounts(cast: Cast, centre: Library) -> list[tuple[str, str, str]]:
    shown: list[tuple[str, Account]] = [
        ("Porteur de projet", cast.holders[_SHOWN_HOLDER]),
        ("Partenaire invité à écrire", guest()),
        ("Équipe du contrat", cast.team),
        ("Instruction, État", cast.agents["etat"]),
        ("Instruction, CAF", cast.agents["caf"]),
        ("Signataire, État", cast.signatories["etat"]),
        ("Comptable, État", cast.payers["etat"]),
        ("Documentaliste", centre.documentalist),
        ("Organisation des rencontres", centre.documentalist),
        ("Direction du centre", centre.manager),
        ("Administration", cast.administrator),
    ]
    return [(who, account.email, account.password) for who, account in shown]
