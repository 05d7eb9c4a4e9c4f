"""How an IBAN is kept: sealed by the kernel, with a keyed fingerprint that tells equal ones without opening them.

Who reads the database without the platform's secret key learns no IBAN. Changing the secret key makes sealed IBANs unreadable;
their holders then propose their account again.
"""

from pydantic import SecretStr

from services.common import sealing

from .errors import IbanUnreadable

_PURPOSE = "bank accounts"


def seal(secret: SecretStr, iban: str) -> str:
    return sealing.seal(secret, _PURPOSE, iban)


def opened(secret: SecretStr, sealed: str) -> str:
    try:
        return sealing.opened(secret, _PURPOSE, sealed)
    except sealing.SealBroken as error:
        raise IbanUnreadable() from error


def fingerprint(secret: SecretStr, iban: str) -> str:
    """The same for the same IBAN, and useless to whoever lacks the key."""
    return sealing.fingerprint(secret, _PURPOSE, iban)
