"""Agenda and minutes of a committee session, as PDF. Jobs."""

from services.common.jobs import Job

from .service import draw_session_paper

JOBS: list[Job] = [draw_session_paper]
