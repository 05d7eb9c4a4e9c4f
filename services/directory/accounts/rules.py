"""What an account is allowed to be. Pure: no database, no clock, no I/O."""

import hashlib
import secrets
import unicodedata
from datetime import timedelta

from email_validator import EmailNotValidError, validate_email

from services.common.language import Text

VERIFICATION_KEPT = timedelta(hours=48)
RESET_KEPT = timedelta(hours=2)
#: Limits on what is asked about addresses look this far back.
WINDOW = timedelta(hours=1)
#: A registration nobody confirmed is personal data nobody asked us to keep.
UNVERIFIED_KEPT = timedelta(days=30)
#: Addresses without an account that one person may try when adding members, in an hour.
LOOK_UPS_PER_HOUR = 20

LONGEST_EMAIL = 254
SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 128
_FEWEST_CHARACTERS = 5
#: The most common passwords that are long enough, as leaked lists give them in France and elsewhere.
_COMMON = frozenset(
    [
        "000000000000",
        "111111111111",
        "112233445566",
        "123123123123",
        "123412341234",
        "123456123456",
        "123456654321",
        "123456789000",
        "123456789012",
        "1234567890123",
        "12345678901234",
        "123456789123",
        "1234567891011",
        "12345678910111213",
        "123456789abc",
        "1234567890az",
        "1q2w3e4r5t6y",
        "1qaz2wsx3edc",
        "a1b2c3d4e5f6",
        "abcabcabcabc",
        "abcd12345678",
        "abcdefghijkl",
        "abcdefghijklmnop",
        "administrateur",
        "administrator",
        "aqwzsxedcrfv",
        "azerty123456",
        "azertyazerty",
        "azertyuiop12",
        "azertyuiop123",
        "azertyuiopqsd",
        "azertyuiopqsdfghjklm",
        "bonjourbonjour",
        "changemeplease",
        "changezmoi123",
        "doudoudoudou",
        "football1234",
        "iloveyou1234",
        "iloveyouforever",
        "jetaime12345",
        "jetaimejetaime",
        "letmeinplease",
        "loulouloulou",
        "marseille13000",
        "motdepasse12",
        "motdepasse123",
        "motdepasse1234",
        "motdepasse2024",
        "motdepasse2025",
        "motdepasse2026",
        "motdepasse2027",
        "motdepassemotdepasse",
        "nicolasnicolas",
        "olympiquemarseille",
        "passpasspass",
        "passw0rd1234",
        "password1234",
        "password12345",
        "password123456",
        "passwordpassword",
        "poiuytreza12",
        "q1w2e3r4t5y6",
        "qazwsxedcrfv",
        "qwerty123456",
        "qwertyqwerty",
        "qwertyuiop12",
        "qwertyuiop123",
        "qwertyuiopasdf",
        "soleilsoleil",
        "trustno1trustno1",
        "welcome12345",
    ]
)


def normalise_email(address: str) -> str:
    """The one spelling an address is known under; raises ValueError when it is none."""
    try:
        normalised = validate_email(address.strip(), check_deliverability=False).normalized.casefold()
    except EmailNotValidError as error:
        raise ValueError(Text("Ce n'est pas une adresse e-mail.", f"This is no e-mail address: {error}")) from error
    if len(normalised) > LONGEST_EMAIL:
        raise ValueError(Text("Cette adresse est trop longue.", "This address is too long."))
    return normalised


def known_as(address: str) -> str:
    """Like `normalise_email` for who only compares: an address that is none is left as it is, and matches nobody."""
    try:
        return normalise_email(address)
    except ValueError:
        return address.strip().casefold()


def normalise_password(password: str) -> str:
    """Two keyboards may compose the same accented letter differently."""
    return unicodedata.normalize("NFKC", password)


def password_refusal(password: str, email: str) -> Text | None:
    """Why this password is refused for this account, or None. Its length is the schema's affair."""
    plain = normalise_password(password).casefold()
    local_part = email.partition("@")[0]
    if email in plain or plain.strip("0123456789!?.@-_ ") in {email, local_part}:
        return Text("Le mot de passe ne peut pas être l'adresse e-mail.", "The password cannot be the e-mail address.")
    if plain in _COMMON or plain.rstrip("!?.* ") in _COMMON:
        return Text("Ce mot de passe est l'un des plus courants.", "This password is one of the most common ones.")
    if len(set(plain)) < _FEWEST_CHARACTERS:
        return Text("Ce mot de passe répète toujours les mêmes signes.", "This password repeats the same few characters.")
    return None


def new_token() -> str:
    return secrets.token_urlsafe(32)


def fingerprint(text: str) -> str:
    """What is stored of a token, or of an address that may be nobody's: never the thing itself."""
    return hashlib.sha256(text.encode()).hexdigest()
