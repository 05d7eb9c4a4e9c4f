"""Retention of personal data, erasure with proof, export. Jobs."""

from services.common.jobs import Job

JOBS: list[Job] = []
