"""Table of privacy: the register of erasures."""

from services.common.erasures import declare_register

from ..tables import Base

ERASURES = declare_register(Base.metadata)
