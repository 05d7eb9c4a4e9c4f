"""What is written to people who had a seat, when a document of the event is published. Pure."""

from .schemas import ToldDocument

_WHAT = {"video": "L'enregistrement", "proceedings": "Le compte rendu", "presentation": "Un support"}


def publication(title: str, told: ToldDocument) -> tuple[str, str]:
    """Subject and text; the same for everybody."""
    what = _WHAT.get(told.kind, "Un document")
    text = (
        f"Bonjour,\n\n{what} de « {title} » est en ligne dans le catalogue :\n\n{told.title} ({told.reference})\n{told.permalink}\n\n"
        "Vous recevez ce courriel parce que vous y étiez inscrit ; il n'y en aura pas d'autre pour ce document.\n"
    )
    return f"En ligne : {told.title}", text
