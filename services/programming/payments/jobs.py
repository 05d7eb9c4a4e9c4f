"""Jobs of payments."""

from services.common.jobs import Job

JOBS: list[Job] = []
