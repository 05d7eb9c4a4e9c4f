"""Jobs of the events service: what runs after the answer, or by the clock."""

from services.common.jobs import Job

from .attendance import jobs as attendance
from .certificates import jobs as certificates
from .feeds import jobs as feeds
from .invitations import jobs as invitations
from .needs import jobs as needs
from .outcomes import jobs as outcomes
from .plans import jobs as plans
from .privacy import jobs as privacy
from .registrations import jobs as registrations
from .registrations import people_jobs as people
from .statistics import jobs as statistics
from .surveys import jobs as surveys
from .visio import jobs as visio

JOBS: list[Job] = [
    *attendance.JOBS,
    *certificates.JOBS,
    *feeds.JOBS,
    *invitations.JOBS,
    *needs.JOBS,
    *outcomes.JOBS,
    *people.JOBS,
    *plans.JOBS,
    *privacy.JOBS,
    *registrations.JOBS,
    *statistics.JOBS,
    *surveys.JOBS,
    *visio.JOBS,
]
