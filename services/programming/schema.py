"""Every table of the service, for Alembic."""

from .campaigns import models as campaigns
from .committees import models as committees
from .contracts import models as contracts
from .dossiers import models as dossiers
from .notifications import models as notifications
from .reviews import models as reviews
from .tables import Base

metadata = Base.metadata

__all__ = ["campaigns", "committees", "contracts", "dossiers", "metadata", "notifications", "reviews"]
