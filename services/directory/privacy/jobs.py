"""Export and erasure of a person's data, across the services. Jobs."""

from services.common.jobs import Job

JOBS: list[Job] = []
