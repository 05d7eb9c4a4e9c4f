"""Jobs of visio."""

from services.common.jobs import Job

JOBS: list[Job] = []
