"""Permanent files of organisations: statutes, accounts, bank details' proof, asked once and reused. Jobs."""

from services.common.jobs import Job

JOBS: list[Job] = []
