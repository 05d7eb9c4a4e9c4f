"""Changes asked of a holder on named fields of a submitted dossier. Jobs."""

from services.common.jobs import Job

JOBS: list[Job] = []
