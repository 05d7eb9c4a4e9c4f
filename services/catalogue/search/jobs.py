"""Jobs of the search engine."""

from services.common.jobs import Job

JOBS: list[Job] = []
