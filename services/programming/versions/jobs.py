"""A dossier as it was at each submission: what changed between two, and its PDF. Jobs."""

from services.common.jobs import Job

JOBS: list[Job] = []
