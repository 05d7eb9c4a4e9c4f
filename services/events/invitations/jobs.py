"""Jobs of invitations."""

from services.common.jobs import Job

JOBS: list[Job] = []
