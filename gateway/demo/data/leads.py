"""What is asked for: the action leads of the consultation, in the order of the framework."""

from .leads_grandir import GRANDIR
from .leads_habiter import HABITER
from .leads_travailler import TRAVAILLER
from .model import Lead

LEADS: tuple[Lead, ...] = GRANDIR + HABITER + TRAVAILLER
