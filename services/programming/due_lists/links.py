"""Addresses written in mails, good for one thing only."""

from uuid import UUID

from services.common import signing
from services.common.mail import MailingList
from services.common.problems import NotFound
from services.common.settings import ServiceSettings

PREFIX = "/programming/v1"
#: Name of the list (`List-Id`).
REMINDERS = "rappels.programmation"

_ENDING = signing.Signed("reminders: end", NotFound)


def reminders(settings: ServiceSettings, account_id: UUID) -> MailingList:
    token = _ENDING.token(settings, account_id.hex)
    return MailingList(REMINDERS, signing.address(settings, "", f"{PREFIX}/reminder-endings/{{token}}", token))


def account_of(settings: ServiceSettings, token: str) -> UUID:
    """Whose mail it was written in; raises `NotFound` when it is not ours."""
    return _ENDING.read(settings, token, signing.one_id)
