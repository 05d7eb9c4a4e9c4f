"""Organisations and territories from files. Jobs."""

from services.common.jobs import Job

JOBS: list[Job] = []
