"""Jobs of surveys."""

from services.common.jobs import Job

JOBS: list[Job] = []
