"""What a bank account's numbers must be. Pure: no database, no clock, no key."""

import re

from stdnum import bic as bics
from stdnum import iban as ibans
from stdnum.exceptions import InvalidChecksum, InvalidComponent, InvalidLength, ValidationError

from services.common.language import Text

_SHAPE = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", re.ASCII)
_COPY = Text("Recopiez-le depuis le RIB, espaces comprises ou non.", "Copy it from the bank statement, with or without spaces.")


def checked_iban(written: str) -> str:
    """The IBAN (ISO 13616) without spaces, in capitals. A refusal never repeats the number: it would end in a log."""
    number = str(ibans.compact(written)).removeprefix("IBAN").lstrip(":")
    strange = sorted({sign for sign in number if not (sign.isascii() and sign.isalnum())})
    if strange:
        raise ValueError(
            Text(
                f"L'IBAN contient un signe inattendu ({' '.join(strange[:5])}) : seuls les chiffres et les lettres sans accent y ont place. {_COPY.fr}",
                f"The IBAN holds an unexpected sign ({' '.join(strange[:5])}): only digits and plain letters belong there. {_COPY.en}",
            )
        )
    if not _SHAPE.fullmatch(number):
        raise ValueError(
            Text(
                f"Un IBAN commence par un pays et deux chiffres et compte 15 à 34 signes (27 en France). {_COPY.fr}",
                f"An IBAN begins with a country and two digits and has 15 to 34 signs (27 in France). {_COPY.en}",
            )
        )
    try:
        # Not the country's own list of banks: a bank that opened since would be refused.
        return str(ibans.validate(number, check_country=False))
    except InvalidChecksum as error:
        raise ValueError(
            Text(
                f"La clé de l'IBAN ne correspond pas : un chiffre est faux ou deux sont inversés. {_COPY.fr}",
                f"The key of the IBAN does not match: a digit is wrong or two are swapped. {_COPY.en}",
            )
        ) from error
    except InvalidComponent as error:
        raise ValueError(
            Text(f"L'IBAN commence par un pays inconnu. {_COPY.fr}", f"The IBAN begins with an unknown country. {_COPY.en}")
        ) from error
    except ValidationError as error:
        raise ValueError(
            Text(
                f"L'IBAN n'a pas la longueur ou la forme de son pays. {_COPY.fr}",
                f"The IBAN has not the length or the form of its country. {_COPY.en}",
            )
        ) from error


def checked_bic(written: str) -> str:
    """The BIC (ISO 9362) in capitals."""
    try:
        return str(bics.validate(written))
    except InvalidLength as error:
        raise ValueError(Text("Un BIC compte 8 ou 11 signes.", "A BIC has 8 or 11 signs.")) from error
    except ValidationError as error:
        raise ValueError(
            Text(
                "Le BIC n'a pas la forme attendue : recopiez-le depuis le RIB.", "The BIC is misshapen: copy it from the statement."
            )
        ) from error


def masked(iban: str) -> str:
    """`FR76 •••• 0189`: enough to recognise one's own account, too little to use it."""
    return f"{iban[:4]} •••• {iban[-4:]}"


def spaced(iban: str) -> str:
    """In groups of four, as a bank prints it."""
    return " ".join(iban[start : start + 4] for start in range(0, len(iban), 4))
