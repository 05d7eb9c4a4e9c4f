"""The mail that tells a notice."""

from typing import NamedTuple

from .models import CampaignNotice

_CHANGES = {
    "form": "les questions de la campagne",
    "charter": "la charte des financeurs",
    "criteria": "les critères d'instruction",
    "required_attachments": "les pièces demandées",
}


class Letter(NamedTuple):
    subject: str
    text: str


def notice(notice: CampaignNotice, campaign: str, dossier: str, reference: str | None, missing: int | None) -> Letter:
    """To the holder of a draft (`missing`: what it lacks under the new rules), or of a dossier already submitted (None)."""
    changes = ", ".join(_CHANGES[change] for change in notice.changes)
    name = reference or (f"« {dossier} »" if dossier else "sans titre")
    text = f"""Bonjour,

L'équipe de la campagne « {campaign} » publie l'avis n° {notice.number} : {notice.title}

{notice.text}

Ce qui change : {changes}.
À compter du : {notice.effective_on:%d/%m/%Y}

{_for_dossier(name, missing)}
"""
    return Letter(f"Avis n° {notice.number} : {notice.title}", text)


def _for_dossier(name: str, missing: int | None) -> str:
    if missing is None:
        return (
            f"Votre dossier {name} est déjà déposé : il reste jugé sur le questionnaire et les pièces de son dépôt.\n"
            "Vous n'avez rien à refaire."
        )
    if missing == 0:
        return f"Votre brouillon {name} est complet sous ces nouvelles règles. Relisez-le avant de le déposer."
    points = "un point reste" if missing == 1 else f"{missing} points restent"
    return f"Dans votre brouillon {name}, {points} à compléter ou corriger sous ces nouvelles règles. Rien de ce que vous avez écrit n'est perdu."
