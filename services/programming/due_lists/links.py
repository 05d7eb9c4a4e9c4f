"""Addresses written in mails, good for one thing only."""

from uuid import UUID

from itsdangerous import BadData, URLSafeSerializer

from services.common.mail import MailingList
from services.common.problems import NotFound
from services.common.settings import ServiceSettings

PREFIX = "/programming/v1"
#: Name of the list (`List-Id`).
REMINDERS = "rappels.programmation"


def reminders(settings: ServiceSettings, account_id: UUID) -> MailingList:
    return MailingList(REMINDERS, f"{settings.public_url}{PREFIX}/reminder-endings/{_signer(settings).dumps(account_id.hex)}")


def account_of(settings: ServiceSettings, token: str) -> UUID:
    """Whose mail it was written in; raises `NotFound` when it is not ours."""
    try:
        return UUID(_signer(settings).loads(token))
    except (BadData, ValueError, TypeError, AttributeError) as error:
        raise NotFound() from error


def _signer(settings: ServiceSettings) -> URLSafeSerializer:
    return URLSafeSerializer(settings.secret_key.get_secret_value(), salt="reminders: end")
