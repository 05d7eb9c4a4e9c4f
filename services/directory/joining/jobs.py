"""Invitations to an organisation and requests to join it. Jobs."""

from services.common.jobs import Job

JOBS: list[Job] = []
