"""Jobs of the catalogue: what runs after the answer, or by the clock."""

from services.common.jobs import Job

from .documents import jobs as documents
from .experiences import jobs as experiences
from .files import jobs as files
from .formats import jobs as formats
from .harvests import jobs as harvests
from .imports import jobs as imports
from .newsletters import jobs as newsletters
from .oai import jobs as oai
from .outcomes import jobs as outcomes
from .privacy import jobs as privacy
from .questions import jobs as questions
from .search import jobs as search
from .subscriptions import jobs as subscriptions
from .usage import jobs as usage
from .vocabulary import jobs as vocabulary

JOBS: list[Job] = [
    *documents.JOBS,
    *experiences.JOBS,
    *files.JOBS,
    *formats.JOBS,
    *harvests.JOBS,
    *imports.JOBS,
    *newsletters.JOBS,
    *oai.JOBS,
    *outcomes.JOBS,
    *questions.JOBS,
    *search.JOBS,
    *subscriptions.JOBS,
    *usage.JOBS,
    *vocabulary.JOBS,
    *privacy.JOBS,
]
