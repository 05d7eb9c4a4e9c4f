"""What an organisation may be and who decides. Pure: no database, no clock, no I/O."""

import re
from collections.abc import Collection
from datetime import date

from stdnum.exceptions import ValidationError
from stdnum.fr import siret as siret_number

from services.common.language import Text

#: Kinds that may fund or lead a contract: opened by the platform's administrators only.
ADMINISTERED_KINDS = frozenset({"state", "region", "departement", "epci", "commune", "caf", "resource_centre", "other_public"})
#: Whom the contrat d'engagement républicain binds (décret n° 2021-1947, art. 1): associations and foundations.
CER_KINDS = frozenset({"association", "foundation"})
#: The decree is in force from that day.
CER_SINCE = date(2022, 1, 2)

ROLES = ("member", "manager", "signatory", "payer")
MANAGER = "manager"

_RNA = re.compile(r"W\d[A-Z\d]\d{7}", re.ASCII)


def _compact(number: str) -> str:
    return "".join(number.split())


def checked_siret(number: str) -> str:
    """The fourteen figures, spaces gone; raises ValueError when they are no SIRET (Luhn; La Poste has its own key)."""
    compact = _compact(number)
    if not re.fullmatch(r"[0-9]{14}", compact):
        if re.fullmatch(r"[0-9]{9}", compact):
            raise ValueError(
                Text("C'est un SIREN : le SIRET compte cinq chiffres de plus.", "This is a SIREN: a SIRET has five more digits.")
            )
        raise ValueError(Text("Un SIRET compte quatorze chiffres.", "A SIRET has fourteen digits."))
    try:
        return str(siret_number.validate(compact))
    except ValidationError as error:
        detail = Text("La clé de ce SIRET est fausse : vérifiez les chiffres.", "This SIRET fails its check digit.")
        raise ValueError(detail) from error


def checked_rna(number: str) -> str:
    """`W` and nine signs, in capitals; raises ValueError otherwise."""
    compact = _compact(number).upper()
    if not _RNA.fullmatch(compact):
        raise ValueError(Text("Un numéro RNA a la forme W119012345.", "An RNA number looks like W119012345."))
    return compact


def missing_identifier(kind: str, siret: str | None, rna: str | None) -> Text | None:
    """Why this organisation is not identified, or None."""
    if siret or (kind == "association" and rna):
        return None
    if kind == "association":
        return Text("Une association donne son SIRET ou son numéro RNA.", "An association gives its SIRET or its RNA number.")
    return Text("Le SIRET est obligatoire.", "The SIRET is required.")


def cer_refusal(kind: str, signed_on: date, *, today: date) -> Text | None:
    """Why this contrat d'engagement républicain cannot be taken down, or None."""
    if kind not in CER_KINDS:
        return Text("Seules les associations et les fondations le souscrivent.", "Only associations and foundations sign it.")
    if signed_on > today:
        return Text("La date de signature est à venir.", "The date of signature is in the future.")
    if signed_on < CER_SINCE:
        return Text("Ce contrat existe depuis le 2 janvier 2022.", "This contract exists since 2 January 2022.")
    return None


def leaves_nobody(roles_before: Collection[str], roles_after: Collection[str], other_managers: int) -> bool:
    """Whether this change takes the last manager away."""
    return MANAGER in roles_before and MANAGER not in roles_after and other_managers == 0
