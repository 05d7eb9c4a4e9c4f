"""Jobs of cpos."""

from services.common.jobs import Job

JOBS: list[Job] = []
