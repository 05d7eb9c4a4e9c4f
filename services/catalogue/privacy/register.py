"""Who holds what about people in the catalogue: a room that comes to hold some writes a `personal.py` and a line here."""

from typing import Any

from psycopg import AsyncConnection

from services.common.db import Row
from services.common.personal_data import Holding, Who

from ..documents import personal as documents
from ..newsletters import personal as newsletters
from ..questions import personal as questions
from ..subscriptions import personal as subscriptions
from . import repository


async def _acts(reader: AsyncConnection[Any], who: Who) -> list[Row]:
    return await repository.ACTS.of(reader, who.account_id)


#: From the highest room to the lowest.
HOLDINGS: tuple[Holding, ...] = (
    Holding("acts", "les actes faits sous votre compte", (), _acts),
    Holding("newsletters", "les lettres reçues", ("newsletter_subscribers",), newsletters.export, newsletters.erase),
    Holding(
        "subscriptions",
        "recherches enregistrées et documents suivis",
        ("subscribers", "saved_searches", "follows"),
        subscriptions.export,
        subscriptions.erase,
    ),
    Holding("questions", "questions aux documentalistes", ("questions", "question_messages"), questions.export, questions.erase),
    Holding(
        "documents",
        "les documents qui vous nomment : contact d'une expérience, auteur",
        ("documents", "document_versions"),
        documents.export,
        documents.erase,
    ),
)
