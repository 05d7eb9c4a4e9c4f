"""Jobs of imports of documents."""

from services.common.jobs import Job

JOBS: list[Job] = []
