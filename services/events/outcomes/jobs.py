"""Jobs of outcomes."""

from services.common.jobs import Job

JOBS: list[Job] = []
