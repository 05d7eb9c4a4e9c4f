"""Who holds what about people in programming: a room that comes to hold some writes a `personal.py` and a line here."""

from typing import Any

from psycopg import AsyncConnection

from services.common.db import Row
from services.common.personal_data import Holding, Who

from ..agreements import personal as agreements
from ..bilans import personal as bilans
from ..change_requests import personal as change_requests
from ..collaborators import personal as collaborators
from ..committees import personal as committees
from ..conversations import personal as conversations
from ..cpos import personal as cpos
from ..dossiers import personal as dossiers
from ..due_lists import personal as due_lists
from ..minutes import personal as minutes
from ..notifications import personal as notifications
from ..other_subsidies import personal as other_subsidies
from ..permanent_files import personal as permanent_files
from ..retroplanning import personal as retroplanning
from ..reviews import personal as reviews
from ..similar import personal as similar
from ..webhooks import personal as webhooks
from . import repository


async def _acts(reader: AsyncConnection[Any], who: Who) -> list[Row]:
    """How many of each act they made, then each line of the journal."""
    return await repository.ACTS.of(reader, who.account_id)


#: From the highest room to the lowest.
HOLDINGS: tuple[Holding, ...] = (
    Holding("acts", "les actes faits sous votre compte", (), _acts),
    Holding(
        "due_lists",
        "vos choix de rappels",
        ("reminder_preferences", "reminders_sent", "due_feeds"),
        due_lists.export,
        due_lists.erase,
    ),
    Holding(
        "webhooks", "les envois d'évènements dont vous êtes le contact", ("webhook_endpoints",), webhooks.export, webhooks.erase
    ),
    Holding("bilans", "les bilans que vous avez signés", ("bilan_submissions",), bilans.export, bilans.erase),
    Holding("cpos", "les conventions pluriannuelles", ("cpos", "cpo_funders", "cpo_amendments"), cpos.export, cpos.erase),
    Holding(
        "notifications",
        "l'adresse où des réponses ont été envoyées",
        ("notifications", "notification_corrections"),
        notifications.export,
        notifications.erase,
    ),
    Holding(
        "agreements", "les conventions signées", ("agreement_signatures", "agreement_texts"), agreements.export, agreements.erase
    ),
    Holding("minutes", "les ordres du jour et procès-verbaux imprimés", ("session_papers",), erase=minutes.erase),
    Holding(
        "retroplanning",
        "les calendriers auxquels vous êtes abonné",
        ("retroplanning_feeds",),
        retroplanning.export,
        retroplanning.erase,
    ),
    Holding(
        "committees", "votre présence aux comités, vos déports", ("committees", "deports"), committees.export, committees.erase
    ),
    Holding("reviews", "les conflits d'intérêts déclarés", ("review_conflicts",), reviews.export, reviews.erase),
    Holding("change_requests", "les compléments demandés", ("change_requests",), change_requests.export, change_requests.erase),
    Holding(
        "conversations",
        "les messages que vous avez écrits",
        ("conversation_messages", "conversation_participants"),
        conversations.export,
        conversations.erase,
    ),
    Holding(
        "other_subsidies",
        "les autres subventions que vous avez déclarées",
        ("declared_subsidies",),
        other_subsidies.export,
        other_subsidies.erase,
    ),
    Holding(
        "similar",
        "les porteurs à qui vous avez écrit",
        ("holder_contacts", "action_profiles", "action_overlaps"),
        similar.export,
        similar.erase,
    ),
    Holding("collaborators", "les dossiers où vous êtes invité", ("collaborators",), collaborators.export, collaborators.erase),
    Holding(
        "dossiers",
        "les dossiers et leurs dépôts",
        ("dossiers", "submissions", "attachments", "renewals"),
        dossiers.export,
        dossiers.erase,
    ),
    Holding(
        "permanent_files", "les pièces que vous avez déposées", ("permanent_files",), permanent_files.export, permanent_files.erase
    ),
)
