"""The signing key: drawn once, told by its thumbprint, refused when unfit."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from services.directory.sessions import keys
from services.directory.sessions.keys import SigningKeys, public_jwk
from services.directory.settings import Settings
from tests.support import SIGNER, Signer, settings_for


def settings(folder: Path, **more: str) -> Settings:
    made: Settings = settings_for(Settings, "dbname=none", folder, **more)
    return made


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "_BITS", 2048)


def test_a_thumbprint_is_that_of_the_standard() -> None:
    """RFC 7638 §3.1."""
    modulus = (
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMs"
        "tn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajr"
        "n1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
    )
    import base64

    n = int.from_bytes(base64.urlsafe_b64decode(modulus + "=="), "big")
    jwk = public_jwk(rsa.RSAPublicNumbers(65537, n).public_key())
    assert jwk == {
        "kty": "RSA",
        "use": "sig",
        "alg": "RS256",
        "kid": "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs",
        "n": modulus,
        "e": "AQAB",
    }


def test_the_key_is_drawn_once_and_closed_to_others(tmp_path: Path) -> None:
    first, second = SigningKeys(settings(tmp_path)), SigningKeys(settings(tmp_path))
    assert not (tmp_path / "keys").exists()  # nothing is drawn before it is needed
    assert first.published == second.published
    (file,) = (tmp_path / "keys").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_processes_that_start_at_once_sign_with_the_same_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda _: SigningKeys(settings(tmp_path)).published, range(8)))
    assert all(published == found[0] for published in found)
    assert len(list((tmp_path / "keys").iterdir())) == 1


def test_a_key_is_given_as_text_or_as_a_file(tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_text(SIGNER.private_pem)
    by_text = SigningKeys(settings(tmp_path, signing_key=SIGNER.private_pem))
    on_one_line = SigningKeys(settings(tmp_path, signing_key=SIGNER.private_pem.replace("\n", "\\n")))
    by_path = SigningKeys(settings(tmp_path, signing_key=str(tmp_path / "key.pem")))
    assert by_text.published == by_path.published == on_one_line.published
    assert not (tmp_path / "keys").exists()


def test_retired_keys_are_published_after_the_current_one(tmp_path: Path) -> None:
    one, two = Signer(), Signer()
    (tmp_path / "one.pem").write_text(one.public_pem)
    (tmp_path / "two.pem").write_text(two.private_pem)
    given = f"{tmp_path / 'one.pem'}, {tmp_path / 'two.pem'}"
    rotated = SigningKeys(settings(tmp_path, signing_key=SIGNER.private_pem, previous_keys=given))
    together = SigningKeys(settings(tmp_path, signing_key=SIGNER.private_pem, previous_keys=one.public_pem + two.public_pem))
    assert [key["n"] for key in rotated.published] == [key["n"] for key in together.published]
    assert [key["n"] for key in rotated.published][1:] == [one.jwk["n"], two.jwk["n"]]
    again = SigningKeys(settings(tmp_path, signing_key=SIGNER.private_pem, previous_keys=SIGNER.public_pem))
    assert len(again.published) == 1


def test_an_unfit_key_is_refused_when_starting(tmp_path: Path) -> None:
    small = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505
    elliptic = ec.generate_private_key(ec.SECP256R1())
    for private in (small, elliptic):
        pem = private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()
        with pytest.raises(ValueError, match="DIRECTORY_SIGNING_KEY"):
            SigningKeys(settings(tmp_path, signing_key=pem))


def test_cheap_passwords_are_refused_in_production(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="PASSWORD_COST"):
        settings(tmp_path, password_cost="low", environment="production")
