"""The season, day by day: a network opens its agenda, plays a cycle from the opening rush to the certificates."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from .catalogue import Library
from .clock import MovedClock
from .data.season import SITTINGS
from .http import Account
from .people import Cast
from .season import SeasonAnswers, Sitting, at
from .season_road import SeasonRoad
from .telling import Telling

OPENED = at(date(2029, 1, 2), 9)
NEEDS_SAID = at(date(2029, 1, 3), 10)
ANNOUNCED = at(date(2029, 1, 4), 10)
RUSH = at(date(2029, 1, 8), 10)
CANCELLED = at(date(2029, 1, 10), 10)
VISIO_ADDED = at(date(2029, 1, 11), 10)
SWITCHED = at(date(2029, 1, 12), 10)
CERTIFIED = at(date(2029, 4, 3), 10)
ANSWERED = at(date(2029, 4, 4), 18)
_CANCELLING, _ANSWERING = 4, 12


def who_registers(cast: Cast) -> list[tuple[Account, str]]:
    """Every account of the cast, once, with the kind of public it is."""
    told: list[tuple[Iterable[Account], str]] = [
        (cast.holders.values(), "association"),
        (cast.agents.values(), "local_authority"),
        (cast.signatories.values(), "local_authority"),
        (cast.payers.values(), "local_authority"),
    ]
    state = {each["etat"].email for each in (cast.agents, cast.signatories, cast.payers) if "etat" in each}
    found: dict[str, tuple[Account, str]] = {}
    for accounts, audience in told:
        for who in accounts:
            found.setdefault(who.email, (who, "state" if who.email in state else audience))
    return list(found.values())


@dataclass
class Season:
    """Goes on from a resource centre that is open."""

    centre: Library
    clock: MovedClock
    telling: Telling
    road: SeasonRoad = field(init=False)

    def __post_init__(self) -> None:
        registry = self.centre.registry
        people = who_registers(registry.cast)
        self.road = SeasonRoad(self.centre.api, registry.mailbox, self.centre.manager, self.centre.documentalist, people)

    async def live(self) -> SeasonAnswers:
        """From the network's opening to what its year comes to."""
        road = self.road
        await self._prepare()
        self.clock.go_to(RUSH)
        await road.act("opening")
        rush = await road.rush()
        self.telling.say(f"{rush.asked} demandes d’inscription à l’ouverture, en {rush.seconds:.1f} s", RUSH)
        offered, accepted = await self._change_minds()
        early_refused, sittings, walk_ins = await self._sit()
        self.clock.go_to(CERTIFIED)
        await road.act("holding")
        certificates, verified = await road.certify()
        self.telling.say(f"{len(certificates)} attestations écrites et envoyées", CERTIFIED)
        self.clock.go_to(ANSWERED)
        answers, survey = await road.survey(_ANSWERING)
        figures, progress = await road.figures()
        return SeasonAnswers(
            rush=rush,
            registrations=await road.registrations(),
            pools=await road.pools(),
            certificates=certificates,
            offered=offered,
            accepted=accepted,
            walk_ins=walk_ins,
            sittings=sittings,
            early_refused=early_refused,
            verified=verified,
            survey_answers=answers,
            survey=survey,
            figures=figures,
            progress=progress,
        )

    async def _prepare(self) -> None:
        cast, road = self.centre.registry.cast, self.road
        self.clock.go_to(OPENED)
        await road.open_network(cast.administrator, self.centre.organisation_id, self.centre.centre_id)
        self.clock.go_to(NEEDS_SAID)
        needs = await road.say_needs([cast.holders[key] for key in sorted(cast.holders)])
        self.clock.go_to(ANNOUNCED)
        await road.turn_into_event(needs)
        await road.act("announcement")
        self.telling.say(f"{len(needs)} besoins de formation deviennent un cycle de {len(SITTINGS)} séances", ANNOUNCED)

    async def _change_minds(self) -> tuple[int, int]:
        """Seats go round: some are given back, more are opened by visio, somebody comes by visio instead."""
        offered = accepted = 0
        for day, act in ((CANCELLED, self._cancel), (VISIO_ADDED, self.road.add_visio), (SWITCHED, self.road.switch_to_visio)):
            self.clock.go_to(day)
            await act()
            more = await self.road.accept_offers()
            offered, accepted = offered + more[0], accepted + more[1]
        self.telling.say(f"{accepted} places libérées acceptées par la liste d’attente", SWITCHED)
        return offered, accepted

    async def _cancel(self) -> None:
        await self.road.cancel(_CANCELLING)

    async def _sit(self) -> tuple[bool, list[Sitting], int]:
        """Whether a link was refused the day before, the sessions, and how many came without being registered."""
        links = await self.road.visio_links()
        self.clock.go_to(at(SITTINGS[0].on, 6))
        early_refused = not links or not await self.road.enters(links[0])
        sittings, walk_ins = [], 0
        for number, sitting in enumerate(SITTINGS):
            self.clock.go_to(at(sitting.on, 8, 55))
            sittings.append(await self.road.sit(number, links))
            if number == 0:
                walk_ins = await self.road.walk_in()
            self.clock.go_to(at(sitting.on, 16, 45))
            await self.road.validate(number)
            self.telling.say(
                f"{sitting.title} : {sittings[-1].arrived} arrivées, {sittings[-1].entered_visio} en visio", at(sitting.on, 17)
            )
        return early_refused, sittings, walk_ins
