"""How an IBAN is kept: sealed (Fernet: AES-128-CBC and HMAC), with a keyed fingerprint that tells equal ones without opening them.

Both keys are derived (HKDF) from the platform's secret key: who reads the database without it learns no IBAN. Changing the
secret key makes sealed IBANs unreadable; their holders then propose their account again.
"""

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import SecretStr

from .errors import IbanUnreadable


def _key(secret: SecretStr, purpose: bytes) -> bytes:
    derivation = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"canevas bank accounts: " + purpose)
    return derivation.derive(secret.get_secret_value().encode())


def seal(secret: SecretStr, iban: str) -> str:
    return Fernet(base64.urlsafe_b64encode(_key(secret, b"seal"))).encrypt(iban.encode()).decode()


def opened(secret: SecretStr, sealed: str) -> str:
    try:
        return Fernet(base64.urlsafe_b64encode(_key(secret, b"seal"))).decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise IbanUnreadable() from error


def fingerprint(secret: SecretStr, iban: str) -> str:
    """The same for the same IBAN, and useless to whoever lacks the key."""
    return hmac.new(_key(secret, b"fingerprint"), iban.encode(), hashlib.sha256).hexdigest()
