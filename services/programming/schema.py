"""Every table of the service, for Alembic."""

from .campaigns import models as campaigns
from .contracts import models as contracts
from .dossiers import models as dossiers
from .tables import Base

metadata = Base.metadata

__all__ = ["campaigns", "contracts", "dossiers", "metadata"]
