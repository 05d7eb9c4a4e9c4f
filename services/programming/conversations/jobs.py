"""Messages between a holder and those who instruct, and between funders instructing together. Jobs."""

from services.common.jobs import Job

JOBS: list[Job] = []
