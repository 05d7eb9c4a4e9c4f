"""Addresses written in mails and given to feed readers."""

from uuid import UUID

from services.common.mail import MailingList
from services.common.settings import ServiceSettings

from . import rules
from .rules import Purpose

PREFIX = "/catalogue/v1"
#: Name of the list of alerts (`List-Id`).
ALERTS = "alertes.catalogue"


def secret(settings: ServiceSettings) -> str:
    return settings.secret_key.get_secret_value()


def unsubscribe_url(settings: ServiceSettings, purpose: Purpose, subject: UUID) -> str:
    """Ends one thing in one click, for whoever holds the mail."""
    return f"{settings.public_url}{PREFIX}/unsubscriptions/{rules.token(secret(settings), purpose, subject)}"


def alerts(settings: ServiceSettings, account_id: UUID) -> MailingList:
    return MailingList(ALERTS, unsubscribe_url(settings, Purpose.END_DIGEST, account_id))


def feed_url(settings: ServiceSettings, search_id: UUID, serial: int, how: str) -> str:
    token = rules.token(secret(settings), Purpose.READ_FEED, search_id, serial)
    return f"{settings.public_url}{PREFIX}/feeds/saved-searches/{token}.{how}"
