"""Jobs of citations, linked data and exports."""

from services.common.jobs import Job

JOBS: list[Job] = []
