"""Jobs of agreements."""

from services.common.jobs import Job

JOBS: list[Job] = []
