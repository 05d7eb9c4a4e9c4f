"""All the SQL of privacy: the register, and the acts of an account."""

from services.common.acts import Acts
from services.common.erasures import Register

from ..tables import KERNEL
from .models import ERASURES

#: The chained register of erasures.
REGISTER = Register("catalogue", ERASURES)
#: What an account did in the catalogue.
ACTS = Acts(ERASURES.metadata, KERNEL.journal)
