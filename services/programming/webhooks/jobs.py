"""What happens, told to the information systems that asked for it (Standard Webhooks). Jobs."""

from services.common.jobs import Job

JOBS: list[Job] = []
