"""The season at the end: what the opening rush, the waiting list, the sessions and the plan came to."""

from rich.console import Console

from .data.season import NETWORK, TITLE, YEAR
from .season import SeasonAnswers


def show_season(where: Console, season: SeasonAnswers) -> None:
    """Under what a professional finds in the catalogue."""
    rush = season.rush
    where.print()
    where.print(f"{NETWORK} : « {TITLE} »", style="bold", markup=False)
    lines = [
        f"À l’ouverture : {rush.asked} demandes, {rush.people('seated')} personnes inscrites, "
        f"{rush.people('waiting')} en liste d’attente, {season.oversold()} place vendue deux fois",
        f"Liste d’attente : {season.offered} propositions, {season.accepted} acceptées",
    ]
    lines += [f"« {each.title} » : {each.arrived} arrivées sur place, {each.entered_visio} en visio" for each in season.sittings]
    hours = sum(each["minutes"] for each in season.certificates) / 60
    lines.append(f"{len(season.certificates)} attestations, {hours:.0f} heures suivies")
    if season.verified:
        lines.append(f"Vérifiée publiquement : {season.verified['kind_label']}, {season.verified['hours']}")
    lines += _opinions(season) + _figures(season) + _plan(season)
    for line in lines:
        where.print(f"  {line}", markup=False)


def _opinions(season: SeasonAnswers) -> list[str]:
    rated = next((each for each in season.survey.get("questions", ()) if each["name"] == "rating"), None)
    if rated is None or rated["mean"] is None:
        return []
    mean = f"{rated['mean']:.1f}".replace(".", ",")
    return [f"{season.survey['answered_count']} avis sur {season.survey['invited_count']} : {mean} sur 5"]


def _figures(season: SeasonAnswers) -> list[str]:
    total = season.figures.get("total")
    if not total:
        return []
    told = "—" if total["hours"] is None else f"{total['hours']:.0f}"
    by_public = ", ".join(f"{each['label']} {each['present']}" for each in season.figures["items"] if each["present"])
    return [f"Fréquentation {YEAR} : {total['present']} présents, {told} heures ({by_public})"]


def _plan(season: SeasonAnswers) -> list[str]:
    told = [f"{each['label']} {each['held']:g} sur {each['wanted']}" for each in season.progress.get("formats", ())]
    told += [
        f"{each['label']} {each['held_percent']:g} % pour {each['min_percent']} %"
        for each in season.progress.get("places", ())
        if each["held_percent"] is not None
    ]
    return [f"Plan {YEAR} et réel : {', '.join(told)}"] if told else []
