"""The year after the votes, lived by its people: agreements, payments, bilans, until the last dossier is closed."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial

from . import later
from .carcassonne import HOLDERS, DossierPlan
from .data.habits import HABITS, Habit, advance, in_parts, schedule
from .data.words import decimal_euros
from .http import Json, everybody
from .money_road import MoneyRoad
from .telling import Telling

Act = Callable[[], Awaitable[object]]
Agenda = defaultdict[datetime, list[Act]]

COMMITTED, PAID = "Subventions engagées", "Avances payées"
SUBMITTED, ACCEPTED, SETTLED = "Bilans déposés", "Bilans acceptés", "Comptes soldés"

_SIRETS = {holder.key: holder.siret for holder in HOLDERS}
_AGREEMENTS_END = date(2028, 12, 31)
#: The advance stays paid when one action is reduced.
_REDUCED_BP, _WHOLE_BP, _ROUND_CENTS = 9_000, 10_000, 100_00
_REDUCTION = "L’un des ateliers n’ouvrira pas : l’action et la subvention sont réduites d’autant."
_ILLEGIBLE = "Le relevé joint à la demande est illisible : renvoyez-la avec une copie nette."
_ORDERED_BEFORE = timedelta(days=6)


@dataclass(frozen=True)
class Grant:
    """An award with who it concerns, by the keys of the data; amounts are the day's it was read."""

    award: Json
    funder_key: str
    plan: DossierPlan

    @property
    def id(self) -> str:
        return str(self.award["id"])

    @property
    def habit(self) -> Habit:
        return HABITS[self.funder_key]

    @property
    def advance_cents(self) -> int:
        return advance(self.habit, self.award["granted_cents"])

    @property
    def committed_at(self) -> datetime:
        return later.committed_at(self.funder_key, agreement_required=self.award["agreement_required"])

    @property
    def paid_at(self) -> list[datetime]:
        return later.paid_at(self.funder_key, datetime.fromisoformat(self.award["notified_at"]), self.committed_at)

    def paper(self, kind: str, number: int) -> str:
        """A number of order, payment or repayment: one of its kind per funder."""
        return f"{kind}-{self.award['reference']}-{number}"


