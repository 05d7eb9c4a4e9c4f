"""Jobs of statistics."""

from services.common.jobs import Job

JOBS: list[Job] = []
