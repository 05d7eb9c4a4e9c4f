"""Every table of the service, imported for Alembic."""

from .accounts import models as _accounts
from .actors import models as _actors
from .api_clients import models as _api_clients
from .imports import models as _imports
from .joining import models as _joining
from .organisations import models as _organisations
from .privacy import models as _privacy
from .sessions import models as _sessions
from .tables import Base
from .territories import models as _territories
from .themes import models as _themes

metadata = Base.metadata

__all__ = [
    "_accounts",
    "_actors",
    "_api_clients",
    "_imports",
    "_joining",
    "_organisations",
    "_privacy",
    "_sessions",
    "_territories",
    "_themes",
    "metadata",
]
