"""Every table of the service, imported for Alembic."""

from .accounts import models as _accounts
from .organisations import models as _organisations
from .sessions import models as _sessions
from .tables import Base
from .territories import models as _territories
from .themes import models as _themes

metadata = Base.metadata

__all__ = ["_accounts", "_organisations", "_sessions", "_territories", "_themes", "metadata"]
