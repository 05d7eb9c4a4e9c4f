"""Jobs of newsletters."""

from services.common.jobs import Job

from . import sending

JOBS: list[Job] = [sending.write_newsletters]
