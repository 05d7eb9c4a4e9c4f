"""Jobs of documents."""

from services.common.jobs import Job

from . import upkeep

JOBS: list[Job] = [*upkeep.JOBS]
