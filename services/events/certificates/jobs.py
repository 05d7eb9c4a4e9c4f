"""Jobs of certificates."""

from services.common.jobs import Job

JOBS: list[Job] = []
