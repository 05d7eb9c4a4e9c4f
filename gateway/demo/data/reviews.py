"""What funders say of a dossier."""

from random import Random

from .funders import CRITERIA
from .model import DossierPlan, Funder, ReviewPlan
from .words import euros, french

_STRENGTHS = {
    "besoins": "une réponse directe aux besoins relevés pendant la concertation",
    "participation": "une vraie place donnée aux habitants",
    "partenariat": "un partenariat solide",
    "budget": "un budget clair",
    "evaluation": "un suivi bien pensé",
}
_WEAKNESSES = {
    "besoins": "le besoin du quartier reste à étayer",
    "participation": "la place des habitants est à préciser",
    "partenariat": "les partenaires locaux sont peu associés",
    "budget": "certains postes du budget demandent une explication",
    "evaluation": "les indicateurs ne permettent pas encore de juger les effets",
}
_ANSWERS = {
    "favourable": "Le dossier présente {strength}. Pour la suite, {weakness}.",
    "reserved": "Nous relevons {strength}, mais {weakness}. Merci de compléter ce point.",
    "unfavourable": "Le dossier ne peut être retenu en l’état, car {weakness}. "
    "L’équipe du contrat se tient à votre disposition pour en parler.",
}
_OPINIONS_FR = {"favourable": "favorable", "reserved": "réservé", "unfavourable": "défavorable"}


def review(plan: DossierPlan, funder: Funder) -> ReviewPlan:
    """The review `funder` gives of `plan`, always the same; funders agree on the whole, not on every point."""
    asked = next((r.amount_cents for r in plan.requests if r.funder_key == funder.key), None)
    if asked is None:
        raise ValueError(f"{plan.key} asks nothing of {funder.key}")
    quality = Random(f"{plan.key}/{plan.title}").uniform(1.6, 4.8)  # noqa: S311 — reproducible, nothing secret
    rng = Random(f"{plan.key}/{plan.title}/{funder.key}")  # noqa: S311 — same
    scores = {c.code: min(5, max(0, round(quality + rng.uniform(-1.2, 1.2)))) for c in CRITERIA}
    average = sum(scores[c.code] * c.weight for c in CRITERIA) / 100
    opinion = "favourable" if average >= 3 else "reserved" if average >= 2 else "unfavourable"
    rate = {"favourable": rng.uniform(0.7, 1.0), "reserved": rng.uniform(0.35, 0.6), "unfavourable": 0.0}[opinion]
    proposed = min(asked, round(asked * rate / 10_000) * 10_000)
    # Sorted by score; equal scores fall in a drawn order, or the first criterion would be named every time.
    ranked = sorted(scores, key=lambda code: (scores[code], rng.random()))
    worst, best = ranked[0], ranked[-1]
    note = f"{average:.2f}".replace(".", ",")
    return ReviewPlan(
        scores=scores,
        opinion=opinion,
        proposed_cents=proposed,
        internal_comment=french(
            f"Note {note} sur 5, avis {_OPINIONS_FR[opinion]}. Point fort : {_STRENGTHS[best]}. "
            f"À surveiller : {_WEAKNESSES[worst]}. Proposition : {euros(proposed)} sur {euros(asked)} demandés."
        ),
        holder_comment=_ANSWERS[opinion].format(strength=_STRENGTHS[best], weakness=_WEAKNESSES[worst]),
    )
