"""Jobs of reports."""

from services.common.jobs import Job

JOBS: list[Job] = []
