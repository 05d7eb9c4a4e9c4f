"""The demonstration: the Carcassonne contract, its funders and a year of plausible dossiers.

Pure data and pure functions: nothing is read, written or sent. The neighbourhoods, the objectives and the size of the
programme are public facts; funders' rules, amounts, identifiers, people and holders are made up.
Amounts are integer cents and always whole euros, as on the paper form.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from itertools import islice
from random import Random

from gateway.demo.leads import HOLDERS, LEADS, Holder, Lead, Person, french, person, siret

__all__ = [
    "CONTRACT",
    "CRITERIA",
    "FRAMEWORK",
    "FUNDERS",
    "HOLDERS",
    "LEADS",
    "QPVS",
    "REQUIRED_ATTACHMENTS",
    "Attachment",
    "Budget",
    "BudgetEntry",
    "BudgetLine",
    "CharterRule",
    "Contract",
    "Criterion",
    "DossierPlan",
    "Enjeu",
    "Framework",
    "Funder",
    "FundingRequest",
    "Holder",
    "Lead",
    "Objective",
    "Person",
    "PublicPlan",
    "Qpv",
    "ReviewPlan",
    "Transversal",
    "attachment_pdf",
    "charter_refusals",
    "dossiers",
    "review",
    "siret",
]


@dataclass(frozen=True)
class Qpv:
    code: str
    name: str
    population: int
    commune_code: str


@dataclass(frozen=True)
class Contract:
    code: str
    name: str
    starts_on: date
    ends_on: date
    mid_term_review_year: int
    commune_code: str
    qpvs: tuple[Qpv, ...]


@dataclass(frozen=True)
class Objective:
    code: str
    title: str


@dataclass(frozen=True)
class Enjeu:
    code: str
    title: str
    objectives: tuple[Objective, ...]


@dataclass(frozen=True)
class Transversal:
    code: str
    title: str


@dataclass(frozen=True)
class Framework:
    enjeux: tuple[Enjeu, ...]
    transversals: tuple[Transversal, ...]

    @property
    def objectives(self) -> tuple[Objective, ...]:
        """The operational objectives of every enjeu, in order."""
        return tuple(objective for enjeu in self.enjeux for objective in enjeu.objectives)


@dataclass(frozen=True)
class BudgetLine:
    """An envelope of the year. `natures`: action | fonctionnement | investissement."""

    key: str
    label: str
    natures: tuple[str, ...]
    amount_cents: int


@dataclass(frozen=True)
class CharterRule:
    """What one budget line accepts; `max_share_bp` is basis points of the action's budget; `reason` is for holders."""

    budget_line_key: str
    natures: tuple[str, ...]
    cap_cents: int | None
    max_share_bp: int | None
    excluded_objective_codes: tuple[str, ...]
    excluded_holder_kinds: tuple[str, ...]
    qpv_required: bool
    reason: str


@dataclass(frozen=True)
class Funder:
    """A funder. `kind`: state | epci | commune | departement | region | caf | social_landlord; a rule per line."""

    key: str
    name: str
    short_name: str
    kind: str
    siret: str
    agent: Person
    signatory: Person
    budget_lines: tuple[BudgetLine, ...]
    charter: tuple[CharterRule, ...]


@dataclass(frozen=True)
class Criterion:
    code: str
    label: str
    weight: int


@dataclass(frozen=True)
class Attachment:
    code: str
    label: str


@dataclass(frozen=True)
class PublicPlan:
    label: str
    count: int


@dataclass(frozen=True)
class BudgetEntry:
    """A line of the budget; `funder_key` is set on account 74 only."""

    account: str
    label: str
    amount_cents: int
    funder_key: str | None = None


@dataclass(frozen=True)
class Budget:
    """Charges 60–68 equal produits 70–75; voluntary contributions 86 equal 87 and stay below the total."""

    charges: tuple[BudgetEntry, ...]
    produits: tuple[BudgetEntry, ...]
    voluntary_charges: tuple[BudgetEntry, ...]
    voluntary_produits: tuple[BudgetEntry, ...]

    @property
    def total_cents(self) -> int:
        return sum(entry.amount_cents for entry in self.charges)


@dataclass(frozen=True)
class FundingRequest:
    funder_key: str
    budget_line_key: str
    amount_cents: int


