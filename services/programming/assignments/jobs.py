"""Who instructs what: bulk assignment, conflicts of interest, calibration, to-do. Jobs."""

from services.common.jobs import Job

JOBS: list[Job] = []
