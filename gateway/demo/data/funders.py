"""Funders, their envelopes and their charter; criteria and attachments of the call. Rules and amounts are made up."""

from .framework import FRAMEWORK
from .identities import person, siret
from .model import Attachment, BudgetLine, CharterRule, Criterion, Funder, Person
from .words import french

_OBJECTIVE_CODES = tuple(objective.code for objective in FRAMEWORK.objectives)


def _all_but(*accepted: str) -> tuple[str, ...]:
    return tuple(code for code in _OBJECTIVE_CODES if code not in accepted)


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
    payer: Person,
    *lines: tuple[BudgetLine, CharterRule],
) -> Funder:
    key, name, short_name, kind = identity
    budget_lines, charter = tuple(line for line, _ in lines), tuple(rule for _, rule in lines)
    return Funder(key, name, short_name, kind, siret(number), agent, signatory, payer, budget_lines, charter)


FUNDERS: tuple[Funder, ...] = (
    _funder(
        1,
        ("etat", "Préfecture de l’Aude – DDETS, programme 147", "État (P147)", "state"),
        person("Maëlle Bruyère", "Déléguée du préfet", "etat"),
        person("Antoine Érable-Blanc", "Sous-préfet à la ville", "etat"),
        person("Violette Églantine", "Régisseuse des dépenses", "etat"),
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
        person("Paul Noisetier", "Chef du service comptable", "agglo"),
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
        person("Denise Prunier", "Responsable de la comptabilité", "ville"),
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
        person("Gilles Saule", "Gestionnaire comptable", "departement"),
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
        person("Aïcha Myrte", "Gestionnaire des paiements", "region"),
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
        person("Simon Sorbier", "Directeur comptable et financier adjoint", "caf"),
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
        person("Renée Amandier", "Comptable", "bailleur"),
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
