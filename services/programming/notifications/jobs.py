"""Jobs of notification."""

from services.common.jobs import Job

from .bulk import notify_in_bulk
from .corrections import write_correction
from .service import write_letter, write_letters

JOBS: list[Job] = [write_letter, write_letters, notify_in_bulk, write_correction]
