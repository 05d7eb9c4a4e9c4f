"""Jobs of needs."""

from services.common.jobs import Job

JOBS: list[Job] = []
