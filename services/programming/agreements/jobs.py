"""Jobs of agreements."""

from services.common.jobs import Job

from .drafting import draw_text_again, write_text

JOBS: list[Job] = [write_text, draw_text_again]
