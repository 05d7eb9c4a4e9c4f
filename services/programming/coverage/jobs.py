"""Jobs of coverage."""

from services.common.jobs import Job

JOBS: list[Job] = []
