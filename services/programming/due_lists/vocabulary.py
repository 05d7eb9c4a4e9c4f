"""The words of due lists: what to do, why, and where. Pure."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from .schemas import DueKind


class Said(NamedTuple):
    """`many`: for a line that speaks of several, with `{count}`. `where`: its address under `/programming/v1`."""

    todo: str
    why: str
    where: str
    many: str = ""


_FILE = "/dossiers/{dossier_id}"
_CPO = "/cpos/{resource_id}"
SAID: Mapping[DueKind, Said] = {
    DueKind.DRAFT_TO_SUBMIT: Said(
        "Déposer le dossier avant la clôture de l'appel à projets", "Date limite de dépôt de la campagne.", _FILE
    ),
    DueKind.SIGN_OFF_TO_GIVE: Said(
        "Donner le visa du représentant légal",
        "Le dossier attend ce visa ; date limite de dépôt de la campagne.",
        f"{_FILE}/sign-off",
    ),
    DueKind.CHANGES_TO_ANSWER: Said(
        "Répondre à la demande de modification",
        "Jour fixé par le service qui l'a demandée.",
        f"{_FILE}/change-requests/{{resource_id}}",
    ),
    DueKind.NOTICE_TO_READ: Said("Lire l'avis qui modifie la campagne", "Jour d'effet de l'avis.", f"{_FILE}/notices"),
    DueKind.MESSAGES_TO_READ: Said("Lire les messages reçus", "Messages non lus.", "/conversations/{resource_id}"),
    DueKind.PERMANENT_FILE_TO_RENEW: Said(
        "Renouveler une pièce du dossier permanent", "Dernier jour de validité de la pièce.", "/permanent-files/{resource_id}"
    ),
    DueKind.AGREEMENT_TO_SIGN: Said(
        "Signer la convention", "Convention ou avenant rédigé, sans signature de votre part.", "/agreements/{resource_id}"
    ),
    DueKind.BILAN_TO_SUBMIT: Said(
        "Déposer le bilan", "Six mois après la fin de l'exercice, ou jour fixé pour un complément.", f"{_FILE}/bilan"
    ),
    DueKind.REVIEW_TO_GIVE: Said("Instruire la demande", "Jour fixé par le financeur pour ses avis.", "/reviews/{resource_id}"),
    DueKind.REVIEW_TO_CONFIRM: Said(
        "Relire un dossier qui a changé depuis votre instruction",
        "Le porteur l'a déposé de nouveau : corrigez votre instruction ou confirmez-la.",
        "/reviews/{resource_id}",
    ),
    DueKind.READING_TO_GIVE: Said("Rendre votre lecture", "Jour fixé par le financeur pour ses avis.", "/readings/{resource_id}"),
    DueKind.REVIEWS_TO_ASSIGN: Said(
        *("Attribuer une demande à instruire", "Jour fixé par le financeur pour ses avis."),
        "/reviews?campaign_id={resource_id}",
        "Attribuer {count} demandes à instruire",
    ),
    DueKind.ANSWER_TO_GIVE: Said(
        *("Décider d'une demande et notifier la réponse", "Réponse promise au porteur à ce jour."),
        "/dossiers?campaign_id={resource_id}",
        "Décider de {count} demandes et notifier les réponses",
    ),
    DueKind.DECISIONS_TO_NOTIFY: Said(
        *("Notifier une décision prise en séance", "Séance close ; réponse promise au porteur à ce jour."),
        "/dossiers?campaign_id={resource_id}",
        "Notifier {count} décisions prises en séance",
    ),
    DueKind.AGREEMENT_TO_DRAFT: Said(
        "Rédiger la convention ou l'avenant", "Convention obligatoire (loi n° 2000-321, art. 10).", "/agreements/{resource_id}"
    ),
    DueKind.AWARD_TO_COMMIT: Said(
        "Engager la subvention", "Délai de paiement qui court depuis la notification.", "/awards/{resource_id}"
    ),
    DueKind.AWARD_TO_PAY: Said(
        "Verser la subvention", "Délai de paiement qui court depuis la notification.", "/awards/{resource_id}"
    ),
    DueKind.BILAN_TO_REVIEW: Said("Examiner le bilan", "Bilan déposé.", f"{_FILE}/bilan"),
    DueKind.ADMISSIBILITY_TO_DECLARE: Said(
        *("Se prononcer sur la recevabilité d'un dossier", "Dossier déposé."),
        "/dossiers?campaign_id={resource_id}&status=submitted",
        "Se prononcer sur la recevabilité de {count} dossiers",
    ),
    DueKind.ANSWER_PROMISED: Said(
        *("Faire répondre à un dossier", "Réponse promise au porteur à ce jour."),
        "/dossiers?campaign_id={resource_id}",
        "Faire répondre à {count} dossiers",
    ),
    DueKind.SILENCE_REJECTS: Said(
        *("Un dossier sans réponse sera rejeté par le silence", "Délai légal : le silence vaut rejet à ce jour."),
        "/dossiers?campaign_id={resource_id}",
        "{count} dossiers sans réponse seront rejetés par le silence",
    ),
    DueKind.AGENDA_TO_SEND: Said(
        "Préparer la séance et envoyer l'ordre du jour", "Sept jours avant la séance.", "/committees/{resource_id}"
    ),
    DueKind.SESSION_TO_HOLD: Said("Tenir la séance et la clore", "Jour de la séance.", "/committees/{resource_id}"),
    DueKind.MINUTES_TO_SIGN: Said("Signer le relevé de décisions", "Quinze jours après la séance.", "/committees/{resource_id}"),
    DueKind.DRAFT_TO_COMPLETE: Said(
        "Compléter le dossier écrit avec son porteur", "Date limite de dépôt de la campagne ; le porteur seul dépose.", _FILE
    ),
    DueKind.SIGN_OFF_AWAITED: Said(
        "Relancer le représentant légal : son visa manque",
        "Demandé depuis trois jours, ou clôture dans les trois jours.",
        f"{_FILE}/sign-off",
    ),
    DueKind.CHANGES_ANSWER_TO_READ: Said(
        "Lire la réponse du porteur à votre demande", "Compléments reçus.", f"{_FILE}/change-requests/{{resource_id}}"
    ),
    DueKind.RETROPLANNING_STEP: Said(
        *("Franchir une étape du rétroplanning", "Dernier jour qui tient la réponse promise."),
        "/campaigns/{resource_id}/retroplanning",
        "Franchir {count} étapes du rétroplanning",
    ),
    DueKind.BANK_ACCOUNT_TO_CONFIRM: Said(
        "Confirmer un compte bancaire", "Proposé par une autre personne ; rien n'y est versé avant.", "/bank-accounts/{resource_id}"
    ),
    DueKind.INSTALMENT_TO_CLAIM: Said(
        "Demander le versement d'une échéance", "Sa condition est remplie.", "/awards/{resource_id}/payments"
    ),
    DueKind.PAYMENT_REQUEST_TO_ANSWER: Said(
        "Répondre à une demande de versement", "Demandé par le porteur.", "/payment-requests/{resource_id}"
    ),
    DueKind.INSTALMENT_TO_PAY: Said(
        "Verser la suite de la subvention", "Échéance de l'échéancier, ou délai du mandat.", "/awards/{resource_id}/payments"
    ),
    DueKind.CPO_TO_APPROVE: Said("Approuver la convention pluriannuelle", "Projet rédigé par l'équipe du contrat.", _CPO),
    DueKind.CPO_TO_SIGN: Said("Signer la convention pluriannuelle", "Approuvée par tous ses financeurs.", _CPO),
    DueKind.CPO_AMENDMENT_TO_SIGN: Said(
        "Signer l'avenant à la convention pluriannuelle", "Avenant proposé, sans signature de votre part.", f"{_CPO}/amendments"
    ),
    DueKind.CPO_DOSSIER_TO_SUBMIT: Said(
        "Déposer le dossier de l'année de la convention pluriannuelle",
        "Tranche confirmée ; appel à projets de l'année lancé.",
        _CPO,
    ),
    DueKind.CPO_REPORT_TO_SUBMIT: Said(
        "Déposer le compte rendu annuel de la convention",
        "Anniversaire de la convention : sans compte rendu accepté, l'année suivante n'est pas confirmée.",
        f"{_CPO}/reports",
    ),
    DueKind.CPO_REPORT_TO_ANSWER: Said("Se prononcer sur le compte rendu annuel", "Compte rendu déposé.", f"{_CPO}/reports"),
    DueKind.CPO_TRANCHE_TO_CONFIRM: Said(
        "Confirmer la tranche de l'année", "Premier jour de l'année de la convention ; compte rendu accepté.", _CPO
    ),
    DueKind.CPO_TO_RENEW: Said("Préparer le renouvellement de la convention pluriannuelle", "Fin de la convention.", _CPO),
}
#: Told by mails of their own rooms: in a digest among the rest, never why one is written.
TOLD_ELSEWHERE = frozenset(
    {
        *(DueKind.CHANGES_TO_ANSWER, DueKind.CHANGES_ANSWER_TO_READ, DueKind.BILAN_TO_SUBMIT),
        *(DueKind.MESSAGES_TO_READ, DueKind.NOTICE_TO_READ, DueKind.CPO_DOSSIER_TO_SUBMIT),
    }
)


def words(kind: DueKind, count: int) -> str:
    said = SAID[kind]
    if count == 1 or not said.many:
        return said.todo
    return said.many.format(count=f"{count:,}".replace(",", "\u202f"))


def link(kind: DueKind, row: Mapping[str, Any]) -> str:
    """Without a dossier (hidden from a reader), the thing itself."""
    return "/programming/v1" + SAID[kind].where.format(dossier_id=row["dossier_id"], resource_id=row["resource_id"])
