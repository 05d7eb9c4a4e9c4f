"""Jobs of open data."""

from services.common.jobs import Job

JOBS: list[Job] = []
