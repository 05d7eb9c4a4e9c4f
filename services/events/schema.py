"""Every table of the service, imported for Alembic."""

from .agenda import models as _agenda
from .attendance import models as _attendance
from .certificates import models as _certificates
from .feeds import models as _feeds
from .invitations import models as _invitations
from .needs import models as _needs
from .networks import models as _networks
from .outcomes import models as _outcomes
from .plans import models as _plans
from .privacy import models as _privacy
from .registrations import models as _registrations
from .registrations import people_models as _people
from .statistics import models as _statistics
from .surveys import models as _surveys
from .tables import Base
from .visio import models as _visio
from .vocabulary import models as _vocabulary

metadata = Base.metadata

__all__ = [
    "_agenda",
    "_attendance",
    "_certificates",
    "_feeds",
    "_invitations",
    "_needs",
    "_networks",
    "_outcomes",
    "_people",
    "_plans",
    "_privacy",
    "_registrations",
    "_statistics",
    "_surveys",
    "_visio",
    "_vocabulary",
    "metadata",
]
