"""What surrounds the dossiers of a campaign: written with others, asked to be completed, talked about, taken back. On a few of them."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from . import calendar
from .carcassonne import HOLDERS, DossierPlan
from .clock import PARIS
from .data.questions import AMENDED_FORM, NOTICE_TEXT, NOTICE_TITLE
from .dossier_road import DossierRoad
from .http import PROGRAMMING, Account, Json
from .people import PASSWORD, Registry
from .reminders import CHANGES, DIGESTS, Mornings
from .road import Road
from .telling import Telling

Acts = defaultdict[datetime, list[Callable[[], Awaitable[None]]]]

_KINDS = {holder.key: holder.kind for holder in HOLDERS}
_EXERCISE = calendar.YEAR - 1
_FIELDS = [
    {"pointer": "/content/indicators", "comment": "Chiffrez au moins deux indicateurs : ils serviront au bilan."},
    {"pointer": "/content/calendar", "comment": "Les dates des vacances de printemps sont-elles prises en compte ?"},
]
_EXPLAINED = {"/content/calendar": "Oui : les séances s’arrêtent pendant les deux semaines de vacances."}
_INDICATORS = " Cibles : 80 % de présence à chaque séance, 10 familles nouvelles dans l’année."
_GUEST_WROTE = " Le partenaire assure un relais chaque mercredi avec les équipes du quartier."
_REASON = "Dossier déposé deux fois : le premier dépôt fait foi."
_EXTENSION = "Panne des services en ligne d’un financeur pendant deux jours : chacun garde le temps annoncé."


def guest() -> Account:
    """Works for a partner of the holder, and for no organisation of the platform."""
    return Account("Corentin Sarrasin", "corentin.sarrasin@partenaire.example.org", PASSWORD)


@dataclass
class Daily:
    """`dossier_ids` is the year's own: dossiers by the key of their plan, once submitted."""

    road: Road
    registry: Registry
    mornings: Mornings
    telling: Telling
    plans: Sequence[DossierPlan]
    dossier_ids: dict[str, str]
    campaign_id: str = ""
    drafts: dict[str, str] = field(default_factory=dict)
    withdrawn: list[str] = field(default_factory=list)
    guest: Account = field(default_factory=guest)
    deep: DossierRoad = field(init=False)
    _asked: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        self.deep = DossierRoad(self.road)

    def _pick(self, rank: int) -> DossierPlan:
        return self.plans[min(rank, len(self.plans) - 1)]

    @property
    def completed(self) -> list[DossierPlan]:
        """The dossiers that are asked to be completed: one by the team, one by a funder."""
        return list(dict.fromkeys([self._pick(0), self._pick(1)]))

    @property
    def together(self) -> DossierPlan:
        return self._pick(2)

    @property
    def reusing(self) -> DossierPlan:
        return self._pick(3)

    def plan(self, agenda: Acts, dates: Mapping[str, calendar.Dates]) -> None:
        """Write down who does what and when."""
        agenda[calendar.BEGUN].append(self._begin)
        agenda[calendar.JOINED].append(self._join)
        agenda[calendar.NOTICE].append(self._publish_notice)
        agenda[calendar.FILES_KEPT].append(self._keep_files)
        agenda[calendar.WITHDRAWN_SUBMITTED].append(self._submit_twice)
        agenda[calendar.WITHDRAWN].append(self._withdraw)
        agenda[calendar.EXTENDED].append(self._extend)
        agenda[calendar.DIGESTS_CHOSEN].append(self._choose_digests)
        agenda[calendar.DIGESTS].append(self._digest)
        team = self.road.cast.organisations["agglo"]
        first, second = self._pick(0), self._pick(1)
        self._plan_changes(agenda, first, self.road.cast.team, team, calendar.changes_from(dates[first.key].submitted.date()))
        funder_key = next((r.funder_key for r in second.requests if r.funder_key != "agglo"), second.requests[0].funder_key)
        who, funder = self.road.cast.agents[funder_key], self.road.cast.organisations[funder_key]
        admitted = calendar.changes_from(dates[second.key].admitted.date())
        self._plan_changes(agenda, second, who, funder, admitted)
        agenda[admitted.reminded].append(partial(self._remind, admitted.reminded))

    def _plan_changes(
        self, agenda: Acts, plan: DossierPlan, who: Account, organisation_id: str, dates: calendar.ChangesDates
    ) -> None:
        agenda[dates.asked].append(partial(self._ask_changes, plan, who, organisation_id, dates))
        agenda[dates.answered].append(partial(self._answer_changes, plan, dates))

    # --------------------------------------------------------------------------------------------------- written together

    async def _begin(self) -> None:
        """A draft, and somebody invited to write it."""
        plan = self.together
        self.drafts[plan.key] = await self.road.open_dossier(plan, self.campaign_id)
        await self.road.begin(plan, self.drafts[plan.key])
        await self.deep.invite(plan, self.drafts[plan.key], self.guest)

    async def _join(self) -> None:
        await self.registry.enter(self.guest)
        await self.deep.accept(self.guest, self.registry.mailbox)
        self.telling.say(f"{self.guest.full_name}, d’un partenaire, rejoint la rédaction d’un dossier", calendar.JOINED)

    async def attached(self, plan: DossierPlan, dossier_id: str, day: datetime) -> list[str]:
        """Kinds of documents that come from the holder's permanent file, for who keeps one."""
        if plan.holder_key != self.reusing.holder_key:
            return []
        reused = await self.deep.reuse_files(plan, dossier_id)
        if plan.key == self.reusing.key:
            self.telling.say(f"Un dossier est déposé avec {len(reused)} pièces reprises du dossier permanent", day)
        return reused

    async def finish(self, plan: DossierPlan, dossier_id: str, day: datetime) -> None:
        """The guest's last lines, then the legal representative signs off what will be submitted."""
        if plan.key != self.together.key or dossier_id != self.drafts.get(plan.key):
            return
        await self.deep.write_as_guest(self.guest, dossier_id, {"means": plan.means_text + _GUEST_WROTE})
        signed = await self.deep.sign_off(plan, dossier_id, self.guest, "Les moyens ont été relus avec le partenaire.")
        if signed["valid"]:
            self.telling.say("Un dossier écrit à plusieurs est visé par le représentant légal avant son dépôt", day)

    # -------------------------------------------------------------------------------------------- the call, as it goes along

    async def _publish_notice(self) -> None:
        day = calendar.NOTICE.date().isoformat()
        said = {"title": NOTICE_TITLE, "text": NOTICE_TEXT, "effective_on": day, "amendment": {"form": AMENDED_FORM}}
        notice_id = await self.deep.publish_notice(self.campaign_id, said)
        if self.together.key in self.drafts:
            await self.deep.read_notice(self.together, self.drafts[self.together.key], notice_id)
        reach = await self.deep.reach(self.campaign_id, notice_id)
        said_so = f"Avis n° 1 : une question s’ajoute ; brouillons prévenus : {reach['told']}, accusés de lecture : {reach['acknowledged']}"
        self.telling.say(said_so, calendar.NOTICE)

    async def _extend(self) -> None:
        await self.deep.extend(self.campaign_id, calendar.CLOSES_LATER, _EXTENSION)
        closes = datetime.fromisoformat(
            (await self.road.api.get(None, f"{PROGRAMMING}/campaigns/{self.campaign_id}"))["closes_at"]
        ).astimezone(PARIS)
        self.telling.say(f"Date limite reportée au {closes:%d/%m/%Y à %H:%M}", calendar.EXTENDED)

    async def _keep_files(self) -> None:
        kept = await self.deep.keep_files(self.reusing, _EXERCISE, _KINDS[self.reusing.holder_key])
        self.telling.say(f"Un porteur constitue son dossier permanent : {kept} pièces, données une fois", calendar.FILES_KEPT)

    async def _submit_twice(self) -> None:
        plan = replace(self._pick(0), key="deposited-twice")
        dossier_id = await self.road.open_dossier(plan, self.campaign_id)
        await self.road.write(plan, dossier_id)
        await self.road.attach(plan, dossier_id, await self.attached(plan, dossier_id, calendar.WITHDRAWN_SUBMITTED))
        await self.road.submit(plan, dossier_id)
        self.drafts[plan.key] = dossier_id

    async def _withdraw(self) -> None:
        plan = replace(self._pick(0), key="deposited-twice")
        left = await self.deep.withdraw(plan, self.drafts[plan.key], _REASON)
        if left["status"] == "withdrawn":
            self.withdrawn.append(left["id"])
            self.telling.say(f"Dossier {left['reference']} retiré par son porteur : déposé deux fois", calendar.WITHDRAWN)

    # --------------------------------------------------------------------------------------------------- changes requested

    async def _ask_changes(self, plan: DossierPlan, who: Account, organisation_id: str, dates: calendar.ChangesDates) -> None:
        dossier_id = self.dossier_ids[plan.key]
        self._asked[plan.key].append(await self.deep.ask_changes(who, organisation_id, dossier_id, _FIELDS, dates.due_on))
        holder, team = self.road.holder_of(plan), self.road.cast.organisations["agglo"]
        if who is not self.road.cast.team:
            private = "Pièces complètes de notre côté ; nous attendons les indicateurs chiffrés avant de nous prononcer."
            await self.deep.write(who, dossier_id, team, private, among_instructors=True)
            return
        thread = await self.deep.write(holder, dossier_id, team, "Bonjour, deux indicateurs suffisent-ils ?")
        await self.deep.reply(who, thread, "Bonjour, oui : la présence, et le nombre de familles nouvelles.")
        await self.deep.reply(holder, thread, "Merci, nous complétons demain.")
        messages = (await self.road.api.get(who, f"{PROGRAMMING}/conversations/{thread}"))["messages_count"]
        self.telling.say(f"Compléments demandés sur un dossier, délai suspendu ; {messages} messages avec le porteur", dates.asked)

    async def _answer_changes(self, plan: DossierPlan, dates: calendar.ChangesDates) -> None:
        dossier_id = self.dossier_ids[plan.key]
        content = {"indicators": plan.indicators_text + _INDICATORS * len(self._asked[plan.key])}
        await self.deep.answer_changes(plan, dossier_id, self._asked[plan.key][-1], content, _EXPLAINED)
        dossier = await self.road.read(plan, dossier_id)
        days = dossier["suspended_days"]
        said = f"Compléments apportés : dossier {dossier['reference']} déposé à nouveau, délai suspendu {days} jour(s)"
        self.telling.say(said, dates.answered)

    async def _remind(self, day: datetime) -> None:
        before = self.mornings.count()
        await self.mornings.come(CHANGES)
        self.telling.say(f"Rappels de compléments attendus partis par courriel : {self.mornings.count() - before}", day)

    async def _choose_digests(self) -> None:
        """The team, and a funder's agent, ask for one mail a day of all they have to do."""
        for who in (self.road.cast.team, self.road.cast.agents["etat"]):
            await self.deep.choose_digest(who)

    async def _digest(self) -> None:
        before = self.mornings.count()
        await self.mornings.come(DIGESTS)
        due = await self.deep.due_count(self.road.cast.team)
        said = f"Rappels du jour partis par courriel : {self.mornings.count() - before} ; l’équipe a {due} choses à faire"
        self.telling.say(said, calendar.DIGESTS)

    # ------------------------------------------------------------------------------------------------------------- reading

    async def compare(self) -> None:
        """What a completed dossier says now, against what it said first."""
        for plan in self.completed:
            found = await self.deep.comparison(self.dossier_ids[plan.key], 1, 2)
            labels = ", ".join(difference["label"] for difference in found["differences"])
            self.telling.say(f"Entre les deux dépôts d’un dossier : {labels}", calendar.COMPARED)

    async def read_change_requests(self) -> list[Json]:
        return [each for plan in self.completed for each in await self.deep.change_requests(self.dossier_ids[plan.key])]

    async def read_collaborators(self) -> list[Json]:
        return await self.deep.collaborators(self.together, self.dossier_ids[self.together.key])