@dataclass(frozen=True)
class DossierPlan:
    """One dossier ready to be typed in. `nature`: action | fonctionnement | investissement."""

    key: str
    holder_key: str
    lead_key: str
    title: str
    nature: str
    renewal: bool
    objective_codes: tuple[str, ...]
    transversal_codes: tuple[str, ...]
    qpv_codes: tuple[str, ...]
    publics: tuple[PublicPlan, ...]
    starts_on: date
    ends_on: date
    need: str
    description: str
    public_text: str
    territory_text: str
    means_text: str
    calendar_text: str
    indicators_text: str
    budget: Budget
    requests: tuple[FundingRequest, ...]

    @property
    def asked_cents(self) -> int:
        return sum(request.amount_cents for request in self.requests)


@dataclass(frozen=True)
class ReviewPlan:
    """A funder's review. `scores`: criterion code → 0–5; `opinion`: favourable | reserved | unfavourable."""

    scores: dict[str, int]
    opinion: str
    proposed_cents: int
    internal_comment: str
    holder_comment: str


# ---------------------------------------------------------------------------------------------- contract and framework

QPVS: tuple[Qpv, ...] = (
    Qpv("QP011002", "La Conte – Ozanam", 2_060, "11069"),
    Qpv("QP011003", "Le Viguier – Saint-Jacques", 1_862, "11069"),
    Qpv("QP011004", "Bastide Pont-Vieux", 3_775, "11069"),
    Qpv("QP011005", "Fleming – La Reille", 1_050, "11069"),
    Qpv("QP011006", "Grazailles", 1_084, "11069"),
)

CONTRACT = Contract(
    code="CN01102I",
    name="Contrat de ville de Carcassonne Agglo 2024–2030",
    starts_on=date(2024, 1, 1),
    ends_on=date(2030, 12, 31),
    mid_term_review_year=2027,
    commune_code="11069",
    qpvs=QPVS,
)

FRAMEWORK = Framework(
    enjeux=(
        Enjeu(
            "GRANDIR",
            "Grandir, la vie des habitants",
            (
                Objective("1", "Vivre en bonne santé"),
                Objective("2", "Réussir l’éducation des enfants et accompagner les jeunes vers l’autonomie"),
                Objective("3", "Développer les pratiques culturelles et sportives et leur accessibilité"),
                Objective("4", "Favoriser les solidarités et l’accès aux droits"),
            ),
        ),
        Enjeu(
            "HABITER",
            "Habiter, la vie de quartier",
            (
                Objective("5", "Apaiser les quartiers"),
                Objective("6", "Entretenir et embellir les lieux de vie"),
                Objective("7", "Aménager des quartiers à vivre pour toutes et tous et accompagner les grands projets"),
            ),
        ),
        Enjeu(
            "TRAVAILLER",
            "Travailler, la vie économique",
            (
                Objective("8", french("Rapprocher les publics des opportunités économiques du « grand territoire »")),
                Objective("9", "Ouvrir le champ des possibles des plus jeunes"),
                Objective("10", "Valoriser l’initiative économique des habitants"),
                Objective("11", "Dynamiser l’offre commerciale de proximité"),
                Objective("12", "Intégrer les quartiers dans le développement économique du territoire"),
            ),
        ),
    ),
    transversals=(
        Transversal("climat", "Le défi du changement climatique"),
        Transversal("mobilites", "Le défi des mobilités"),
        Transversal("habitants", "Main dans la main avec les habitants"),
    ),
)

_OBJECTIVE_CODES = tuple(objective.code for objective in FRAMEWORK.objectives)


def _all_but(*accepted: str) -> tuple[str, ...]:
    return tuple(code for code in _OBJECTIVE_CODES if code not in accepted)


# ------------------------------------------------------------------------------------------------------------- funders


def _line(
    key: str,
    label: str,
    euros: int,
    natures: tuple[str, ...],
    reason: str,
    *,
    cap_euros: int,
    max_share_bp: int,
    excluded_objectives: tuple[str, ...] = (),
    excluded_kinds: tuple[str, ...] = (),
    qpv_required: bool = False,
) -> tuple[BudgetLine, CharterRule]:
    """A budget line and the charter rule that guards it."""
    rule = CharterRule(
        key, natures, cap_euros * 100, max_share_bp, excluded_objectives, excluded_kinds, qpv_required, french(reason)
    )
    return BudgetLine(key, label, natures, euros * 100), rule


