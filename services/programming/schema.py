"""Every table of the service, for Alembic."""

from .agreements import models as agreements
from .awards import models as awards
from .bank_accounts import models as bank_accounts
from .bilans import models as bilans
from .campaigns import models as campaigns
from .committees import models as committees
from .contracts import models as contracts
from .coverage import models as coverage
from .cpos import models as cpos
from .dossiers import models as dossiers
from .monitoring import models as monitoring
from .notifications import models as notifications
from .open_data import models as open_data
from .organisations import models as organisations
from .parameters import models as parameters
from .payments import models as payments
from .reports import models as reports
from .reviews import models as reviews
from .tables import Base

metadata = Base.metadata

__all__ = [
    "agreements",
    "awards",
    "bank_accounts",
    "bilans",
    "campaigns",
    "committees",
    "contracts",
    "coverage",
    "cpos",
    "dossiers",
    "metadata",
    "monitoring",
    "notifications",
    "open_data",
    "organisations",
    "parameters",
    "payments",
    "reports",
    "reviews",
]
