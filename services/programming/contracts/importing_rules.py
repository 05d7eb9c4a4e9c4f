"""What a line says of a contract, who leads it and where it applies, and what it changes in the one already there. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from services.common.findings import Finding, Level, shown
from services.common.records import Record, Records, text_of
from services.common.texts import one_line

from .schemas import CONTRACT_PATTERN

#: Names (bare) under which files say things of contracts; the first present counts.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "code": ("code cv", "code contrat", "code du contrat", "code"),
    "name": ("lib cv", "nom", "libelle", "nom du contrat", "name"),
    "place": ("codgeo", "siren epci", "code territoire", "territoire"),
    "lead": ("siret pilote", "siren pilote", "pilote", "lead siret"),
    "starts_on": ("debut", "date de debut", "starts on"),
    "ends_on": ("fin", "date de fin", "ends on"),
}
NAMES = frozenset(name for names in COLUMNS.values() for name in names)
#: `01 - CC Bugey Sud`: the department before the name.
_DEPARTMENT = re.compile(r"^(?:\d{2,3}|2[AB])\s+[-–]\s+")
_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
#: Kinds that lead, in the order they are preferred among organisations of one SIREN.
_LEADING = ("epci", "commune")


@dataclass(frozen=True)
class Period:
    """When contracts run whose line does not say."""

    starts_on: date
    ends_on: date
    mid_term_review_year: int | None


@dataclass
class Line:
    """A contract as a line says it. `place`: SIREN of an EPCI or code of a commune. `lead`: SIREN or SIRET of who leads."""

    line: int
    code: str
    name: str
    place: str
    lead: str | None
    starts_on: date
    ends_on: date
    said: set[str] = field(default_factory=set)
    columns: Mapping[str, str] = field(default_factory=dict)

    def finding(self, column: str, value: str, code: str, said: str, way_out: str, level: Level = Level.REFUSED) -> Finding:
        return Finding(self.line, self.columns.get(column, column), shown(value), code, said, way_out, level)


def is_known(name: str) -> bool:
    return name in NAMES


def read(records: Records, record: Record, period: Period) -> tuple[Line | None, list[Finding]]:
    """The contract a line is about, or what refuses it."""
    texts: dict[str, str] = {}
    columns: dict[str, str] = {}
    for column, names in COLUMNS.items():
        for name in names:
            if text := text_of(record.values.get(name)):
                texts[column], columns[column] = text, records.names.get(name, name)
                break
    found: list[Finding] = []

    def refuse(column: str, code: str, said: str, way_out: str) -> None:
        value = shown(texts.get(column, ""))
        found.append(Finding(record.line, columns.get(column, column), value, code, said, way_out))

    code = texts.get("code", "").upper()
    if not re.fullmatch(CONTRACT_PATTERN, code, re.ASCII):
        said = "Ce n'est pas un code de contrat de ville : ni de 2024 (CN01102I), ni de 2015 (CV425)."
        refuse("code", "code_contrat", said, "Corrigez-le dans le fichier ; un contrat par ligne.")
    try:
        name = one_line(_DEPARTMENT.sub("", texts.get("name", "")))
    except ValueError:
        name = ""
    if not 0 < len(name) <= 200:
        refuse("name", "nom_illisible", "Le nom manque, dépasse 200 caractères ou est illisible.", "Corrigez-le dans le fichier.")
    place = texts.get("place", "").replace(" ", "").upper()
    if place.isdigit() and len(place) == 4:
        place = place.zfill(5)
    if not re.fullmatch(r"\d{9}|(?:\d\d|2[AB])\d{3}", place, re.ASCII):
        said = "Ni SIREN d'EPCI ni code de commune : rien ne dit où le contrat s'applique."
        refuse("place", "sans_territoire", said, "Remplissez la colonne codgeo.")
    lead = re.sub(r"\s", "", texts.get("lead", "")) or None
    if lead is not None and not re.fullmatch(r"\d{9}(?:\d{5})?", lead, re.ASCII):
        refuse("lead", "pilote_faux", "Le pilote se désigne par son SIREN ou son SIRET.", "Corrigez le numéro.")
    days = {}
    for column, default in (("starts_on", period.starts_on), ("ends_on", period.ends_on)):
        day = read_day(texts[column]) if column in texts else default
        if day is None:
            refuse(column, "date_fausse", "Cette date ne se lit pas.", "Écrivez-la 2024-01-31 ou 31/01/2024.")
        days[column] = day or default
    if not found and days["starts_on"] >= days["ends_on"]:
        refuse("ends_on", "periode", "Le contrat finirait avant de commencer.", "Corrigez ses dates.")
    if found:
        return None, found
    return Line(record.line, code, name, place, lead, days["starts_on"], days["ends_on"], set(texts), columns), []


def read_day(text: str) -> date | None:
    match = _DAY.fullmatch(text)
    try:
        return date(int(match[3]), int(match[2]), int(match[1])) if match else date.fromisoformat(text)
    except ValueError:
        return None


def lead_of(line: Line, number: str, candidates: Sequence[Mapping[str, Any]]) -> UUID | Finding:
    """Who leads, among the organisations of this SIREN. `number`: the SIREN or SIRET looked for."""
    fit = [one for one in candidates if len(number) == 9 or one["siret"] == number]
    living = [one for one in fit if one["dissolved_on"] is None]
    column = "lead" if line.lead else "place"
    if fit and not living:
        said = "L'organisation qui piloterait ce contrat est dissoute."
        return line.finding(column, number, "pilote_dissous", said, "Donnez celle qui lui succède dans une colonne siret_pilote.")
    if not living:
        said = "Aucune organisation de l'annuaire n'a ce SIREN : le contrat n'aurait pas de pilote."
        way_out = "Importez-la d'abord avec son SIRET (canevas import organisations) ; --missing-leads en écrit la liste."
        return line.finding(column, number, "pilote_inconnu", said, way_out)
    preferred = [one for one in living if one["kind"] in _LEADING] or living
    if len(preferred) > 1:
        said = "Plusieurs organisations de l'annuaire ont ce SIREN."
        return line.finding(column, number, "pilote_ambigu", said, "Donnez le SIRET du pilote dans une colonne siret_pilote.")
    return UUID(str(preferred[0]["id"]))


def qpvs_of(line: Line, within: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]] | Finding:
    """The neighbourhoods of the contract: those of 2024 there, else those of 2015."""
    latest = max((one["generation"] for one in within), default=None)
    kept = [one for one in within if one["generation"] == latest]
    if not kept:
        said = "L'annuaire ne connaît aucun quartier prioritaire dans ce territoire."
        way_out = "Importez d'abord les territoires et la liste nationale des QPV (canevas import territories)."
        return line.finding("place", line.place, "sans_quartier", said, way_out)
    if len(kept) > 200:
        said = "Ce territoire compte plus de 200 quartiers : ce n'est pas celui d'un contrat."
        return line.finding("place", line.place, "trop_de_quartiers", said, "Corrigez le code du territoire.")
    return [{name: one[name] for name in ("code", "name", "population", "former_codes")} for one in kept]


@dataclass(frozen=True)
class Change:
    """The row of the contract as it becomes, what was by field, and what is said of the differences kept."""

    row: dict[str, Any]
    changes: dict[str, list[Any]]
    findings: list[Finding]


def compare(line: Line, lead: UUID, qpvs: list[dict[str, Any]], known: Mapping[str, Any], *, overwrite: bool) -> Change:
    """What is there stays, unless the import is asked to replace it; who leads and the first day always stay."""
    row, changes, kept = dict(known), {}, []
    wished: dict[str, Any] = {"name": line.name, "qpvs": qpvs}
    wished |= {"ends_on": line.ends_on} if "ends_on" in line.said else {}
    for column, value in wished.items():
        if value == known[column]:
            continue
        if overwrite or not known[column]:
            changes[column], row[column] = [_plain(known[column]), _plain(value)], value
        else:
            kept.append(column)
    stays = [] if lead == known["lead_organisation_id"] else ["lead_organisation_id"]
    stays += ["starts_on"] if "starts_on" in line.said and line.starts_on != known["starts_on"] else []
    findings = []
    if kept:
        said = "La plateforme dit autre chose dans ce champ ; il est gardé."
        way_out = "Relancez avec --overwrite pour que le fichier l'emporte."
        findings.append(line.finding(", ".join(kept), line.code, "difference_gardee", said, way_out, Level.WARNING))
    if stays:
        said = "La plateforme dit autre chose dans ce champ, qu'un import ne change jamais."
        way_out = "Corrigez à la main celui des deux qui est faux."
        findings.append(line.finding(", ".join(stays), line.code, "identite_gardee", said, way_out, Level.WARNING))
    return Change(row, changes, findings)


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return [one["code"] for one in value] if isinstance(value, list) else value