@dataclass
class Aftermath:
    """What comes of each grant is read from the platform; the data say how each funder pays and what each holder spends."""

    road: MoneyRoad
    telling: Telling
    grants: Sequence[Grant]
    dossier_ids: dict[str, str]
    #: The reports of the payment files, each sent twice in a row.
    imports: list[tuple[Json, Json]] = field(default_factory=list)
    agreements: list[tuple[str, Json]] = field(default_factory=list)
    amendments: int = 0
    _accounts: dict[str, str] = field(default_factory=dict)
    _granted: dict[str, int] = field(default_factory=dict)
    _requests: dict[str, str] = field(default_factory=dict)
    _orders: dict[str, str] = field(default_factory=dict)
    _reviews: dict[str, str] = field(default_factory=dict)
    _decided: dict[str, Json] = field(default_factory=dict)
    _amended: tuple[str, str, str, str] | None = None

    def plan(self, agenda: Agenda) -> dict[str, int]:
        """Write down who does what and when; how many acts of each kind are to be told."""
        first_funder: dict[str, str] = {}
        for grant in self.grants:
            self._granted[grant.id] = grant.award["granted_cents"]
            first_funder.setdefault(grant.plan.holder_key, grant.funder_key)
            agenda[grant.committed_at].append(partial(self._commit, grant, grant.committed_at))
        agenda[later.ACCOUNTS_PROPOSED] += [partial(self._propose, key) for key in first_funder]
        agenda[later.ACCOUNTS_CONFIRMED] += [partial(self._confirm, *pair) for pair in first_funder.items()]
        agenda[later.AGREEMENTS_DRAFTED].append(self._draft_agreements)
        agenda[later.AGREEMENTS_SIGNED_BY_HOLDERS].append(partial(self._sign_agreements, by_holder=True))
        agenda[later.AGREEMENTS_IN_FORCE].append(partial(self._sign_agreements, by_holder=False))
        agenda[later.AMENDMENT_DRAFTED].append(self._draft_amendment)
        agenda[later.AMENDMENT_SIGNED].append(self._sign_amendment)
        payments = self._plan_payments(agenda)
        bilans = self._plan_bilans(agenda)
        count = len(self.grants)
        return {COMMITTED: count, PAID: payments, SUBMITTED: bilans, ACCEPTED: count, SETTLED: count}

    # --------------------------------------------------------------------------------------- bank accounts and agreements

    async def _propose(self, holder_key: str) -> None:
        self._accounts[holder_key] = await self.road.propose_account(holder_key)

    async def _confirm(self, holder_key: str, funder_key: str) -> None:
        if holder_key in self._accounts:
            await self.road.confirm_account(funder_key, self._accounts[holder_key])

    async def _draft_agreements(self) -> None:
        year = later.ACCOUNTS_PROPOSED.year
        for funder_key in HABITS:
            self.agreements += [(funder_key, each) for each in await self.road.agreements_due(funder_key, year)]
        await everybody(self.road.draft_agreement(funder, each["id"], _AGREEMENTS_END) for funder, each in self.agreements)

    async def _sign_agreements(self, *, by_holder: bool) -> None:
        day = later.AGREEMENTS_SIGNED_BY_HOLDERS if by_holder else later.AGREEMENTS_IN_FORCE
        await everybody(
            self.road.sign(self._key(each["holder_id"]) if by_holder else funder_key, each["id"], day.date())
            for funder_key, each in self.agreements
        )
        if not by_holder and self.agreements:
            self.telling.say(f"{len(self.agreements)} conventions signées (plus de 23 000 € d’un même financeur)", day)

    def _key(self, organisation_id: str) -> str:
        return next(key for key, known in self.road.cast.organisations.items() if known == organisation_id)

    async def _draft_amendment(self) -> None:
        """The first agreement of a funder that keeps a balance: one of its actions is reduced."""
        for funder_key, agreement in self.agreements:
            own = [grant for grant in self.grants if self._is_under(grant, funder_key, agreement)]
            if own and HABITS[funder_key].shares_bp:
                cents = own[0].award["granted_cents"] * _REDUCED_BP // _WHOLE_BP // _ROUND_CENTS * _ROUND_CENTS
                amendment = await self.road.draft_amendment(funder_key, agreement["id"], _REDUCTION, {own[0].id: cents})
                self._amended = (funder_key, self._key(agreement["holder_id"]), agreement["id"], amendment)
                return

    def _is_under(self, grant: Grant, funder_key: str, agreement: Json) -> bool:
        return grant.funder_key == funder_key and bool(grant.award["holder_id"] == agreement["holder_id"])

    async def _sign_amendment(self) -> None:
        if self._amended is None:
            return
        funder_key, holder_key, agreement_id, amendment_id = self._amended
        for key in (holder_key, funder_key):
            await self.road.sign(key, agreement_id, later.AMENDMENT_SIGNED.date(), amendment_id)
        signed = await self.road.agreement(funder_key, agreement_id)
        self._granted.update({award["id"]: award["granted_cents"] for award in signed["awards"]})
        self.amendments += 1
        self.telling.say("Un avenant réduit une action et sa subvention", later.AMENDMENT_SIGNED)

    # ---------------------------------------------------------------------------------------------------------- payments

    async def _commit(self, grant: Grant, day: datetime) -> None:
        await self.road.commit(grant.funder_key, grant.id)
        if instalments := schedule(grant.habit):
            await self.road.schedule(grant.funder_key, grant.id, instalments)
        self.telling.advance(COMMITTED, 1, day)

    def _plan_payments(self, agenda: Agenda) -> int:
        files: defaultdict[tuple[str, datetime], list[Grant]] = defaultdict(list)
        asking = [grant for grant in self.grants if grant.habit.on_request]
        for rank, grant in enumerate(asking):
            self._plan_request(agenda, grant, refused=rank == 0)
        count = 0
        for grant in self.grants:
            days = grant.paid_at
            count += len(days)
            if grant.habit.by_file:
                files[grant.funder_key, days[0]].append(grant)
                continue
            for number, (day, cents) in enumerate(zip(days, in_parts(grant.advance_cents, len(days)), strict=True), start=1):
                agenda[day].append(partial(self._pay_advance, grant, number, cents, day))
        for (funder_key, day), paid in files.items():
            agenda[day].append(partial(self._send_file, funder_key, paid, day))
        return count

    def _plan_request(self, agenda: Agenda, grant: Grant, *, refused: bool) -> None:
        days = later.asked_at(grant.paid_at[0])
        agenda[days.asked].append(partial(self._ask, grant))
        if refused:
            agenda[days.refused].append(partial(self._refuse, grant))
            agenda[days.asked_again].append(partial(self._ask, grant))

    async def _ask(self, grant: Grant) -> None:
        self._requests[grant.id] = (await self.road.ask(grant.plan.holder_key, grant.id, 1))["id"]

    async def _refuse(self, grant: Grant) -> None:
        await self.road.refuse(grant.funder_key, self._requests.pop(grant.id), _ILLEGIBLE)

    async def _pay_advance(self, grant: Grant, number: int, cents: int, day: datetime) -> None:
        if grant.habit.by_order and grant.id not in self._orders:
            self._orders[grant.id] = await self._order(grant, 1, grant.advance_cents, day, self._requests.pop(grant.id, None))
        reference, order_id = grant.paper("VIR", number), self._orders.get(grant.id)
        await self.road.pay(grant.funder_key, grant.id, reference, day.date(), cents, order_id)
        self.telling.advance(PAID, 1, day)

    async def _order(self, grant: Grant, number: int, cents: int, day: datetime, request_id: str | None = None) -> str:
        ordered_on = (day - _ORDERED_BEFORE).date()
        return await self.road.order(grant.funder_key, grant.id, grant.paper("M", number), ordered_on, cents, request_id)

    async def _send_file(self, funder_key: str, paid: Sequence[Grant], day: datetime) -> None:
        """Sent by mistake a second time, it doubles nothing."""
        lines = [
            {
                "Référence dossier": grant.award["reference"],
                "SIRET": _SIRETS[grant.plan.holder_key],
                "Date": day.strftime("%d/%m/%Y"),
                "Montant": decimal_euros(grant.advance_cents),
                "Référence paiement": grant.paper("VIR", 1),
            }
            for grant in paid
        ]
        name = f"paiements-{day:%Y-%m-%d}.csv"
        first = await self.road.send_file(funder_key, name, lines)
        self.imports.append((first, await self.road.send_file(funder_key, name, lines)))
        self.telling.advance(PAID, len(paid), day)

    # ------------------------------------------------------------------------------------------------------------ bilans

    def _plan_bilans(self, agenda: Agenda) -> int:
        own: defaultdict[str, list[Grant]] = defaultdict(list)
        for grant in self.grants:
            own[grant.plan.key].append(grant)
        dates = later.bilans_of([(key, [grant.funder_key for grant in own[key]]) for key in sorted(own)])
        for key, found in dates.items():
            agenda[found.submitted].append(partial(self._submit, own[key], found.submitted))
            for grant in own[key]:
                accepted, settled = found.accepted[grant.funder_key], found.settled[grant.funder_key]
                agenda[accepted].append(partial(self._accept, grant, accepted))
                agenda[settled].append(partial(self._settle, grant, settled))
        return len(dates)

    async def _submit(self, own: Sequence[Grant], day: datetime) -> None:
        plan = own[0].plan
        granted = {grant.award["funder_id"]: self._granted[grant.id] for grant in own}
        bilan = await self.road.submit_bilan(plan, self.dossier_ids[plan.key], granted)
        self._reviews.update({review["award_id"]: review["id"] for review in bilan["reviews"]})
        self.telling.advance(SUBMITTED, 1, day)

    async def _accept(self, grant: Grant, day: datetime) -> None:
        if grant.id in self._reviews:
            self._decided[grant.id] = await self.road.accept_bilan(grant.funder_key, self._reviews[grant.id])
            self.telling.advance(ACCEPTED, 1, day)

    async def _settle(self, grant: Grant, day: datetime) -> None:
        """The balance leaves the funder, or what was not spent comes back to it."""
        decided = self._decided.get(grant.id)
        if decided is None:
            return
        if decided["to_repay_cents"]:
            await self.road.repay(grant.funder_key, grant.id, grant.paper("REV", 1), day.date(), decided["to_repay_cents"])
        elif cents := decided["left_to_pay_cents"]:
            order_id = await self._order(grant, 2, cents, day) if grant.habit.by_order else None
            await self.road.pay(grant.funder_key, grant.id, grant.paper("VIR", 9), day.date(), cents, order_id)
        self.telling.advance(SETTLED, 1, day)
