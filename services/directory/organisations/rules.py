"""What an organisation may be and who decides. Pure: no database, no clock, no I/O."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from stdnum.exceptions import ValidationError
from stdnum.fr import siret as siret_number

from services.common.language import Text
from services.common.problems import FieldError

#: Kinds that may fund or lead a contract: opened by the platform's administrators only.
ADMINISTERED_KINDS = frozenset({"state", "region", "departement", "epci", "commune", "caf", "resource_centre", "other_public"})
#: Whom the contrat d'engagement républicain binds (décret n° 2021-1947, art. 1): associations and foundations.
CER_KINDS = frozenset({"association", "foundation"})
#: The decree is in force from that day.
CER_SINCE = date(2022, 1, 2)

ROLES = ("member", "manager", "signatory", "payer")
MANAGER = "manager"
SIGNATORY = "signatory"
#: Of one organisation, as they are listed: more than any has.
MOST_SIGNATORIES = 100

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


@dataclass(frozen=True)
class Ending:
    """A dissolution as it is declared, and what is known of the successor it names.

    `line`: who took over from the successor, one after the other, when it is dissolved itself.
    """

    organisation_id: UUID
    is_merger: bool
    dissolved_on: date
    successor_id: UUID | None
    successor_known: bool = False
    successor_living: bool = False
    line: Sequence[UUID] = ()


def dissolution_errors(ending: Ending, *, today: date) -> list[FieldError]:
    """What is wrong with a dissolution; nothing when it may be recorded."""
    errors = []
    if ending.dissolved_on > today:
        said = Text("La dissolution est à venir : elle s'enregistre une fois faite.", "It lies ahead: it is recorded once done.")
        errors.append(FieldError("/dissolved_on", said, "in_the_future"))
    if refusal := _successor_refusal(ending):
        errors.append(FieldError("/successor_id", *refusal))
    return errors


def _successor_refusal(ending: Ending) -> tuple[Text, str] | None:
    if ending.successor_id is None:
        said = Text("Dites quelle organisation succède.", "Say which organisation takes over.")
        return (said, "required") if ending.is_merger else None
    if ending.successor_id == ending.organisation_id:
        return Text("Une organisation ne se succède pas à elle-même.", "An organisation does not succeed itself."), "itself"
    if not ending.successor_known:
        return Text("Cette organisation n'est pas dans l'annuaire.", "This organisation is not in the directory."), "unknown"
    if ending.organisation_id in ending.line:
        said = Text(
            "Celle-ci lui a déjà cédé la place : la succession tournerait en rond.", "It gave way to this one already: a circle."
        )
        return said, "cycle"
    if not ending.successor_living:
        said = Text("Elle est dissoute : nommez celle qui lui a succédé.", "It is dissolved: name the one that took over from it.")
        return said, "dissolved"
    return None


def leaves_nobody(roles_before: Collection[str], roles_after: Collection[str], other_managers: int) -> bool:
    """Whether this change takes the last manager away."""
    return MANAGER in roles_before and MANAGER not in roles_after and other_managers == 0


def takes_back(roles_before: Collection[str], roles_after: Collection[str]) -> bool:
    """Whether somebody loses a role: tokens that say the former ones are then refused at once."""
    return not set(roles_before) <= set(roles_after)


def handover_refusal(giver_id: UUID, heir_id: UUID | None, heir_roles: Collection[str]) -> FieldError | None:
    """Why management cannot pass to them, or None. `heir_id` is None when the organisation has no such member."""
    if heir_id is None:
        said = Text("Cette personne n'est pas membre de l'organisation.", "This person is no member of the organisation.")
        return FieldError("/account_id", said, "not_a_member")
    if heir_id == giver_id:
        return FieldError("/account_id", Text("C'est vous-même.", "This is yourself."), "yourself")
    if MANAGER in heir_roles:
        said = Text("Cette personne gère déjà l'organisation.", "This person manages it already.")
        return FieldError("/account_id", said, "manager_already")
    return None
