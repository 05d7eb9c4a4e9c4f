"""Agenda and minutes of a committee session, as PDF. Jobs."""

from services.common.jobs import Job

JOBS: list[Job] = []
