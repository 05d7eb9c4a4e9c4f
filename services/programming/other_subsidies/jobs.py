"""What a holder asks for or got elsewhere, told to the funders concerned. Jobs."""

from services.common.jobs import Job

JOBS: list[Job] = []
