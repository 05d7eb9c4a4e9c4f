"""A year of plausible dossiers, drawn from the leads; the same for the same seed."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from itertools import islice
from random import Random

from .budgets import budget_of, means_of
from .charter import charter_refusals
from .framework import FRAMEWORK, QPVS
from .funders import FUNDERS
from .holders import HOLDERS
from .leads import LEADS
from .model import CharterRule, DossierPlan, Funder, FundingRequest, Holder, Lead, PublicPlan
from .words import french

_RULES = tuple((funder, rule) for funder in FUNDERS for rule in funder.charter)
_ENVELOPES = {line.key: line.amount_cents for funder in FUNDERS for line in funder.budget_lines}
_QPV_NAMES = {qpv.code: qpv.name for qpv in QPVS}

# Asks are steered towards this multiple of each envelope, so that every committee has to choose.
_WANTED_PRESSURE = 1.75
_MIN_ASK_EUROS = 1_000

_SEASONS: dict[str, tuple[tuple[date, date], ...]] = {
    "year": ((date(2027, 1, 1), date(2027, 12, 31)), (date(2027, 2, 1), date(2027, 11, 30))),
    "school": ((date(2027, 1, 4), date(2027, 7, 2)), (date(2027, 9, 6), date(2027, 12, 17))),
    "summer": ((date(2027, 6, 14), date(2027, 8, 27)), (date(2027, 7, 5), date(2027, 9, 3))),
    "event": ((date(2027, 3, 15), date(2027, 6, 26)), (date(2027, 6, 1), date(2027, 10, 30))),
    "works": ((date(2027, 3, 1), date(2027, 10, 29)), (date(2027, 4, 5), date(2027, 12, 10))),
}
_CALENDARS = {
    "year": "Préparation le premier mois, séances régulières ensuite, bilan partagé en fin d’action.",
    "school": "Séances pendant les semaines de classe, pause aux vacances, bilan avec les familles à la fin.",
    "summer": "Préparation avec les familles au printemps, temps forts l’été, restitution à la rentrée.",
    "event": "Ateliers de préparation, puis temps forts répartis sur la période, puis bilan avec les habitants.",
    "works": "Conception avec les habitants, consultation des entreprises, travaux, puis inauguration.",
}
_INDICATORS = {
    "sante": "nombre de personnes reçues, part ayant obtenu un rendez-vous de soin",
    "education": "assiduité des enfants, nombre de parents rencontrés",
    "jeunesse": "nombre de jeunes réguliers, part des jeunes femmes",
    "sport": "nombre de pratiquantes et de pratiquants, part des femmes",
    "culture": "nombre de participants, part venant pour la première fois",
    "langue": "heures suivies par personne, niveaux gagnés",
    "numerique": "nombre de démarches faites en autonomie, assiduité",
    "droits": "nombre de droits ouverts, délai moyen de réponse",
    "lien": "nombre d’habitants présents, nombre d’habitants organisateurs",
    "tranquillite": "nombre de situations apaisées, ressenti relevé avant et après",
    "environnement": "tonnages détournés ou surfaces traitées, nombre de foyers engagés",
    "logement": "nombre de logements visités, travaux obtenus",
    "amenagement": "fréquentation observée, part des femmes parmi les usagers",
    "emploi": "entrées en emploi ou en formation, maintien à six mois",
    "garage": "véhicules réparés, emplois conservés",
    "mobilite": "nombre de personnes devenues autonomes dans leurs trajets",
    "orientation": "nombre d’élèves touchés, stages obtenus",
    "entreprise": "activités créées ou rendues visibles, chiffre d’affaires à un an",
    "commerce": "fréquentation, nombre de commerces maintenus ou ouverts",
}
_TERRITORIES = (
    "L’action se tient dans des lieux que les habitants fréquentent déjà.",
    "Le choix a été fait avec le conseil citoyen et les centres sociaux.",
    "Les interventions ont lieu au plus près des immeubles.",
)
_OBJECTIVE_CODES = tuple(objective.code for objective in FRAMEWORK.objectives)


@dataclass
class _Drawing:
    """What the draw remembers from one dossier to the next; `asked` is cents per budget line."""

    rng: Random
    asked: Counter[str] = field(default_factory=Counter)
    load: Counter[str] = field(default_factory=Counter)
    pairs: set[tuple[str, str]] = field(default_factory=set)


def dossiers(count: int = 100, seed: int = 2027) -> list[DossierPlan]:
    """`count` dossiers, the same for the same seed; a smaller count gives the beginning of a larger one.

    The first twelve take one objective each, so that a short demonstration also shows the whole framework.
    """
    if count < 0:
        raise ValueError("count must not be negative")
    drawing = _Drawing(Random(seed))  # noqa: S311 — a reproducible draw, nothing secret
    leads = islice(_leads(drawing.rng), count)
    return [_dossier(drawing, number, lead) for number, lead in enumerate(leads, start=1)]


def _leads(rng: Random) -> Iterator[Lead]:
    """Every lead once in random order (one per objective first), then all again, without end."""
    firsts = [rng.choice([lead for lead in LEADS if lead.objective_codes[0] == code]) for code in _OBJECTIVE_CODES]
    rest = [lead for lead in LEADS if lead not in firsts]
    rng.shuffle(firsts)
    rng.shuffle(rest)
    yield from firsts + rest
    while True:
        yield from rng.sample(LEADS, len(LEADS))


def _dossier(drawing: _Drawing, number: int, lead: Lead) -> DossierPlan:
    rng = drawing.rng
    holder = _choose_holder(drawing, lead)
    objectives = lead.objective_codes[: 1 if rng.random() < 0.3 else 2]
    qpvs = _choose_qpvs(rng, lead)
    transversals = lead.transversal_codes[: rng.choice((1, 2, 2))]
    requests = _ask(drawing, lead, holder, objectives)
    budget = budget_of(rng, lead, holder, requests)
    starts_on, ends_on = rng.choice(_SEASONS[lead.season])
    publics = tuple(PublicPlan(label, max(5, round(size * rng.uniform(0.8, 1.2)))) for label, size in lead.publics)
    return DossierPlan(
        key=f"d{number:03d}",
        holder_key=holder.key,
        lead_key=lead.key,
        title=_title(lead, qpvs),
        nature=lead.nature,
        renewal=lead.nature != "investissement" and rng.random() < 0.55,
        objective_codes=objectives,
        transversal_codes=transversals,
        qpv_codes=qpvs,
        publics=publics,
        starts_on=starts_on,
        ends_on=ends_on,
        need=lead.need,
        description=lead.description,
        public_text=french("Public attendu : " + ", ".join(f"{p.label.lower()} ({p.count})" for p in publics) + "."),
        territory_text=_territory(rng, qpvs),
        means_text=means_of(budget),
        calendar_text=_CALENDARS[lead.season],
        indicators_text=french(f"Indicateurs suivis : {_INDICATORS[lead.domain]}."),
        budget=budget,
        requests=requests,
    )


def _choose_holder(drawing: _Drawing, lead: Lead) -> Holder:
    """The least busy holder working on the lead's subject; never the same lead twice while another holder is left."""
    able = [holder for holder in HOLDERS if lead.domain in holder.domains]
    if lead.nature == "fonctionnement":
        able = [holder for holder in able if holder.kind == "association"]
    fresh = [holder for holder in able if (holder.key, lead.key) not in drawing.pairs] or able
    chosen = min(fresh, key=lambda holder: (drawing.load[holder.key], drawing.rng.random()))
    drawing.load[chosen.key] += 1
    drawing.pairs.add((chosen.key, lead.key))
    return chosen


