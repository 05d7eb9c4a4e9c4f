"""Dated notices that amend a campaign already open, and reach every draft's holder. Jobs."""

from services.common.jobs import Job

JOBS: list[Job] = []