def _funder(
    number: int,
    identity: tuple[str, str, str, str],
    agent: Person,
    signatory: Person,
    *lines: tuple[BudgetLine, CharterRule],
) -> Funder:
    key, name, short_name, kind = identity
    budget_lines, charter = tuple(line for line, _ in lines), tuple(rule for _, rule in lines)
    return Funder(key, name, short_name, kind, siret(number), agent, signatory, budget_lines, charter)


FUNDERS: tuple[Funder, ...] = (
    _funder(
        1,
        ("etat", "Préfecture de l’Aude – DDETS, programme 147", "État (P147)", "state"),
        person("Maëlle Bruyère", "Déléguée du préfet", "etat"),
        person("Antoine Érable-Blanc", "Sous-préfet à la ville", "etat"),
        _line(
            "p147-actions",
            "P147 – actions",
            400_000,
            ("action",),
            "Le programme 147 finance des actions au bénéfice des QPV, dans la limite de 30 000 € et de 80 % du budget. "
            "Les bailleurs contribuent déjà par l’abattement de taxe foncière.",
            cap_euros=30_000,
            max_share_bp=8_000,
            excluded_kinds=("social_landlord",),
            qpv_required=True,
        ),
        _line(
            "p147-fonctionnement",
            "P147 – fonctionnement des associations",
            40_000,
            ("fonctionnement",),
            "L’aide au fonctionnement est réservée aux associations présentes dans un QPV, dans la limite de 12 000 € "
            "et de 50 % du budget.",
            cap_euros=12_000,
            max_share_bp=5_000,
            excluded_kinds=("company", "public_body", "social_landlord"),
            qpv_required=True,
        ),
    ),
    _funder(
        2,
        ("agglo", "Carcassonne Agglo", "Carcassonne Agglo", "epci"),
        person("Rémi Serpolet", "Chef de projet contrat de ville", "agglo"),
        person("Catherine Mélèze", "Vice-présidente à la cohésion sociale", "agglo"),
        _line(
            "agglo-cohesion",
            "Cohésion sociale",
            150_000,
            ("action", "fonctionnement"),
            "L’agglomération soutient tous les objectifs du contrat, dans la limite de 15 000 € et de 60 % du budget.",
            cap_euros=15_000,
            max_share_bp=6_000,
        ),
        _line(
            "agglo-investissement",
            "Volet investissement",
            40_000,
            ("investissement",),
            "Le volet investissement soutient les projets choisis avec les habitants des QPV, dans la limite de "
            "20 000 € et de 60 % du budget.",
            cap_euros=20_000,
            max_share_bp=6_000,
            qpv_required=True,
        ),
    ),
    _funder(
        3,
        ("ville", "Ville de Carcassonne", "Ville", "commune"),
        person("Élodie Campanule", "Chargée de mission quartiers", "ville"),
        person("Bernard Aulne", "Adjoint au maire", "ville"),
        _line(
            "ville-actions",
            "Vie des quartiers",
            110_000,
            ("action", "fonctionnement"),
            "La ville soutient la vie des quartiers, dans la limite de 12 000 € et de 50 % du budget. Elle ne "
            "subventionne pas ses propres services et laisse à l’agglomération le développement économique.",
            cap_euros=12_000,
            max_share_bp=5_000,
            excluded_objectives=("12",),
            excluded_kinds=("public_body",),
        ),
        _line(
            "ville-cadre-de-vie",
            "Cadre de vie – investissement",
            40_000,
            ("investissement",),
            "La ville cofinance les équipements de proximité, dans la limite de 20 000 € et de 50 % du budget.",
            cap_euros=20_000,
            max_share_bp=5_000,
            excluded_objectives=_all_but("3", "5", "6", "7"),
            excluded_kinds=("public_body",),
        ),
    ),
    _funder(
        4,
        ("departement", "Département de l’Aude", "Département", "departement"),
        person("Gaëlle Centaurée", "Chargée de développement social", "departement"),
        person("Michel Frêne", "Vice-président aux solidarités", "departement"),
        _line(
            "departement-solidarites",
            "Solidarités et insertion",
            100_000,
            ("action", "fonctionnement"),
            "Le département agit pour les solidarités, la jeunesse et l’insertion, dans la limite de 10 000 € et de "
            "50 % du budget. Le commerce et le développement économique ne relèvent pas de lui.",
            cap_euros=10_000,
            max_share_bp=5_000,
            excluded_objectives=("10", "11", "12"),
            excluded_kinds=("social_landlord",),
        ),
    ),
    _funder(
        5,
        ("region", "Région Occitanie", "Région", "region"),
        person("Julien Asphodèle", "Chargé de mission emploi et territoires", "region"),
        person("Laurence Cèdre", "Vice-présidente à l’emploi", "region"),
        _line(
            "region-emploi",
            "Emploi, orientation, culture et sport",
            90_000,
            ("action",),
            "La région soutient des actions pour l’emploi, l’orientation, l’économie, la culture et le sport, dans la "
            "limite de 15 000 € et de 50 % du budget. Elle n’aide pas ici les collectivités.",
            cap_euros=15_000,
            max_share_bp=5_000,
            excluded_objectives=_all_but("3", "8", "9", "10", "11", "12"),
            excluded_kinds=("public_body", "social_landlord"),
        ),
    ),
    _funder(
        6,
        ("caf", "Caisse d’allocations familiales de l’Aude", "CAF", "caf"),
        person("Sabrina Violier", "Conseillère technique", "caf"),
        person("Pierre-Yves Charme", "Directeur adjoint", "caf"),
        _line(
            "caf-actions",
            "Actions en faveur des familles",
            60_000,
            ("action",),
            "La CAF soutient la santé, l’éducation et les solidarités des familles, dans la limite de 8 000 € et de "
            "50 % du budget. Elle ne finance pas les équipements.",
            cap_euros=8_000,
            max_share_bp=5_000,
            excluded_objectives=_all_but("1", "2", "4"),
            excluded_kinds=("company", "social_landlord"),
        ),
        _line(
            "caf-fonctionnement",
            "Animation de la vie sociale",
            20_000,
            ("fonctionnement",),
            "L’animation de la vie sociale est réservée aux associations, dans la limite de 10 000 € et de 40 % du budget.",
            cap_euros=10_000,
            max_share_bp=4_000,
            excluded_objectives=_all_but("1", "2", "4"),
            excluded_kinds=("company", "public_body", "social_landlord"),
        ),
    ),
    _funder(
        7,
        ("bailleur", "Les Logis imaginaires de la Tramontane", "Logis de la Tramontane", "social_landlord"),
        person("Florent Cornouiller", "Responsable gestion urbaine de proximité", "bailleur"),
        person("Isabelle Hêtre", "Directrice générale", "bailleur"),
        _line(
            "bailleur-actions",
            "Gestion urbaine de proximité",
            35_000,
            ("action",),
            "Le bailleur soutient le cadre de vie et l’emploi de ses locataires des QPV, dans la limite de 6 000 € et "
            "de 40 % du budget.",
            cap_euros=6_000,
            max_share_bp=4_000,
            excluded_objectives=_all_but("5", "6", "7", "8"),
            excluded_kinds=("social_landlord",),
            qpv_required=True,
        ),
        _line(
            "bailleur-investissement",
            "Petits aménagements",
            15_000,
            ("investissement",),
            "Le bailleur cofinance les petits aménagements au pied de ses immeubles, dans la limite de 8 000 € et de "
            "30 % du budget.",
            cap_euros=8_000,
            max_share_bp=3_000,
            excluded_objectives=_all_but("5", "6", "7", "8"),
            excluded_kinds=("social_landlord",),
            qpv_required=True,
        ),
    ),
)

