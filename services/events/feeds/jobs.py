"""Jobs of feeds."""

from services.common.jobs import Job

JOBS: list[Job] = []
