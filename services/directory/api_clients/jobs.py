"""Programs that act for an organisation: client credentials and scopes. Jobs."""

from services.common.jobs import Job

JOBS: list[Job] = []