CRITERIA: tuple[Criterion, ...] = (
    Criterion("besoins", "Réponse aux besoins du quartier", 30),
    Criterion("participation", "Participation des habitants", 20),
    Criterion("partenariat", "Partenariat et complémentarité", 15),
    Criterion("budget", "Sincérité et équilibre du budget", 20),
    Criterion("evaluation", "Suivi et évaluation", 15),
)

_RIB = Attachment("rib", "Relevé d’identité bancaire")
_ACCOUNTS = Attachment("comptes", "Derniers comptes approuvés")
_DELIBERATION = Attachment("deliberation", "Délibération autorisant la demande")

REQUIRED_ATTACHMENTS: dict[str, tuple[Attachment, ...]] = {
    "association": (
        Attachment("statuts", "Statuts déposés"),
        Attachment("dirigeants", "Liste des dirigeants"),
        _RIB,
        _ACCOUNTS,
    ),
    "company": (Attachment("kbis", "Extrait Kbis"), Attachment("statuts", "Statuts"), _RIB, _ACCOUNTS),
    "public_body": (_DELIBERATION, _RIB),
    "social_landlord": (_DELIBERATION, _RIB, _ACCOUNTS),
}


# ------------------------------------------------------------------------------------------------------------ dossiers

_FUNDER_BY_KEY = {funder.key: funder for funder in FUNDERS}
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

