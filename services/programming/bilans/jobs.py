"""Jobs of bilans."""

from services.common.jobs import Job

JOBS: list[Job] = []
