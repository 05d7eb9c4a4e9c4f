"""Jobs of drafts made of closed dossiers."""

from services.common.jobs import Job

JOBS: list[Job] = []