# Account, label and usual share of the budget, by nature.
_CHARGES: dict[str, tuple[tuple[str, str, float], ...]] = {
    "action": (
        ("60", "Achats de fournitures et petit matériel", 0.09),
        ("61", "Locations, entretien et assurances", 0.08),
        ("62", "Intervenants, déplacements et communication", 0.20),
        ("63", "Impôts et taxes sur les salaires", 0.03),
        ("64", "Charges de personnel", 0.55),
        ("65", "Autres charges de gestion courante", 0.05),
    ),
    "fonctionnement": (
        ("60", "Achats et fluides", 0.08),
        ("61", "Loyers, entretien et assurances", 0.14),
        ("62", "Honoraires, déplacements et communication", 0.09),
        ("63", "Impôts et taxes sur les salaires", 0.04),
        ("64", "Charges de personnel", 0.60),
        ("66", "Charges financières", 0.01),
        ("68", "Dotations aux amortissements", 0.04),
    ),
    "investissement": (
        ("60", "Achats d’équipements et de matériaux", 0.36),
        ("61", "Travaux et installation", 0.44),
        ("62", "Études et maîtrise d’œuvre", 0.14),
        ("64", "Suivi de chantier", 0.06),
    ),
}
_EUROS_PER_POST = 38_000


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
    budget = _budget(rng, lead, holder, requests)
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
        means_text=_means(budget),
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


def charter_refusals(
    rule: CharterRule,
    *,
    nature: str,
    objective_codes: tuple[str, ...],
    holder_kind: str,
    qpv_codes: tuple[str, ...],
    amount_cents: int = 0,
    budget_cents: int = 0,
) -> list[str]:
    """Names of the clauses the ask breaks: nature, objective, holder_kind, qpv, cap, share. Empty when acceptable."""
    share_cents = None if rule.max_share_bp is None else budget_cents * rule.max_share_bp // 10_000
    broken = {
        "nature": nature not in rule.natures,
        "objective": any(code in rule.excluded_objective_codes for code in objective_codes),
        "holder_kind": holder_kind in rule.excluded_holder_kinds,
        "qpv": rule.qpv_required and not qpv_codes,
        "cap": rule.cap_cents is not None and amount_cents > rule.cap_cents,
        "share": share_cents is not None and amount_cents > share_cents,
    }
    return [clause for clause, is_broken in broken.items() if is_broken]


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


# ------------------------------------------------------------------------------------------------------------- budgets


def _budget(rng: Random, lead: Lead, holder: Holder, requests: tuple[FundingRequest, ...]) -> Budget:
    """A balanced budget around the asks, large enough for every funder's maximum share."""
    asked = sum(request.amount_cents for request in requests) // 100
    total = _total_euros(rng, requests, asked)
    produits = [
        *_own_resources(rng, lead.nature, holder, total - asked),
        *(
            BudgetEntry("74", _FUNDER_BY_KEY[request.funder_key].short_name, request.amount_cents, request.funder_key)
            for request in requests
        ),
    ]
    volunteered = round(total * rng.uniform(0.04, 0.15) / 10) * 10
    has_volunteers = holder.kind == "association" and lead.nature != "investissement" and rng.random() < 0.6
    return Budget(
        charges=_charges(rng, lead.nature, total),
        produits=tuple(sorted(produits, key=lambda entry: entry.account)),
        voluntary_charges=_voluntary("86", volunteered) if has_volunteers else (),
        voluntary_produits=_voluntary("87", volunteered) if has_volunteers else (),
    )


