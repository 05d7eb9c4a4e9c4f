"""What is kept but must not be read in the database: sealed (Fernet: AES-128-CBC and HMAC), or told apart by a keyed fingerprint.

Keys are derived (HKDF) from the platform's secret key, one pair for each `purpose`: what was sealed for one is not opened for
another. Changing the secret key makes what was sealed unreadable; who gave it gives it again.
"""

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import SecretStr


class SealBroken(ValueError):
    """Sealed with another key, for another purpose, or altered."""


def seal(secret: SecretStr, purpose: str, text: str) -> str:
    return _fernet(secret, purpose).encrypt(text.encode()).decode()


def opened(secret: SecretStr, purpose: str, sealed: str) -> str:
    """What was sealed for this purpose; raises `SealBroken`."""
    try:
        return _fernet(secret, purpose).decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise SealBroken("sealed with another key") from error


def fingerprint(secret: SecretStr, purpose: str, text: str) -> str:
    """The same for the same text, and useless to whoever lacks the key (64 hexadecimal digits)."""
    return hmac.new(_key(secret, purpose, "fingerprint"), text.encode(), hashlib.sha256).hexdigest()


def _fernet(secret: SecretStr, purpose: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(_key(secret, purpose, "seal")))


def _key(secret: SecretStr, purpose: str, use: str) -> bytes:
    derivation = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"canevas {purpose}: {use}".encode())
    return derivation.derive(secret.get_secret_value().encode())
