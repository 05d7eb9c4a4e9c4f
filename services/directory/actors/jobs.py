"""Public directory of actors; people by their consent only. Jobs."""

from services.common.jobs import Job

JOBS: list[Job] = []
