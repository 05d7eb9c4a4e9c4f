"""What a line says of a document: cells in, fields of its content out, each fault with its column. Pure."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import Any, NamedTuple, TypeVar

from pydantic import ValidationError

from services.common.language import Text
from services.common.texts import fold
from services.common.validation import field_errors

from ..documents.rules import KIND_LABELS
from ..documents.schemas import Access, DocumentContent, DocumentKind, DocumentLicence, OrganisationRole, Readership

Choice = TypeVar("Choice", bound=Enum)


class Fault(NamedTuple):
    """Something to mend, or to know: the column's key, a code, a sentence in French."""

    column: str | None
    code: str
    detail: str


class Unclear(ValueError):
    """A cell that is not understood."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code, self.detail = code, detail


@dataclass(frozen=True)
class Names:
    """The words codes go by: themes by code, label or synonym (folded), territories by code."""

    themes: Mapping[str, str]
    territories: Collection[str]


@dataclass
class Said:
    """A line as it was understood. `fields` are those the file has a column for, `experience.context` for a part of one."""

    kind: DocumentKind | None = None
    fields: dict[str, Any] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


KINDS: dict[str, DocumentKind] = {
    **{kind.value: kind for kind in DocumentKind},
    **{fold(label.fr): kind for kind, label in KIND_LABELS.items()},
    "dossier": DocumentKind.THEMATIC_DOSSIER,
    "capitalisation": DocumentKind.CAPITALISATION,
    "experience": DocumentKind.EXPERIENCE,
    "fiche d'experience": DocumentKind.EXPERIENCE,
    "rapport": DocumentKind.STUDY,
    "actes": DocumentKind.PROCEEDINGS,
    "presentation": DocumentKind.PRESENTATION,
    "diaporama": DocumentKind.PRESENTATION,
    "support": DocumentKind.PRESENTATION,
    "replay": DocumentKind.VIDEO,
    "newsletter": DocumentKind.NEWSLETTER,
    "lettre": DocumentKind.NEWSLETTER,
    "faq": DocumentKind.FAQ,
}
PUBLICS: dict[str, Readership] = {
    **{public.value: public for public in Readership},
    "professionnels": Readership.PROFESSIONALS,
    "elus": Readership.ELECTED_OFFICIALS,
    "elus locaux": Readership.ELECTED_OFFICIALS,
    "services de l'etat": Readership.STATE_SERVICES,
    "etat": Readership.STATE_SERVICES,
    "associations": Readership.ASSOCIATIONS,
    "conseils citoyens": Readership.CITIZENS_COUNCILS,
    "habitants": Readership.RESIDENTS,
    "bailleurs sociaux": Readership.SOCIAL_LANDLORDS,
    "bailleurs": Readership.SOCIAL_LANDLORDS,
    "chercheurs": Readership.RESEARCHERS,
}
LICENCES: dict[str, DocumentLicence] = {
    **{licence.value: licence for licence in DocumentLicence},
    "licence ouverte": DocumentLicence.ETALAB_2_0,
    "licence ouverte 2.0": DocumentLicence.ETALAB_2_0,
    "etalab": DocumentLicence.ETALAB_2_0,
    "cc by": DocumentLicence.CC_BY_4_0,
    "cc by-sa": DocumentLicence.CC_BY_SA_4_0,
    "cc0": DocumentLicence.CC0_1_0,
    "tous droits reserves": DocumentLicence.ALL_RIGHTS_RESERVED,
}
ACCESSES: dict[str, Access] = {
    **{access.value: access for access in Access},
    "tous": Access.PUBLIC,
    "membres": Access.MEMBERS,
    "reserve aux membres": Access.MEMBERS,
    "reseau": Access.MEMBERS,
}
ROLES: dict[str, OrganisationRole] = {
    **{role.value: role for role in OrganisationRole},
    "editeur": OrganisationRole.PUBLISHER,
    "auteur": OrganisationRole.AUTHOR,
    "partenaire": OrganisationRole.PARTNER,
    "financeur": OrganisationRole.FUNDER,
}
_EXPERIENCE = ("context", "actions", "results", "reproducibility")
#: Fields of the content by their columns, where the names differ.
_COLUMNS_OF = {"theme_codes": "themes", "territory_codes": "territories"}
_MOST_SAID = 20


def read_line(cells: Mapping[str, str], names: Names) -> Said:
    """Everything the line says, and everything that is wrong in it at once."""
    said = Said()
    readers: dict[str, Callable[[str], Any]] = {
        "dated": lambda text: partial_date(text) if text else None,
        "embargo_until": lambda text: day(text) if text else None,
        "language": lambda text: text.lower() or "fr",
        "licence": lambda text: one_of(text, LICENCES, "licence").value if text else DocumentLicence.ALL_RIGHTS_RESERVED.value,
        "access": lambda text: one_of(text, ACCESSES, "accès").value if text else Access.PUBLIC.value,
        "publics": lambda text: unique(one_of(each, PUBLICS, "public").value for each in listed(text)),
        "keywords": lambda text: unique(listed(text)),
        "identifiers": lambda text: unique(listed(text)),
        "authors": lambda text: [_with_role(each) for each in listed(text)],
        "organisations": lambda text: [_organisation(each) for each in listed(text)],
        "themes": lambda text: unique(_theme(each, names.themes) for each in listed(text)),
        "territories": lambda text: unique(_territory(each, names.territories) for each in listed(text)),
        "links": links,
        "title": str,
        "abstract": str,
        "subtitle": lambda text: text or None,
        "extent": lambda text: text or None,
        **dict.fromkeys(_EXPERIENCE, str),
    }
    fields_of = {column: name for name, column in _COLUMNS_OF.items()} | {name: f"experience.{name}" for name in _EXPERIENCE}
    for column, reader in readers.items():
        if column in cells:
            try:
                said.fields[fields_of.get(column, column)] = reader(clean(cells[column]))
            except Unclear as unclear:
                said.faults.append(Fault(column, unclear.code, unclear.detail))
    _read_kind(cells, said)
    _read_sections(cells, said)
    _read_source(cells, said)
    return said


def _read_kind(cells: Mapping[str, str], said: Said) -> None:
    if text := clean(cells.get("kind", "")):
        try:
            said.kind = one_of(text, KINDS, "nature")
        except Unclear as unclear:
            said.faults.append(Fault("kind", unclear.code, unclear.detail))


def _read_sections(cells: Mapping[str, str], said: Said) -> None:
    keys = [key for key in cells if key == "body" or key.startswith("section_")]
    if not keys:
        return
    sections: list[dict[str, Any]] = []
    if body := clean(cells.get("body", "")):
        sections.append({"title": "Texte", "body": body})
    for number in sorted({int(key.split("_")[1]) for key in keys if key != "body"}):
        title, body, updated = (clean(cells.get(f"section_{number}_{part}", "")) for part in ("title", "body", "updated_on"))
        if not (title or body or updated):
            continue
        section: dict[str, Any] = {"title": title or f"Section {number}", "body": body}
        try:
            section["updated_on"] = day(updated) if updated else None
        except Unclear as unclear:
            said.faults.append(Fault(f"section_{number}_updated_on", unclear.code, unclear.detail))
        sections.append(section)
    said.fields["sections"] = sections


def _read_source(cells: Mapping[str, str], said: Said) -> None:
    source = clean(cells.get("source", ""))
    if not source:
        return
    if re.match(r"https?://", source):
        said.fields["links"] = [*said.fields.get("links", []), {"url": source, "label": "Source"}]
    else:
        said.fields["organisations"] = [*said.fields.get("organisations", []), {"name": source}]


def as_content(fields: Mapping[str, Any], cells: Collection[str], faults: list[Fault]) -> DocumentContent | None:
    """The fields as a content; what does not fit is added to `faults` with its column."""
    whole: dict[str, Any] = {}
    for name, value in fields.items():
        outer, dot, inner = name.partition(".")
        if dot:
            if value:
                whole[outer] = {**(whole.get(outer) or {}), inner: value}
        else:
            whole[name] = value
    try:
        return DocumentContent.model_validate(whole)
    except ValidationError as error:
        details = error.errors()
        for each, (_, said, code) in zip(details[:_MOST_SAID], field_errors(details), strict=False):
            faults.append(Fault(_column_of(each["loc"], fields, cells), code, sentence(each, said)))
        return None


def sentence(error: Mapping[str, Any], said: Text) -> str:
    """A pattern means nothing to whoever fills in a sheet."""
    return "La valeur n'a pas la forme attendue." if error["type"] == "string_pattern_mismatch" else said.fr


def _column_of(location: tuple[int | str, ...], fields: Mapping[str, Any], cells: Collection[str]) -> str | None:
    name = str(location[0])
    if name == "sections":
        place = int(location[1]) if len(location) > 1 else 0
        title = fields["sections"][place]["title"] if place < len(fields.get("sections", [])) else ""
        has_body = "body" in cells and title == "Texte"
        return "body" if has_body else next((key for key in cells if key.startswith("section_")), "body")
    if name == "experience" and len(location) > 1:
        return str(location[1])
    column = _COLUMNS_OF.get(name, name)
    return column if column in cells else "source" if "source" in cells else None


def clean(text: str) -> str:
    """Without the invisible characters spreadsheets and word processors leave behind; a line break stays one."""
    plain = re.sub(r"\r\n?|\x0b|\x0c|\x85|\u2028|\u2029|_x000D_\n?", "\n", text)
    return re.sub(r"[\x00-\x08\x0e-\x1f\x7f\ufeff\ud800-\udfff]", "", plain).strip()


def listed(text: str) -> list[str]:
    """Values separated by semicolons or line breaks."""
    return [each.strip() for each in re.split(r"[;\n]", text) if each.strip()]


def unique(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))


def links(text: str) -> list[dict[str, str]]:
    """`address|label`, separated by semicolons or line breaks (an address may hold a semicolon of its own)."""
    found = []
    for each in re.split(r"[;\n]\s*(?=https?://)|\n|;\s*$", text):
        address, _, label = each.strip().partition("|")
        if address.strip():
            found.append({"url": address.strip(), "label": label.strip() or address.strip()[:200]})
    return found


def one_of(text: str, choices: Mapping[str, Choice], what: str) -> Choice:
    found = choices.get(fold(text)) or choices.get(fold(text).replace(" ", "_"))
    if found is None:
        raise Unclear(f"{fold(what)}_unknown", f"« {text[:60]} » n'est pas une valeur prévue ({what}) : voyez le modèle.")
    return found


def _with_role(text: str) -> dict[str, str | None]:
    match = re.fullmatch(r"(?P<name>.+?)\s*\((?P<role>[^()]+)\)", text, re.DOTALL)
    return {"name": match["name"], "role": match["role"].strip()} if match else {"name": text, "role": None}


def _organisation(text: str) -> dict[str, str]:
    split = _with_role(text)
    role = ROLES.get(fold(split["role"] or ""))
    return {"name": text} if role is None else {"name": str(split["name"]), "role": role.value}


def _theme(text: str, themes: Mapping[str, str]) -> str:
    code = themes.get(fold(text))
    if code is None:
        raise Unclear("theme_unknown", f"« {text[:60]} » n'est ni le code ni le libellé d'un thème.")
    return code


def territory_code(text: str) -> str:
    """A code as it was before a spreadsheet took it for a number: `1004.0` → `01004`."""
    code = re.sub(r"[.,]0+$", "", text.strip()).upper().replace(" ", "")
    if code.isascii() and code.isdigit():
        return {1: f"0{code}", 4: f"0{code}"}.get(len(code), code)
    return code


def _territory(text: str, known: Collection[str]) -> str:
    code = territory_code(text)
    if code not in known:
        raise Unclear("territory_unknown", f"« {text[:60]} » n'est pas le code d'un territoire connu.")
    return code


_MONTHS = {
    "janvier": 1, "janv": 1, "fevrier": 2, "fevr": 2, "fev": 2, "mars": 3, "avril": 4, "avr": 4, "mai": 5, "juin": 6, "juillet": 7,
    "juil": 7, "aout": 8, "septembre": 9, "sept": 9, "octobre": 10, "oct": 10, "novembre": 11, "nov": 11, "decembre": 12, "dec": 12,
}  # fmt: skip
_DATES = (
    re.compile(r"(?P<y>[0-9]{4})", re.ASCII),
    re.compile(r"(?P<y>[0-9]{4})-(?P<m>[0-9]{1,2})(?:-(?P<d>[0-9]{1,2})(?:[t ]00:00(?::00)?(?:\.0+)?z?)?)?", re.ASCII),
    re.compile(r"(?:(?P<d>[0-9]{1,2})[/.-])?(?P<m>[0-9]{1,2})[/.-](?P<y>[0-9]{4})(?: 0?0:00(?::00)?)?", re.ASCII),
    re.compile(r"(?:le )?(?:(?:[a-z]+ )?(?P<d>[0-9]{1,2})(?:er)? )?(?P<w>[a-z]+)\.? (?P<y>[0-9]{4})", re.ASCII),
)
_SHOWN = "2016, mars 2017, 12/03/2017 ou 2017-03-12"


def partial_date(text: str) -> str:
    """A year, a month or a day, as people write it in French or as a spreadsheet keeps it: `2017`, `2017-03`, `2017-03-12`."""
    plain = fold(text)
    for pattern in _DATES:
        match = pattern.fullmatch(plain)
        if match is None:
            continue
        parts = match.groupdict()
        month = _MONTHS.get(parts["w"]) if parts.get("w") else int(parts["m"]) if parts.get("m") else None
        if parts.get("w") and month is None:
            break
        year, written = int(parts["y"]), parts.get("d")
        try:
            date(year, month or 1, int(written or 1))
        except ValueError:
            raise Unclear("date_impossible", f"« {text[:60]} » n'existe pas dans le calendrier.") from None
        return f"{year:04d}" + (f"-{month:02d}" if month else "") + (f"-{int(written):02d}" if written else "")
    raise Unclear("date_unreadable", f"« {text[:60]} » n'est pas une date comprise : écrivez {_SHOWN}.")


def day(text: str) -> str:
    """A whole day."""
    found = partial_date(text)
    if len(found) < len("2017-03-12"):
        raise Unclear("date_incomplete", f"« {text[:60]} » ne dit pas le jour : écrivez 12/03/2017.")
    return found
