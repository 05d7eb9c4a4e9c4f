"""Jobs of attendance."""

from services.common.jobs import Job

JOBS: list[Job] = []
