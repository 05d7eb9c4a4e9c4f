"""Similar actions for holders, probable duplicates and overlaps for funders. Jobs."""

from services.common.jobs import Job

JOBS: list[Job] = []
