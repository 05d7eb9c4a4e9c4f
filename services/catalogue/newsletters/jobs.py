"""Jobs of newsletters."""

from services.common.jobs import Job

JOBS: list[Job] = []