def _choose_qpvs(rng: Random, lead: Lead) -> tuple[str, ...]:
    """One to three of the lead's neighbourhoods; works are in one place."""
    wanted = 1 if lead.nature == "investissement" else rng.choices((1, 2, 3), (35, 40, 25))[0]
    return tuple(sorted(rng.sample(lead.qpv_codes, min(wanted, len(lead.qpv_codes)))))


def _title(lead: Lead, qpvs: tuple[str, ...]) -> str:
    places = ", ".join(_QPV_NAMES[code] for code in qpvs) if len(qpvs) < 3 else "trois quartiers"
    return f"{lead.title} ({places})"


def _territory(rng: Random, qpvs: tuple[str, ...]) -> str:
    names = [_QPV_NAMES[code] for code in qpvs]
    if len(names) == 1:
        where = f"Quartier concerné : {names[0]}"
    else:
        where = f"Quartiers concernés : {', '.join(names[:-1])} et {names[-1]}"
    return french(f"{where}. {rng.choice(_TERRITORIES)}")


def _ask(drawing: _Drawing, lead: Lead, holder: Holder, objectives: tuple[str, ...]) -> tuple[FundingRequest, ...]:
    """Whom to ask and how much: one to four funders whose charter accepts, those least asked so far first."""
    rng = drawing.rng
    able = [
        (funder, rule)
        for funder, rule in _RULES
        if not charter_refusals(
            rule,
            nature=lead.nature,
            objective_codes=objectives,
            holder_kind=holder.kind,
            qpv_codes=lead.qpv_codes,
        )
    ]
    need = {rule.budget_line_key: _still_wanted(drawing, rule) for _, rule in able}
    chosen = _choose_funders(rng, able, need)
    target = lead.typical_cost_euros * rng.uniform(0.85, 1.15) * rng.uniform(0.61, 0.80)
    weights = [need[rule.budget_line_key] * rng.uniform(0.8, 1.2) for _, rule in chosen]
    requests = []
    for (funder, rule), weight in zip(chosen, weights, strict=True):
        euros = max(_MIN_ASK_EUROS, round(target * weight / sum(weights) / 100) * 100)
        cents = min(euros * 100, rule.cap_cents or euros * 100)
        drawing.asked[rule.budget_line_key] += cents
        requests.append(FundingRequest(funder.key, rule.budget_line_key, cents))
    return tuple(requests)


def _still_wanted(drawing: _Drawing, rule: CharterRule) -> float:
    """Cents the line should still be asked, per lead it accepts; never nothing, since holders do not know.

    Counting per accepted lead lets the specialised funders, who accept few, be asked by most of those.
    """
    wanted = _ENVELOPES[rule.budget_line_key] * _WANTED_PRESSURE
    left = max(wanted - drawing.asked[rule.budget_line_key], wanted * 0.05)
    return left / _accepted_leads(rule)


@cache
def _accepted_leads(rule: CharterRule) -> int:
    return sum(lead.nature in rule.natures and not set(lead.objective_codes) & set(rule.excluded_objective_codes) for lead in LEADS)


def _choose_funders(
    rng: Random, able: list[tuple[Funder, CharterRule]], need: dict[str, float]
) -> list[tuple[Funder, CharterRule]]:
    """A weighted draw without putting back, given in the funders' own order."""
    wanted = min(len(able), rng.choices((1, 2, 3, 4), (14, 32, 34, 20))[0])
    left, chosen = list(able), []
    for _ in range(wanted):
        # The square root lets the smaller funders be asked often, for less, as happens in life.
        pick = rng.choices(left, [need[rule.budget_line_key] ** 0.5 for _, rule in left])[0]
        left.remove(pick)
        chosen.append(pick)
    return sorted(chosen, key=able.index)
