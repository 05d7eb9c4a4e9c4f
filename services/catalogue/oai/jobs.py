"""Jobs of the OAI-PMH provider."""

from services.common.jobs import Job

JOBS: list[Job] = []
