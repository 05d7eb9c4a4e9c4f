"""Jobs of bank accounts."""

from services.common.jobs import Job

JOBS: list[Job] = []
