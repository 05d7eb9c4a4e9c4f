"""How long programming keeps each kind of personal data. Pure."""

from services.common.erasures import REQUEST
from services.common.retention import RetentionRule, Unit

CONTACTS, UNFUNDED, SIGNATURES, SEATED = "contacts", "unfunded_contacts", "signatures", "seated"
RULES = (
    RetentionRule(
        UNFUNDED,
        "Personnes à contacter des brouillons abandonnés et des dossiers irrecevables, retirés ou refusés",
        Unit.MONTHS,
        "retention_unfunded_months",
        "la dernière modification",
        "anonymisées, dans le dossier et ce qui en fut déposé",
        "aucune suite : le temps d'une reprise d'une campagne à l'autre (RGPD art. 5.1.e)",
    ),
    RetentionRule(
        CONTACTS,
        "Personnes à contacter des dossiers clos ou dont l'exercice est fini, et des conventions pluriannuelles finies",
        Unit.MONTHS,
        "retention_contacts_months",
        "la dernière modification, ou la fin de la convention",
        "anonymisées, dans le dossier, ce qui en fut déposé, ses messages et ses lettres",
        "contrôle de l'emploi de la subvention (ordonnance du 23 septembre 1958, art. 31 ; prescription quadriennale)",
    ),
    RetentionRule(
        SIGNATURES,
        "Signataires des actes de subvention",
        Unit.MONTHS,
        "retention_signatures_months",
        "la fin de l'année de l'exercice",
        "effacés de l'acte, comme du pli scellé quand la personne s'est fait effacer plus tôt",
        "obligation légale : pièces justificatives comptables des subventions, dix ans (RGPD art. 6.1.c et 17.3.b)",
    ),
    RetentionRule(
        SEATED,
        "Personnes présentes aux comités, déports et conflits d'intérêts déclarés",
        Unit.MONTHS,
        "retention_signatures_months",
        "la fin de l'année de la séance ou de la déclaration",
        "effacés ; les organisations présentes, les déports et les votes restent, sans nom ni motif",
        "preuve de l'impartialité de la décision, le temps où la subvention se contrôle (RGPD art. 6.1.c)",
    ),
)
LABELS = {rule.code: rule.label for rule in RULES} | {REQUEST: "À la demande de la personne"}
KEPT = (
    "Montants, dates, territoires et publics restent, comme l'identifiant technique du compte qui a fait chaque acte ; il ne nomme plus "
    "personne. Le papier signé d'une convention est le contrat même : il reste entier jusqu'à la fin de sa conservation, puis il est détruit."
)
#: What sealed names are sealed for.
PURPOSE = "erased signatories"
