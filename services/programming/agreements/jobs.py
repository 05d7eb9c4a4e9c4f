"""Jobs of agreements."""

from services.common.jobs import Job

from .drafting import write_text

JOBS: list[Job] = [write_text]