def _total_euros(rng: Random, requests: tuple[FundingRequest, ...], asked: int) -> int:
    rules = {rule.budget_line_key: rule for _, rule in _RULES}
    least = [asked / rng.uniform(0.62, 0.78)]
    for request in requests:
        share = rules[request.budget_line_key].max_share_bp
        least.append(request.amount_cents / 100 * 10_000 / share if share else 0)
    return (int(max(least)) // 10 + 1) * 10


def _split(rng: Random, euros: int, shares: list[float]) -> list[int]:
    """Whole tens of euros near the shares; what is left over goes to the largest part, so that the sum is exact."""
    drawn = [share * rng.uniform(0.75, 1.25) for share in shares]
    parts = [int(euros * share / sum(drawn)) // 10 * 10 for share in drawn]
    parts[parts.index(max(parts))] += euros - sum(parts)
    return parts


def _charges(rng: Random, nature: str, total: int) -> tuple[BudgetEntry, ...]:
    profile = _CHARGES[nature]
    parts = _split(rng, total, [share for _, _, share in profile])
    return tuple(
        BudgetEntry(account, label, euros * 100) for (account, label, _), euros in zip(profile, parts, strict=True) if euros
    )


def _own_resources(rng: Random, nature: str, holder: Holder, euros: int) -> list[BudgetEntry]:
    first = "Produits des activités" if nature == "investissement" else "Prestations et participation des usagers"
    second = "Cotisations, dons et mécénat" if holder.kind == "association" else "Fonds propres affectés à l’action"
    sales, others = _split(rng, euros, [0.4, 0.6])
    return [
        BudgetEntry("70", first, sales * 100),
        BudgetEntry("75", second, others * 100),
    ]


def _voluntary(account: str, euros: int) -> tuple[BudgetEntry, ...]:
    """Volunteers' time and lent rooms: the same figures seen as charges (86) and as resources (87)."""
    labels = {
        "86": ("Personnel bénévole", "Mise à disposition gratuite de locaux"),
        "87": ("Bénévolat", "Prestations en nature"),
    }[account]
    lent = euros // 3
    return (BudgetEntry(account, labels[0], (euros - lent) * 100), BudgetEntry(account, labels[1], lent * 100))


def _means(budget: Budget) -> str:
    """The means text agrees with the budget: posts come from account 64."""
    staff = sum(entry.amount_cents for entry in budget.charges if entry.account == "64") // 100
    posts = max(0.1, round(staff / _EUROS_PER_POST, 1))
    noun = "postes salariés" if posts >= 2 else "poste salarié"
    volunteers = " et une équipe de bénévoles" if budget.voluntary_charges else ""
    figure = f"{posts:.1f}".replace(".", ",")
    return f"L’équipe compte l’équivalent de {figure} {noun} sur l’année{volunteers}, avec l’appui de partenaires."


# ------------------------------------------------------------------------------------------------------------- reviews

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
            f"À surveiller : {_WEAKNESSES[worst]}. Proposition : {_euros(proposed)} sur {_euros(asked)} demandés."
        ),
        holder_comment=_ANSWERS[opinion].format(strength=_STRENGTHS[best], weakness=_WEAKNESSES[worst]),
    )


def _euros(cents: int) -> str:
    return f"{cents // 100:,} €".replace(",", "\u202f")


# --------------------------------------------------------------------------------------------------------- attachments


@cache
def attachment_pdf(title: str) -> bytes:
    """A one-page A4 PDF bearing `title`, the same bytes for the same title; small enough to be sent 400 times."""
    text = title.replace("\u202f", "\u00a0").encode("cp1252", "replace")
    for special in (b"\\", b"(", b")"):
        text = text.replace(special, b"\\" + special)
    content = b"BT /F1 18 Tf 60 760 Td (%s) Tj 0 -30 Td /F1 11 Tf (%s) Tj ET" % (
        text,
        "Pièce fictive, jointe pour la démonstration.".encode("cp1252"),
    )
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    )
    body, offsets = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", []
    for number, content_of in enumerate(objects, start=1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content_of)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, len(body))
    return body + b"xref\n0 %d\n0000000000 65535 f \n" % size + table + trailer
