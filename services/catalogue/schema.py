"""Every table of the service, imported for Alembic."""

from .centres import models as _centres
from .documents import models as _documents
from .experiences import models as _experiences
from .files import models as _files
from .formats import models as _formats
from .harvests import models as _harvests
from .imports import models as _imports
from .newsletters import models as _newsletters
from .oai import models as _oai
from .outcomes import models as _outcomes
from .privacy import models as _privacy
from .questions import models as _questions
from .search import models as _search
from .subscriptions import models as _subscriptions
from .tables import Base
from .usage import models as _usage
from .vocabulary import models as _vocabulary

metadata = Base.metadata

__all__ = [
    "_centres",
    "_documents",
    "_experiences",
    "_files",
    "_formats",
    "_harvests",
    "_imports",
    "_newsletters",
    "_oai",
    "_outcomes",
    "_privacy",
    "_questions",
    "_search",
    "_subscriptions",
    "_usage",
    "_vocabulary",
    "metadata",
]
