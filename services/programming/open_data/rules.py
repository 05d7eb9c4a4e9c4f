"""What a published subsidy says: the 16 columns of SCDL *subventions* 2.1.1, and what stands in the way. Pure.

Décret n° 2017-779 and arrêté of 17 November 2017 ask for these data; the schema says how each is written.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import Enum
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from stdnum.exceptions import ValidationError
from stdnum.fr import siret as siret_number

from services.common.clock import in_paris
from services.common.language import Text

from ..dossiers.rules import months_after
from .models import Licence

COLUMNS = (
    "nomAttribuant", "idAttribuant", "dateConvention", "referenceDecision", "nomBeneficiaire", "idBeneficiaire", "rnaBeneficiaire",
    "objet", "montant", "nature", "conditionsVersement", "datesPeriodeVersement", "idRAE", "notificationUE", "pourcentageSubvention",
    "dispositifAide",
)  # fmt: skip
#: Kinds of organisation that are legal persons by nature. A company may be a sole trader, whose name is a person's.
LEGAL_PERSONS = frozenset(
    {
        *("association", "foundation", "social_landlord", "school", "public_body", "state", "region", "departement", "epci"),
        *("commune", "caf", "resource_centre", "other_public"),
    }
)
#: The schema's own, narrower than the directory's: numbers of Corsica and overseas hold a letter it does not know.
_RNA = re.compile(r"W[0-9]{9}")
_LONGEST_OBJECT = 256
_AN_ID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}")
_BREAKS = re.compile(r" *[\x00-\x1f\x7f-\x9f\u2028\u2029]+ *")
#: A year not published yet leaves by itself that long before its first subsidy is late, so that a bad night changes nothing.
AHEAD = timedelta(days=7)


class Severity(Enum):
    """`blocking`: the row is left out until mended. `advice`: it is published, and could say more. `withheld`: left out for good."""

    BLOCKING = "blocking"
    ADVICE = "advice"
    WITHHELD = "withheld"


class Gap(NamedTuple):
    """Something a row lacks: the SCDL column, why, and the way out."""

    column: str
    code: str
    severity: Severity
    detail: Text
    way_out: Text


@dataclass(frozen=True)
class Attribuant:
    """The funder as its publications say it; by budget line, which aids are de minimis and which public scheme they come from."""

    name: str
    siret: str
    de_minimis: frozenset[str] = frozenset()
    schemes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Grant:
    """An award with its holder's identity, as the export's statement gives it. Amounts in euro cents."""

    id: UUID
    dossier_id: UUID
    contract_id: UUID
    funder_id: UUID
    holder_id: UUID
    year: int
    budget_line: str
    reference: str
    title: str
    holder_name: str
    granted_cents: int
    paid_cents: int
    agreement_required: bool
    agreed_at: datetime | None
    notified_at: datetime
    first_paid_on: date | None
    paid_on: date | None
    pay_before_on: date
    holder_kind: str | None = None
    holder_siret: str | None = None
    holder_rna: str | None = None
    exercise_ends_on: date | None = None
    stated_siret: str | None = None
    legal_person: bool | None = None

    @property
    def agreed_on(self) -> date | None:
        """The day of the agreement in Paris or, where none is due, of the notification; None while one is due."""
        if self.agreed_at is not None:
            return in_paris(self.agreed_at).date()
        return None if self.agreement_required else in_paris(self.notified_at).date()

    @property
    def siret(self) -> str:
        """What the funder states, else what the holder gave, when it is a SIRET."""
        return valid_siret(self.stated_siret or "") or valid_siret(self.holder_siret or "")

    @property
    def rna(self) -> str:
        """The RNA number in the schema's form, or nothing."""
        return self.holder_rna if self.holder_rna and _RNA.fullmatch(self.holder_rna) else ""


@lru_cache(maxsize=8_192)
def valid_siret(number: str) -> str:
    """Its fourteen figures, or nothing when its key is wrong (La Poste has its own)."""
    try:
        return str(siret_number.validate(number))
    except ValidationError:
        return ""


