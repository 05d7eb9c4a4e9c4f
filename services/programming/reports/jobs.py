"""Jobs of reports."""

from services.common.jobs import Job

from .annual_reports import make_annual_report
from .booklets import make_booklet

JOBS: list[Job] = [make_booklet, make_annual_report]
