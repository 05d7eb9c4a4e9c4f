"""Jobs of views and downloads."""

from services.common.jobs import Job

JOBS: list[Job] = []
