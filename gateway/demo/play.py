"""`canevas demo`: a whole campaign and the two years after it, on a platform started for it and put away after it."""

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from time import monotonic

from rich.console import Console

from . import calendar, later
from .carcassonne import CONTRACT, FRAMEWORK, FUNDERS, HOLDERS, dossiers
from .clock import MovedClock
from .figures import Answers, faults, summary
from .http import Api, Refused
from .mailbox import Mailbox, NoMail
from .money_figures import MoneyAnswers, money_faults, money_summary
from .money_report import show_money
from .people import CannotMakeAdministrator, Cast, Registry
from .report import console, show
from .road import Road
from .scratch import PlatformSilent, Scratch, running, scratch_folder, stopped_by_signals
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
        description="Joue une campagne entière de novembre à avril, puis conventions, paiements, bilans et conventions "
        "pluriannuelles jusqu’en décembre de l’année d’après, par l’API HTTP seule, sur une plateforme lancée pour "
        "l’occasion puis effacée.",
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
    except (PlatformSilent, CannotMakeAdministrator, NoMail, Refused) as error:
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
            answers, money, errors, wrong = asyncio.run(_live(scratch, clock, telling, count))
    show(screen, answers, _NAMES)
    show_money(screen, money)
    said = summary(answers, len(errors))
    wrong += faults(answers, said, count) + money_faults(money)
    for line in (*wrong, *errors[:_SHOWN_ERRORS]):
        print(line, file=sys.stderr)
    screen.print(f"\nCampagne jouée en {monotonic() - started:.0f} secondes.", style="dim")
    print(json.dumps({**said, **money_summary(money)}), flush=True)
    return 1 if wrong else 0


async def _live(
    scratch: Scratch, clock: MovedClock, telling: Telling, count: int
) -> tuple[Answers, MoneyAnswers, list[str], list[str]]:
    """What was read back after the votes and at the very end, what was refused, and what is missing."""
    plans = dossiers(count)
    async with Api(scratch.base_url, clock) as api:
        cast = await _gather_people(api, scratch, telling, {plan.holder_key for plan in plans})
        year = Year(Road(api, cast), clock, telling, plans)
        await year.live()
        ready, due = await year.count_letters()
        telling.say(f"{ready} lettres (PDF) écrites et envoyées par courriel", calendar.READ_BACK)
        missing = [f"{due - ready} lettres ne sont pas écrites"] if ready < due else []
        answers = await year.read_answers()
        sequel = Sequel(year, clock, telling)
        await sequel.live()
        money = await sequel.read_answers()
        telling.say(f"{api.requests} requêtes HTTP en tout", later.ALL_READ)
        return answers, money, api.errors, missing


async def _gather_people(api: Api, scratch: Scratch, telling: Telling, holder_keys: set[str]) -> Cast:
    holders = [holder for holder in HOLDERS if holder.key in holder_keys]
    cast = Cast()
    registry = Registry(api, Mailbox(scratch.data_dir / "mail"), cast, is_empty=True)
    await registry.settle(scratch.data_dir, scratch.environment, holders)
    telling.say(f"{len(FUNDERS)} financeurs et {len(holders)} porteurs inscrits, adresses confirmées", calendar.PREPARED)
    return cast