_BY_FUNDER = Text(
    "Indiquez-le : `PUT /programming/v1/funders/{funder_id}/beneficiaries/{holder_id}`.",
    "State it: `PUT /programming/v1/funders/{funder_id}/beneficiaries/{holder_id}`.",
)
FUNDER_UNIDENTIFIED = Gap(
    "idAttribuant",
    "funder_unidentified",
    Severity.BLOCKING,
    Text("L'attribuant n'a ni nom officiel ni SIRET.", "The funder has neither official name nor SIRET."),
    Text(
        "Donnez une fois votre identité de publication : `PUT /programming/v1/funders/{funder_id}/publication`.",
        "Give your publication identity once: `PUT /programming/v1/funders/{funder_id}/publication`.",
    ),
)
_AGREEMENT_UNSIGNED = Gap(
    "dateConvention",
    "agreement_unsigned",
    Severity.BLOCKING,
    Text("Une convention est due et n'est pas signée.", "An agreement is due and is not signed."),
    Text("La ligne paraîtra quand les deux parties auront signé.", "The row appears once both parties have signed."),
)
_NATURAL_PERSON = Gap(
    "nomBeneficiaire",
    "natural_person",
    Severity.WITHHELD,
    Text("Le bénéficiaire est une personne physique.", "The beneficiary is a natural person."),
    Text(
        "Aucune donnée d'une personne n'est publiée : il n'y a rien à faire.",
        "No person's data are published: nothing is to be done.",
    ),
)
_MAYBE_A_PERSON = Gap(
    "nomBeneficiaire",
    "legal_person_unconfirmed",
    Severity.BLOCKING,
    Text(
        "Une entreprise peut être individuelle : son nom serait celui d'une personne.",
        "A company may be a sole trader: its name would be a person's.",
    ),
    Text(
        "Dites si c'est une personne morale : `PUT /programming/v1/funders/{funder_id}/beneficiaries/{holder_id}`.",
        "Say whether it is a legal person: `PUT /programming/v1/funders/{funder_id}/beneficiaries/{holder_id}`.",
    ),
)
_NAMELESS = Gap(
    "nomBeneficiaire",
    "name_missing",
    Severity.BLOCKING,
    Text("Le bénéficiaire n'a pas de nom.", "The beneficiary has no name."),
    Text(
        "Le porteur corrige son nom dans l'annuaire, puis dans son dossier.",
        "The holder mends its name in the directory, then in its dossier.",
    ),
)
_UNTITLED = Gap(
    "objet",
    "title_missing",
    Severity.BLOCKING,
    Text("L'action n'a pas d'intitulé.", "The action has no title."),
    Text("L'équipe du contrat complète l'intitulé du dossier.", "The contract's team completes the dossier's title."),
)
_UNIDENTIFIED = Gap(
    "idBeneficiaire",
    "identifier_missing",
    Severity.BLOCKING,
    Text(
        "Le bénéficiaire n'a ni SIRET valide ni numéro RNA de la forme W suivi de neuf chiffres.",
        "The beneficiary has neither a valid SIRET nor an RNA number made of W and nine figures.",
    ),
    _BY_FUNDER,
)
_SIRET_MISSING = Gap(
    "idBeneficiaire",
    "siret_missing",
    Severity.ADVICE,
    Text(
        "Publié par son seul numéro RNA : une aide en numéraire s'accompagne d'un SIRET.",
        "Published by its RNA number alone: an aid in cash goes with a SIRET.",
    ),
    _BY_FUNDER,
)


def gaps(grant: Grant, attribuant: Attribuant | None) -> list[Gap]:
    """Everything the row lacks; a person's is withheld whatever else it lacks."""
    if grant.legal_person is False:
        return [_NATURAL_PERSON]
    found = [] if attribuant else [FUNDER_UNIDENTIFIED]
    if grant.agreed_on is None:
        found.append(_AGREEMENT_UNSIGNED)
    if grant.legal_person is None and grant.holder_kind not in LEGAL_PERSONS:
        found.append(_MAYBE_A_PERSON)
    if not one_line(grant.holder_name):
        found.append(_NAMELESS)
    if not one_line(grant.title):
        found.append(_UNTITLED)
    if not grant.siret:
        found.append(_SIRET_MISSING if grant.rna else _UNIDENTIFIED)
    return found


def is_published(found: Iterable[Gap]) -> bool:
    return all(gap.severity is Severity.ADVICE for gap in found)


def row(grant: Grant, attribuant: Attribuant) -> tuple[str, ...] | None:
    """The 16 cells, or None when something required is missing."""
    agreed_on = grant.agreed_on
    if agreed_on is None or not is_published(gaps(grant, attribuant)):
        return None
    condition, period = payment(grant, agreed_on)
    return (
        attribuant.name,
        attribuant.siret,
        agreed_on.isoformat(),
        grant.reference,
        one_line(grant.holder_name),
        grant.siret,
        grant.rna,
        shortened(one_line(grant.title)),
        in_euros(grant.granted_cents),
        "aide en numéraire",
        condition,
        period,
        "",
        "oui" if grant.budget_line in attribuant.de_minimis else "non",
        # The share of the subsidy that goes to this beneficiary: an award has one.
        "1.00",
        attribuant.schemes.get(grant.budget_line, ""),
    )


