"""What the mails of the question desk say: that something waits, never what was asked or answered. Pure."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from services.common.language import day_in_words

_SIGNED = "\n\nCe message est envoyé par la plateforme ; ne répondez pas à cette adresse.\n"


class Letter(NamedTuple):
    """A mail to be queued."""

    subject: str
    text: str


def answered(centre: str, reference: str, address: str, until: date | None) -> Letter:
    """`until` is the last day the question may be reopened, None when it was already."""
    again = (
        f"\n\nS'il vous manque quelque chose, vous pouvez la rouvrir une fois jusqu'au {day_in_words(until)} inclus."
        if until
        else ""
    )
    return Letter(
        f"Une réponse vous attend ({reference})",
        f"{centre} a répondu à votre question {reference}.\n\nLisez la réponse :\n{address}{again}" + _SIGNED,
    )


def message(centre: str, reference: str, address: str) -> Letter:
    return Letter(
        f"Un message vous attend ({reference})",
        f"{centre} vous a écrit au sujet de votre question {reference}.\n\nLisez le message :\n{address}" + _SIGNED,
    )


def closed(centre: str, reference: str, address: str) -> Letter:
    return Letter(
        f"Votre question est close ({reference})",
        f"{centre} a clos votre question {reference} et dit pourquoi :\n{address}" + _SIGNED,
    )


def to_desk(what: str, reference: str, address: str, due: date) -> Letter:
    return Letter(
        f"{what} ({reference})",
        f"{what} au guichet de votre centre : {reference}.\nRéponse promise pour le {day_in_words(due)}.\n\n{address}" + _SIGNED,
    )


def reminder(centre: str, questions: Sequence[tuple[str, date]], address: str) -> Letter:
    lines = "\n".join(f"- {reference} : promise pour le {day_in_words(due)}" for reference, due in questions)
    count = len(questions)
    said = "Une question attend sa réponse" if count == 1 else f"{count} questions attendent leur réponse"
    return Letter(f"{said} – {centre}", f"{said} au guichet de {centre} :\n\n{lines}\n\n{address}" + _SIGNED)
