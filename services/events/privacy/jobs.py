"""Jobs of privacy."""

from services.common.jobs import Job

JOBS: list[Job] = []
