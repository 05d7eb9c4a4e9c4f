"""`canevas demo`: a whole campaign and the two years after it, on a platform started for it and put away after it."""

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic

from rich.console import Console

from . import calendar, later
from .carcassonne import CONTRACT, FRAMEWORK, FUNDERS, HOLDERS, dossiers
from .catalogue import Holdings, Library, network_of
from .catalogue_report import show_catalogue
from .clock import MovedClock
from .daily_figures import DailyAnswers, daily_faults, daily_summary
from .figures import Answers, faults, summary
from .http import Api, Json, Refused
from .mailbox import Mailbox, NoMail
from .money_figures import MoneyAnswers, money_faults, money_summary
from .money_report import show_money
from .people import CannotMakeAdministrator, Cast, Registry
from .reminders import Mornings, NoReminder
from .report import console, show
from .road import Road
from .scratch import PlatformSilent, Scratch, running, scratch_folder, stopped_by_signals
from .season import SeasonAnswers
from .season_play import Season
from .season_report import show_season
from .sequel import Sequel
from .telling import Telling
from .year import Year

_NAMES = {objective.code: objective.title for objective in FRAMEWORK.objectives} | {q.code: q.name for q in CONTRACT.qpvs}
_SHOWN_ERRORS = 20
_INTERRUPTED = 130


def main(args: Sequence[str]) -> int:
    """Play, show, and say in one JSON line how it went; 0 when everything went as it should."""
    parser = argparse.ArgumentParser(
        prog="canevas demo",
        description="Joue une campagne entière de novembre à avril (brouillons à plusieurs, compléments, comités, lettres), puis "
        "conventions, paiements, renouvellement, bilans et conventions pluriannuelles jusqu’en décembre de l’année d’après, le "
        "catalogue d’un centre de ressources et un cycle de qualification, de l’ouverture des inscriptions aux attestations, par "
        "l’API HTTP seule, sur une plateforme lancée pour l’occasion puis effacée.",
    )
    parser.add_argument("--dossiers", type=_count, default=100, metavar="N", help="nombre de dossiers déposés (100)")
    count: int = parser.parse_args(args).dossiers
    screen = console()
    try:
        with stopped_by_signals():
            return _play(screen, count)
    except KeyboardInterrupt:
        screen.print("Interrompu : la plateforme est arrêtée, rien n’est gardé.")
        return _INTERRUPTED
    except (PlatformSilent, CannotMakeAdministrator, NoMail, NoReminder, Refused) as error:
        print(f"La démonstration s’est arrêtée : {error}", file=sys.stderr)
        return 1


def _count(text: str) -> int:
    count = int(text)
    if count < 1:
        raise argparse.ArgumentTypeError("au moins un dossier")
    return count


def _play(screen: Console, count: int) -> int:
    telling, started = Telling(screen), monotonic()
    with scratch_folder() as scratch:
        clock = MovedClock(scratch.clock_file, calendar.PREPARED)
        telling.say("Démarrage d’une plateforme d’essai…")
        with running(scratch):
            lived = asyncio.run(_live(scratch, clock, telling, count))
    show(screen, lived.answers, _NAMES)
    show_money(screen, lived.money)
    show_catalogue(screen, lived.holdings, lived.drafts)
    show_season(screen, lived.season)
    said = summary(lived.answers, len(lived.errors))
    wrong = lived.missing + faults(lived.answers, said, count) + money_faults(lived.money) + lived.holdings.faults()
    wrong += lived.season.faults() + daily_faults(lived.daily)
    for line in (*wrong, *lived.errors[:_SHOWN_ERRORS]):
        print(line, file=sys.stderr)
    screen.print(f"\nCampagne jouée en {monotonic() - started:.0f} secondes.", style="dim")
    played = {**daily_summary(lived.daily), **money_summary(lived.money), **lived.holdings.summary(), **lived.season.summary()}
    print(json.dumps({**said, **played}), flush=True)
    return 1 if wrong else 0


@dataclass(frozen=True)
class _Lived:
    """What was read back after the votes and at the very end, what was refused, and what is missing."""

    answers: Answers
    money: MoneyAnswers
    daily: DailyAnswers
    holdings: Holdings
    drafts: list[Json]
    season: SeasonAnswers
    errors: list[str]
    missing: list[str]


async def _live(scratch: Scratch, clock: MovedClock, telling: Telling, count: int) -> _Lived:
    plans = dossiers(count)
    async with Api(scratch.base_url, clock) as api:
        registry = await _gather_people(api, scratch, telling, {plan.holder_key for plan in plans})
        cast, mornings = registry.cast, Mornings(scratch.data_dir, scratch.environment, registry.mailbox)
        year = Year(Road(api, cast), clock, telling, plans, registry, mornings)
        await year.live()
        ready, due = await year.count_letters()
        telling.say(f"{ready} lettres (PDF) écrites et envoyées par courriel", calendar.READ_BACK)
        missing = [f"{due - ready} lettres ne sont pas écrites"] if ready < due else []
        answers = await year.read_answers()
        centre = await _open_centre(api, registry, telling, year.contract_id)
        sequel = Sequel(year, clock, telling)
        await sequel.live()
        money = await sequel.read_answers()
        closed = sum(dossier["status"] == "closed" for dossier in money.dossiers)
        drafts = await centre.drafts_of_dossiers(closed)
        telling.say(f"{len(drafts)} dossiers clos sont des brouillons de fiches expériences, à relire", later.ALL_READ)
        if len(drafts) < closed:
            missing.append(f"{closed - len(drafts)} dossiers clos ne sont pas des brouillons du catalogue")
        holdings = await centre.read(cast.team)
        season = await Season(centre, clock, telling).live()
        telling.say(f"{api.requests} requêtes HTTP en tout")
        daily = await sequel.read_daily()
        return _Lived(answers, money, daily, holdings, drafts, season, api.errors, missing)


async def _open_centre(api: Api, registry: Registry, telling: Telling, contract_id: str) -> Library:
    """The resource centre: its holdings are imported, the funders are its network, and it follows the contract."""
    centre = Library(api, registry)
    opened = await centre.load(network_of(registry.cast), registry.cast.team)
    await centre.follow(contract_id, CONTRACT.name)
    telling.say(f"Le centre de ressources publie {opened.documents} documents et suit le contrat", calendar.READ_BACK)
    return centre


async def _gather_people(api: Api, scratch: Scratch, telling: Telling, holder_keys: set[str]) -> Registry:
    holders = [holder for holder in HOLDERS if holder.key in holder_keys]
    registry = Registry(api, Mailbox(scratch.data_dir / "mail"), Cast(), is_empty=True)
    await registry.settle(scratch.data_dir, scratch.environment, holders)
    telling.say(f"{len(FUNDERS)} financeurs et {len(holders)} porteurs inscrits, adresses confirmées", calendar.PREPARED)
    return registry
