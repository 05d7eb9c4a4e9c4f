"""Jobs of the question desk."""

from services.common.jobs import Job

JOBS: list[Job] = []
