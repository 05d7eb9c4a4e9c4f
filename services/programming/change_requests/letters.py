"""Mails about changes requested: subject and text. Pure."""

from collections.abc import Sequence
from datetime import date


def asked(
    reference: str, who: str, fields: Sequence[tuple[str, str]], due_on: date, word: str, *, incomplete: bool
) -> tuple[str, str]:
    lines = "\n".join(f"- {pointer} : {comment}" for pointer, comment in fields)
    clock = (
        "\nVotre dossier est incomplet : le délai au terme duquel le silence vaut rejet est suspendu jusqu'à votre réponse, au plus\n"
        "tard jusqu'à cette date (article L114-5 du code des relations entre le public et l'administration).\n"
        if incomplete
        else ""
    )
    said = f"\n{word}\n" if word else ""
    text = f"""Bonjour,

{who} vous demande des compléments sur le dossier {reference}, au plus tard le {due_on:%d/%m/%Y} :

{lines}
{said}{clock}
Seuls ces champs s'ouvrent à la modification. Changez chacun d'eux, ou expliquez pourquoi il reste tel quel, puis validez votre
réponse.
"""
    return f"Compléments demandés sur votre dossier {reference}", text


def answered(reference: str, holder: str, number: int) -> tuple[str, str]:
    text = f"""Bonjour,

{holder} a répondu à votre demande de compléments sur le dossier {reference} (version {number} du dossier).
"""
    return f"Réponse à vos demandes sur le dossier {reference}", text


def cancelled(reference: str, who: str, reason: str) -> tuple[str, str]:
    text = f"""Bonjour,

{who} annule sa demande de compléments sur le dossier {reference} : il n'y a plus rien à y répondre. Ce que
vous écriviez sur ces champs est rétabli tel que déposé ; les pièces jointes pour cette demande sont retirées.

{reason}
"""
    return f"Demande de compléments annulée – {reference}", text


def closed(reference: str, reason: str) -> tuple[str, str]:
    text = f"""Bonjour,

La demande de compléments sur le dossier {reference} est close sans réponse : le dossier sera jugé tel qu'il a été déposé,
sans ce qui a été écrit ou joint depuis.

{reason}
"""
    return f"Demande de compléments close – {reference}", text


def reminder(reference: str, who: str, due_on: date, today: date) -> tuple[str, str]:
    left = (due_on - today).days
    if left >= 0:
        when = f"attend votre réponse avant le {due_on:%d/%m/%Y}" + (f" (dans {left} jours)" if left > 1 else "")
        subject = f"Compléments attendus – dossier {reference}"
    else:
        when = f"attendait votre réponse pour le {due_on:%d/%m/%Y} : sans elle, le dossier peut être jugé tel quel"
        subject = f"Compléments en retard – dossier {reference}"
    return subject, f"Bonjour,\n\n{who} vous a demandé des compléments sur le dossier {reference} et {when}.\n"
