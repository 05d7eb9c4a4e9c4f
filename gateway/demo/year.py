"""A whole year of the call for projects, lived by its people: each acts on their day, those of one day together."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from time import monotonic

from . import calendar
from .carcassonne import FUNDERS, DossierPlan, review
from .clock import MovedClock
from .daily import Daily
from .data.questions import ANSWERS, FORM
from .figures import Answers
from .http import PROGRAMMING, Json, everybody
from .people import Registry
from .reminders import Mornings
from .road import Call, Road
from .sessions import Sessions, adjourned_of
from .telling import Telling

Act = Callable[[], Awaitable[None]]

_FUNDERS = {funder.key: funder for funder in FUNDERS}
_SUBMITTED, _ADMITTED, _REVIEWED, _NOTIFIED = "Dossiers déposés", "Dossiers recevables", "Avis rendus", "Réponses notifiées"
_LETTERS_PATIENCE = 120.0

CALL = Call(
    code="CARC",
    year=calendar.YEAR,
    title=f"Appel à projets {calendar.YEAR} du contrat de ville de Carcassonne Agglo",
    opens_at=calendar.OPENED,
    closes_at=calendar.CLOSES,
)


@dataclass
class Year:
    """The plans say who asks what; what comes of it is read from the platform."""

    road: Road
    clock: MovedClock
    telling: Telling
    plans: Sequence[DossierPlan]
    registry: Registry
    mornings: Mornings
    contract_id: str = ""
    campaign_id: str = ""
    dossier_ids: dict[str, str] = field(default_factory=dict)
    scores: dict[tuple[str, str], float] = field(default_factory=dict)
    daily: Daily = field(init=False)
    sessions: Sessions = field(init=False)

    def __post_init__(self) -> None:
        adjourned = adjourned_of(self.plans, calendar.dates_of(self.plans))
        shared = (self.road, self.registry)
        self.daily = Daily(*shared, self.mornings, self.telling, self.plans, self.dossier_ids)
        self.sessions = Sessions(
            *shared, self.telling, self.plans, self.dossier_ids, self.scores, adjourned=adjourned, read_dossiers=self.read_dossiers
        )

    async def live(self) -> None:
        """From the preparation of the call to the last letter. What is refused on the way is counted, and the year goes on."""
        self.contract_id = await self.road.ensure_contract()
        self.campaign_id = (await self.road.ensure_campaign(self.contract_id, CALL))["id"]
        self.daily.campaign_id = self.sessions.campaign_id = self.campaign_id
        await self.road.ask_questions(self.campaign_id, FORM)
        self.road.answers = ANSWERS
        self.clock.go_to(calendar.OPENED)
        await self.road.campaign_act(self.campaign_id, "opening")
        self.telling.say("Ouverture de l’appel à projets, avec deux questions de la campagne", calendar.OPENED)
        requests = sum(len(plan.requests) for plan in self.plans)
        totals = {_SUBMITTED: len(self.plans), _ADMITTED: len(self.plans), _REVIEWED: requests, _NOTIFIED: requests}
        with self.telling.following(totals):
            for instant, acts in sorted(self._agenda().items()):
                self.clock.go_to(instant)
                await everybody(act() for act in acts)

    def _agenda(self) -> dict[datetime, list[Act]]:
        agenda: defaultdict[datetime, list[Act]] = defaultdict(list)
        due: defaultdict[tuple[datetime, str], set[str]] = defaultdict(set)
        calendar_of = calendar.dates_of(self.plans)
        for plan in self.plans:
            dates = calendar_of[plan.key]
            agenda[dates.submitted].append(partial(self._submit, plan, dates.submitted))
            agenda[dates.admitted].append(partial(self._admit, plan, dates.admitted))
            for funder_key, instant in dates.reviewed.items():
                due[instant, funder_key].add(plan.key)
            for funder_key, instant in dates.notified.items():
                if (plan.key, funder_key) == self.sessions.adjourned:
                    instant = max(instant, calendar.AFTER_SECOND_STEERING)
                elif funder_key in calendar.BULK_NOTIFIED:
                    continue
                agenda[instant].append(partial(self._notify, plan, funder_key, instant))
        for (instant, funder_key), keys in due.items():
            agenda[instant].append(partial(self._review, funder_key, keys, instant))
        for funder_key, instant in calendar.BULK_NOTIFIED.items():
            if any(request.funder_key == funder_key for plan in self.plans for request in plan.requests):
                agenda[instant].append(partial(self._notify_all, funder_key, instant))
        agenda[calendar.INSTRUCTION].append(self._start_instruction)
        agenda[calendar.COMPARED].append(self.daily.compare)
        self.daily.plan(agenda, calendar_of)
        self.sessions.plan(agenda)
        return agenda

    # ------------------------------------------------------------------------------------------------ holders and team

    async def _submit(self, plan: DossierPlan, day: datetime) -> None:
        dossier_id = self.daily.drafts.get(plan.key) or await self.road.open_dossier(plan, self.campaign_id)
        await self.road.write(plan, dossier_id)
        await self.road.attach(plan, dossier_id, await self.daily.attached(plan, dossier_id, day))
        await self.daily.finish(plan, dossier_id, day)
        await self.road.submit(plan, dossier_id)
        self.dossier_ids[plan.key] = dossier_id
        self.telling.advance(_SUBMITTED, 1, day)

    async def _admit(self, plan: DossierPlan, day: datetime) -> None:
        if plan.key in self.dossier_ids:
            await self.road.admit(self.dossier_ids[plan.key])
            self.telling.advance(_ADMITTED, 1, day)

    async def _start_instruction(self) -> None:
        await self.road.campaign_act(self.campaign_id, "instruction")
        self.telling.say("L’appel est clos, l’instruction commence", calendar.INSTRUCTION)

    async def _review(self, funder_key: str, keys: set[str], day: datetime) -> None:
        """The agent takes from the queue what is due that day."""
        plans = {self.dossier_ids[plan.key]: plan for plan in self.plans if plan.key in keys & self.dossier_ids.keys()}
        queue = await self.road.queue(funder_key, self.campaign_id)
        await everybody(
            self._give_review(funder_key, waiting, plans[waiting["dossier_id"]], day)
            for waiting in queue
            if waiting["dossier_id"] in plans
        )

    async def _give_review(self, funder_key: str, waiting: Json, plan: DossierPlan, day: datetime) -> None:
        given = await self.road.give_review(funder_key, waiting["id"], review(plan, _FUNDERS[funder_key]))
        self.scores[given["dossier_id"], given["funder_id"]] = given["weighted_score"]
        self.telling.advance(_REVIEWED, 1, day)

    # --------------------------------------------------------------------------------------------------------- letters

    async def _notify_all(self, funder_key: str, day: datetime) -> None:
        told = await self.sessions.notify_all(funder_key)
        name = _FUNDERS[funder_key].short_name
        self.telling.say(f"{name} : notifications groupées après un essai à blanc ({told})", day)
        self.telling.advance(_NOTIFIED, told, day)

    async def _notify(self, plan: DossierPlan, funder_key: str, day: datetime) -> None:
        if plan.key in self.dossier_ids:
            comment = review(plan, _FUNDERS[funder_key]).holder_comment
            await self.road.notify(funder_key, self.dossier_ids[plan.key], comment)
            self.telling.advance(_NOTIFIED, 1, day)

    # ------------------------------------------------------------------------------------------------------- reading

    async def read_dossiers(self) -> list[Json]:
        """Every dossier of the campaign but those taken back, whole, in the order of submission."""
        api, team = self.road.api, self.road.cast.team
        wanted = {"campaign_id": self.campaign_id, "sort": "submitted_at", "limit": 100}
        listed = await api.pages(team, f"{PROGRAMMING}/dossiers", **wanted)
        kept = [found for found in listed if found["status"] != "withdrawn"]
        return list(await asyncio.gather(*(api.get(team, f"{PROGRAMMING}/dossiers/{found['id']}") for found in kept)))

    async def read_answers(self) -> Answers:
        """What the year came to, as the platform tells it."""
        self.clock.go_to(calendar.READ_BACK)
        api, team, campaign = self.road.api, self.road.cast.team, f"{PROGRAMMING}/campaigns/{self.campaign_id}"
        return Answers(
            campaign=await api.get(team, campaign),
            dossiers=await self.read_dossiers(),
            funders=await api.pages(team, f"{campaign}/funders"),
            delays=(await api.get(None, f"{campaign}/delays"))["funders"],
        )

    async def count_letters(self) -> tuple[int, int]:
        """Letters written and letters due, once the worker has caught up or patience has run out."""
        until = monotonic() + _LETTERS_PATIENCE
        while True:
            ready, due = await self._letters()
            if ready == due or monotonic() > until:
                return ready, due
            await asyncio.sleep(1)

    async def _letters(self) -> tuple[int, int]:
        api, team = self.road.api, self.road.cast.team
        paths = [f"{PROGRAMMING}/dossiers/{dossier_id}/notifications" for dossier_id in self.dossier_ids.values()]
        notified = [sent for page in await asyncio.gather(*(api.pages(team, path) for path in paths)) for sent in page]
        return sum(sent["letter"] is not None for sent in notified), len(notified)
