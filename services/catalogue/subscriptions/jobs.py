"""Jobs of saved searches and followed documents."""

from services.common.jobs import Job

JOBS: list[Job] = []
