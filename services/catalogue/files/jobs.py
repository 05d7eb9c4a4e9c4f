"""Jobs of the files of documents."""

from services.common.jobs import Job

JOBS: list[Job] = []
