"""What is signed in the links people receive: each kind with its own salt, so that a link of one kind opens nothing of another."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import quote
from uuid import UUID

from itsdangerous import BadData, URLSafeSerializer

from .problems import Problem
from .settings import ServiceSettings

T = TypeVar("T")


def one_id(said: Any) -> UUID:
    """A link that says an id and nothing else."""
    return UUID(hex=said)


@dataclass(frozen=True)
class Signed:
    """One kind of links. Whether what a link says still counts is for its room to look up."""

    salt: str
    #: Raised when a link was tampered with or cut.
    refusal: type[Problem]

    def token(self, settings: ServiceSettings, said: Any) -> str:
        return str(self._signer(settings).dumps(said))

    def read(self, settings: ServiceSettings, given: str, understood: Callable[[Any], T]) -> T:
        try:
            return understood(self._signer(settings).loads(given))
        except (BadData, ValueError, TypeError, AttributeError) as error:
            raise self.refusal() from error

    def _signer(self, settings: ServiceSettings) -> URLSafeSerializer:
        return URLSafeSerializer(settings.secret_key.get_secret_value(), salt=self.salt)


def address(settings: ServiceSettings, page_url: str, path: str, token: str) -> str:
    """Where a link leads: the page that was set for it, else the service's own; `path` ends with the name the token takes the place of."""
    template = page_url or f"{settings.public_url}{path}"
    return template.replace(path[path.index("{") :], quote(token, safe=""))
