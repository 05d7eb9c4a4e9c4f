"""What whoever asked for something reads. Pure functions."""

from collections.abc import Mapping
from typing import Any

from services.common.clock import in_paris
from services.common.language import day_in_words

_MOST = 300


def answer(network: str, wish: str, reason: str, *, is_dismissed: bool) -> tuple[str, str]:
    """(subject, text) of an answer to a need, or of its dismissal."""
    subject = f"{network} : votre besoin de formation"
    what = "ne pourra pas y donner suite" if is_dismissed else "vous répond"
    return subject, (
        f"Bonjour,\n\nVous nous aviez fait part de ce besoin :\n\n{_quoted(wish)}\n\n{network} {what} :\n\n{reason}\n\n"
        f"Votre adresse n'est plus conservée avec cette demande.\n\n{network}\n"
    )


def event(network: str, event: Mapping[str, Any], address: str, wish: str) -> tuple[str, str]:
    """(subject, text) that tells of the event prepared for a need."""
    subject = f"{network} : {event['title']}"
    when = (
        f"le {day_in_words(in_paris(event['starts_at']).date())}" if event["starts_at"] else event["vague_date"] or "date à venir"
    )
    return subject, (
        f"Bonjour,\n\nVous nous aviez fait part de ce besoin :\n\n{_quoted(wish)}\n\n"
        f"Un évènement y répond : « {event['title']} » ({when}, référence {event['reference']}).\n\n"
        f"Le programme et l'inscription : {address}\n\n"
        f"Votre adresse n'est plus conservée avec cette demande.\n\n{network}\n"
    )


def _quoted(wish: str) -> str:
    short = wish if len(wish) <= _MOST else wish[: _MOST - 1] + "…"
    return "\n".join(f"> {line}" for line in short.splitlines())
