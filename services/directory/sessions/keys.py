"""The keys access tokens are signed with: drawn once, or given; the retired ones stay published until their tokens died."""

import base64
import hashlib
import json
import os
import re
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from services.common.auth import ALGORITHM, signer

from ..settings import Settings

_BITS = 3072
_FEWEST_BITS = 2048
_PEM = re.compile(r"-----BEGIN ([A-Z ]+)-----.+?-----END \1-----", re.DOTALL)


class SigningKeys:
    """Signs tokens, publishes the public keys, and is the directory's own key source (`await keys(kid)`)."""

    def __init__(self, settings: Settings) -> None:
        self._folder = settings.data_dir / "keys"
        given = settings.signing_key.get_secret_value()
        self._given = _texts(given)[0] if given else None
        self._previous = [public_jwk(_public_key(pem)) for pem in _texts(settings.previous_keys)]
        if self._given:
            _ = self._pair  # a wrong setting is known at once

    @property
    def published(self) -> list[dict[str, str]]:
        """Public keys, the current one first."""
        current = self._pair[1]
        return [current, *(retired for retired in self._previous if retired["kid"] != current["kid"])]

    def sign(self, claims: Mapping[str, Any]) -> str:
        return self._pair[0](claims)

    async def __call__(self, kid: str) -> dict[str, Any] | None:
        return next((key for key in self.published if key["kid"] == kid), None)

    @cached_property
    def _pair(self) -> tuple[Callable[[Mapping[str, Any]], str], dict[str, str]]:
        """How to sign and the public half. Drawn when first needed: writing the contract down needs no key."""
        text = self._given or _drawn(self._folder)
        private = serialization.load_pem_private_key(text.encode(), password=None)
        if not isinstance(private, rsa.RSAPrivateKey) or private.key_size < _FEWEST_BITS:
            raise ValueError(f"DIRECTORY_SIGNING_KEY: an RSA private key of {_FEWEST_BITS} bits or more is expected")
        public = public_jwk(private.public_key())
        return signer(text, public["kid"]), public


def public_jwk(key: rsa.RSAPublicKey) -> dict[str, str]:
    """The key as RFC 7517 writes it, named by its RFC 7638 thumbprint."""
    numbers = key.public_numbers()
    needed = {"e": _base64(_octets(numbers.e)), "kty": "RSA", "n": _base64(_octets(numbers.n))}
    canonical = json.dumps(needed, separators=(",", ":"), sort_keys=True).encode()
    return {**needed, "kid": _base64(hashlib.sha256(canonical).digest()), "alg": ALGORITHM, "use": "sig"}


def _public_key(pem: str) -> rsa.RSAPublicKey:
    if "PRIVATE" in pem:
        loaded: Any = serialization.load_pem_private_key(pem.encode(), password=None).public_key()
    else:
        loaded = serialization.load_pem_public_key(pem.encode())
    if not isinstance(loaded, rsa.RSAPublicKey):
        raise ValueError("DIRECTORY_PREVIOUS_KEYS: RSA keys are expected")
    return loaded


def _texts(given: str) -> list[str]:
    """The PEM blocks of a setting that holds them, or the paths of files that do."""
    if "-----BEGIN" not in given:
        given = "\n".join(Path(path.strip()).read_text() for path in given.split(",") if path.strip())
    return [match[0] + "\n" for match in _PEM.finditer(given.replace("\\n", "\n"))]


def _drawn(folder: Path) -> str:
    """The key of this data directory. Two processes that start at once end with the same one: the first to link it wins."""
    place = folder / "access-token.pem"
    if not place.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, fresh = tempfile.mkstemp(dir=folder, prefix="new-")  # 0600
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(_new_key())
                file.flush()
                os.fsync(file.fileno())
            with suppress(FileExistsError):
                os.link(fresh, place)
        finally:
            Path(fresh).unlink()
    return place.read_text()


def _new_key() -> bytes:
    private = rsa.generate_private_key(public_exponent=65537, key_size=_BITS)
    return private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def _octets(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def _base64(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()
