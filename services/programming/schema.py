"""Every table of the service, for Alembic."""

from .agreements import models as agreements
from .assignments import models as assignments
from .awards import models as awards
from .bank_accounts import models as bank_accounts
from .bilans import models as bilans
from .campaigns import models as campaigns
from .change_requests import models as change_requests
from .collaborators import models as collaborators
from .committees import models as committees
from .contracts import models as contracts
from .conversations import models as conversations
from .coverage import models as coverage
from .cpos import models as cpos
from .dossiers import models as dossiers
from .due_lists import models as due_lists
from .minutes import models as minutes
from .monitoring import models as monitoring
from .notices import models as notices
from .notifications import models as notifications
from .open_data import models as open_data
from .organisations import models as organisations
from .other_subsidies import models as other_subsidies
from .parameters import models as parameters
from .payments import models as payments
from .permanent_files import models as permanent_files
from .privacy import models as privacy
from .reports import models as reports
from .retroplanning import models as retroplanning
from .reviews import models as reviews
from .similar import models as similar
from .tables import Base
from .versions import models as versions
from .webhooks import models as webhooks

metadata = Base.metadata

__all__ = [
    "agreements",
    "assignments",
    "awards",
    "bank_accounts",
    "bilans",
    "campaigns",
    "change_requests",
    "collaborators",
    "committees",
    "contracts",
    "conversations",
    "coverage",
    "cpos",
    "dossiers",
    "due_lists",
    "metadata",
    "minutes",
    "monitoring",
    "notices",
    "notifications",
    "open_data",
    "organisations",
    "other_subsidies",
    "parameters",
    "payments",
    "permanent_files",
    "privacy",
    "reports",
    "retroplanning",
    "reviews",
    "similar",
    "versions",
    "webhooks",
]
