"""Jobs of other centres' holdings."""

from services.common.jobs import Job

JOBS: list[Job] = []