def payment(grant: Grant, agreed_on: date) -> tuple[str, str]:
    """`unique` or `échelonné`, and the day, or the period while days are to come (the payment clock, then the exercise)."""
    first, last = grant.first_paid_on, grant.paid_on
    if first is None:
        return "unique", _period(agreed_on, grant.pay_before_on)
    if grant.paid_cents >= grant.granted_cents:
        done = last or first
        return ("unique" if done <= first else "échelonné"), _period(first, done)
    return "échelonné", _period(first, max(grant.pay_before_on, grant.exercise_ends_on or first))


def _period(first: date, last: date) -> str:
    return first.isoformat() if last <= first else f"{first.isoformat()}/{last.isoformat()}"


def in_euros(cents: int) -> str:
    """`1234550` → `12345.50`; whole euros have no decimals."""
    euros, rest = divmod(cents, 100)
    return f"{euros}.{rest:02d}" if rest else str(euros)


def one_line(text: str) -> str:
    """The text exactly, on one line: what breaks or controls a line becomes a space."""
    return text.strip() if text.isprintable() else _BREAKS.sub(" ", text).strip()


def shortened(text: str) -> str:
    """At most 256 characters, cut between two words where there is one."""
    if len(text) <= _LONGEST_OBJECT:
        return text
    kept = text[: _LONGEST_OBJECT - 1]
    words, _, _ = kept.rpartition(" ")
    return f"{(words if len(words) > _LONGEST_OBJECT // 2 else kept).rstrip()}…"


def csv_lines(rows: Iterable[Sequence[str]]) -> bytes:
    """RFC 4180 with line feeds, as the schema's own examples; UTF-8. Every cell is quoted: whoever guesses the separator is right."""
    written = io.StringIO()
    csv.writer(written, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(rows)
    return written.getvalue().encode()


HEADER = (",".join(COLUMNS) + "\n").encode()


def publish_before(agreed_on: date, within_months: int) -> date:
    """The last day of the legal delay (décret n° 2017-779, art. 2)."""
    return months_after(agreed_on, within_months)


def is_due(first_agreed_on: date, today: date, *, within_months: int, published: bool) -> bool:
    """Whether the platform publishes by itself: a year once published is kept up to date, another leaves before it is late."""
    return published or today >= publish_before(first_agreed_on, within_months) - AHEAD


def slug_of(name: str, taken: Collection[str], siret: str) -> str:
    """`Préfecture de l'Aude` → `prefecture-de-l-aude`, with its SIRET when another funder has that address."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    short = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-") or "financeur"
    if _AN_ID.fullmatch(short):  # nobody's address is another's id
        short = f"financeur-{short}"
    for candidate in (short, f"{short}-{siret}"):
        if candidate not in taken:
            return candidate
    number = 2
    while f"{short}-{siret}-{number}" in taken:
        number += 1
    return f"{short}-{siret}-{number}"


def department(contract_code: str) -> str:
    """`CN01101I` → `11`, `CN02A01I` → `2A`, `CN97401N` → `974`."""
    code = contract_code[2:5]
    return code[1:] if code.startswith("0") else code


# Public addresses. They are promised: nothing in them changes.

PUBLIC = "/programming/v1/open-data"
#: The official place of the 16-column schema.
SCHEMA_URL = "https://gitlab.com/opendatafrance/scdl/subventions/raw/v2.1.1/schema.json"
LICENCE_URLS = {
    Licence.LICENCE_OUVERTE: "https://www.etalab.gouv.fr/licence-ouverte-open-licence",
    Licence.ODBL: "https://opendatacommons.org/licenses/odbl/1-0/",
}


def latest_address(slug: str, year: int) -> str:
    return f"{PUBLIC}/subventions/{slug}/{year}.csv"


def matrix_address(campaign_id: object, version: int, kind: str) -> str:
    return f"{PUBLIC}/campaigns/{campaign_id}/coverage/versions/{version}.{kind}"


def version_address(slug: str, year: int, version: int) -> str:
    return f"{PUBLIC}/subventions/{slug}/{year}/versions/{version}.csv"
