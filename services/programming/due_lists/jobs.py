"""What each person has to do, and by when; reminders and digests. Jobs."""

from services.common.jobs import Job

JOBS: list[Job] = []
