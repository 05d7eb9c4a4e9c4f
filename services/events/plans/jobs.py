"""Jobs of plans."""

from services.common.jobs import Job

JOBS: list[Job] = []
