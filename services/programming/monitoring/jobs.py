"""Jobs of monitoring."""

from services.common.jobs import Job

JOBS: list[Job] = []
