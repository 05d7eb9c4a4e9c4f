"""What holders are written. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from services.common.clock import in_paris


class Letter(NamedTuple):
    subject: str
    text: str


def extension(draft: Mapping[str, Any], campaign: str, before: datetime, closes_at: datetime, reason: str) -> Letter:
    """The deadline of a campaign in which they have a draft was put off."""
    title = f"« {draft['title']} »" if draft["title"] else "en préparation"
    text = f"""Bonjour,

La date limite de dépôt de « {campaign} » est repoussée.

Nouvelle date limite : {_moment(closes_at)}
Auparavant : {_moment(before)}
Motif : {reason}

Votre dossier {title} ({draft["holder_name"]}) est encore un brouillon : il n'est pas déposé.
Il vous reste jusqu'à la nouvelle date limite pour le compléter et le déposer.
"""
    return Letter(f"Date limite repoussée au {in_paris(closes_at):%d/%m/%Y} : {campaign}", text)


def _moment(instant: datetime) -> str:
    return f"{in_paris(instant):%d/%m/%Y à %H:%M:%S} (heure de Paris)"
