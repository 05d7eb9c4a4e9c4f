"""What a letter says. Pure."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from services.common.language import day_in_words, euros


def letter(
    *, funder: Mapping[str, Any], dossier: Mapping[str, Any], campaign_title: str, asked_cents: int, granted_cents: int, motive: str,
    conditions: str, holder_comment: str, notified_on: date, replaces: tuple[date, str] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Data of `letters/notification.typ`: every amount and date already in words people read.

    `replaces`: the day of the answer this one cancels and replaces, and why.
    """
    holder = dossier["holder"]
    address = holder.get("address") or {}
    representative = holder.get("legal_representative") or {}
    return {
        "title": f"Notification – {dossier['reference']}",
        "granted": granted_cents > 0,
        "funder": {
            "name": funder["name"],
            "signatory": funder["letter_signatory"],
            "function": funder["letter_signatory_function"],
        },
        "holder": {
            "name": holder["name"],
            "representative": representative.get("full_name", ""),
            "function": representative.get("function", ""),
            "street": address.get("street", ""),
            "city": f"{address.get('postcode', '')} {address.get('city', '')}".strip(),
        },
        "date": day_in_words(notified_on),
        "reference": dossier["reference"],
        "action": dossier["title"],
        "campaign": campaign_title,
        "asked": euros(asked_cents),
        "amount": euros(granted_cents),
        "motive": motive,
        "conditions": conditions,
        "comment": holder_comment,
        "replaces": {"date": day_in_words(replaces[0]), "reason": replaces[1]} if replaces else {},
    }


def mail_text(data: Mapping[str, Any]) -> str:
    """The mail that carries the letter."""
    if data["granted"]:
        said = f"{data['funder']['name']} a décidé de vous accorder une subvention de {data['amount']}."
    else:
        said = f"{data['funder']['name']} n'a pas retenu votre demande."
    if data["replaces"]:
        said = f"Cette réponse annule et remplace celle du {data['replaces']['date']}.\n\n{said}"
    return f"""Bonjour,

Votre dossier {data["reference"]} « {data["action"]} » a été examiné.

{said}

La lettre jointe vous en donne les motifs, les conditions et les voies de recours.
"""
