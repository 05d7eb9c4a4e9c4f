"""What the platform writes about a bilan. Pure. Mails are in French."""

from datetime import date, datetime
from typing import TYPE_CHECKING

from services.common.language import euros

if TYPE_CHECKING:
    from .models import Bilan

Mail = tuple[str, str]

_BLOCKS = """Tant que ce bilan n'est pas déposé après cette date, une nouvelle demande pour la même action est irrecevable."""


def receipt(bilan: "Bilan", *, number: int, arrived: datetime, late: bool) -> Mail:
    when = (
        f"Il était attendu pour le {bilan.due_on:%d/%m/%Y}."
        if late
        else f"Il était attendu avant le {bilan.due_on:%d/%m/%Y} inclus."
    )
    again = "" if number == 1 else f" (dépôt n° {number})"
    text = f"""Bonjour,

Le bilan de votre dossier {bilan.reference} « {bilan.title} » a bien été déposé{again}.

Déposé le : {arrived:%d/%m/%Y à %H:%M} (heure de Paris)
{when}

Chaque financeur qui vous a accordé une subvention va maintenant l'instruire.

Conservez ce message : il vaut accusé de réception.
"""
    return f"Accusé de réception du bilan {bilan.reference}", text


def reminder(bilan: "Bilan", *, today: date, link: str) -> Mail:
    day = f"{bilan.due_on:%d/%m/%Y}"
    what = "Le complément demandé sur le bilan" if bilan.number else "Le bilan (compte rendu financier)"
    if today < bilan.due_on:
        subject, until = f"Bilan à déposer avant le {day} – {bilan.reference}", f"est à déposer au plus tard le {day}."
    elif today == bilan.due_on:
        subject, until = f"Bilan à déposer aujourd'hui – {bilan.reference}", f"est à déposer au plus tard aujourd'hui, {day}."
    else:
        subject, until = f"Bilan en retard – {bilan.reference}", f"était à déposer au plus tard le {day}."
    # A bilan submitted once has freed its holder: only the first submission is a duty that blocks.
    blocks = "" if bilan.number else f"{_BLOCKS}\n\n"
    text = f"""Bonjour,

{what} de votre dossier {bilan.reference} « {bilan.title} » {until}

{blocks}Pour le compléter et le déposer : {link}
"""
    return subject, text


def completion(bilan: "Bilan", *, funder: str, reason: str, due_on: date, link: str) -> Mail:
    text = f"""Bonjour,

{funder} demande un complément au bilan de votre dossier {bilan.reference} « {bilan.title} » :

{reason}

Modifiez le bilan et déposez-le de nouveau au plus tard le {due_on:%d/%m/%Y} : {link}
"""
    return f"Complément demandé sur le bilan {bilan.reference} – {funder}", text


def decision(
    bilan: "Bilan", *, funder: str, accepted: bool, granted: int, justified: int, to_repay: int, left_to_pay: int, reason: str
) -> Mail:
    said = "a accepté" if accepted else "a rejeté"
    lines = [f"Subvention accordée : {euros(granted)}", f"Montant justifié : {euros(justified)}"]
    if to_repay:
        lines.append(f"À reverser à {funder} : {euros(to_repay)} (part non utilisée de ce qui vous a été versé)")
    elif left_to_pay:
        lines.append(f"Reste à vous verser : {euros(left_to_pay)}")
    because = f"\nMotif : {reason}\n" if reason else ""
    body = "\n".join(lines)
    text = f"""Bonjour,

{funder} {said} le bilan de votre dossier {bilan.reference} « {bilan.title} ».

{body}
{because}
Vous pouvez contester cette décision dans les deux mois (recours gracieux auprès du financeur, ou contentieux devant le tribunal
administratif).
"""
    return f"Bilan {'accepté' if accepted else 'rejeté'} – {bilan.reference} – {funder}", text


def quarantined(name: str, title: str, found: str) -> tuple[str, str]:
    """Subject and text for the holder: the virus scanner refused an attachment of its bilan."""
    text = f"""Bonjour,

L'antivirus a refusé la pièce « {name} » jointe au bilan de votre action « {title} ».

{found}

Elle est en quarantaine : personne ne peut la télécharger. Vérifiez le poste d'où elle vient, puis joignez une version saine.
"""
    return f"Pièce refusée par l'antivirus – {name}", text
