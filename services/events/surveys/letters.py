"""What is written to people who may answer a survey. Pure."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from babel.dates import format_date


def invitation(title: str, person: Mapping[str, Any], closes_on: date | None, where: str) -> tuple[str, str]:
    """Subject and text, for one person; the link is theirs alone."""
    until = f" jusqu'au {format_date(closes_on, 'd MMMM y', locale='fr')} inclus" if closes_on else ""
    text = (
        f"Bonjour {person['given_name']} {person['family_name']},\n\n"
        f"Vous étiez inscrit à « {title} ». Qu'en avez-vous pensé ? Trois minutes suffisent, par ce lien{until} :\n\n"
        f"{where}\n\n"
        "Votre réponse est anonyme : le lien dit seulement que vous pouvez répondre une fois ; ce que vous répondez est gardé"
        " sans votre nom. Pour cette raison, une réponse envoyée ne peut plus être modifiée. Ne transmettez pas ce lien : il"
        " ne sert qu'une fois.\n"
    )
    return f"Votre avis : {title}", text
