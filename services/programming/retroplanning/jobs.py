"""The calendar of a campaign, computed backwards from the promised answer. Jobs."""

from services.common.jobs import Job

JOBS: list[Job] = []
