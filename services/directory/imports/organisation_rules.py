"""What a line says of an organisation, and what it changes in the one the directory knows. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from services.common.findings import Finding
from services.common.tabular import bare
from services.common.texts import one_line

from ..organisations.rules import ADMINISTERED_KINDS
from ..organisations.schemas import Website
from . import rules
from .columns import KINDS, Of
from .rules import Cell

_WEBSITE: TypeAdapter[str] = TypeAdapter(Website)
_LONGEST = {Of.NAME: 200, Of.LEGAL_NAME: 200, Of.STREET: 200, Of.CITY: 120}
_ADDRESS = ("street", "postcode", "city")
#: What an import may fill in, and replace when it is asked to: the address goes whole.
_REPLACED = ("name", "legal_name", "website")
#: French names of the fields, for the report.
_FIELDS = {
    "name": "nom",
    "legal_name": "dénomination légale",
    "website": "site",
    "address": "adresse",
    "siret": "SIRET",
    "rna": "RNA",
    "kind": "genre",
}


@dataclass
class Line:
    """An organisation as a line says it. `kind_said`: by the file itself, not guessed nor by default."""

    line: int
    kind: str
    kind_said: bool
    name: str
    siret: str | None = None
    rna: str | None = None
    said: dict[str, str] = field(default_factory=dict)
    #: It repeats an earlier line: it completes, and replaces nothing.
    completes: bool = False

    @property
    def key(self) -> str:
        return self.siret or self.rna or ""

    @property
    def address(self) -> dict[str, str]:
        return {part: self.said[part] for part in _ADDRESS if part in self.said}

    def row(self, id: UUID) -> dict[str, Any]:
        """The columns of a new organisation."""
        optional = {column: self.said.get(column) for column in ("legal_name", "website", *_ADDRESS)}
        return {"id": id, "kind": self.kind, "name": self.name, "siret": self.siret, "rna": self.rna, **optional}


def read(cells: Mapping[Of, Cell], line: int, default_kind: str | None) -> tuple[Line | None, list[Finding]]:
    """The organisation a line is about, or None with at least one finding that refuses it."""
    found: list[Finding] = []
    siret = rna = None
    if Of.SIRET in cells:
        siret, told = rules.read_siret(cells[Of.SIRET])
        found += told
    if Of.RNA in cells:
        rna, told = rules.read_rna(cells[Of.RNA])
        found += told
    if Of.SIRET in cells and siret is None:
        return None, found
    texts, told = _texts(cells)
    found += told
    if siret is None and rna is None:
        said = "Ni SIRET ni numéro RNA : rien ne dit de quelle organisation il s'agit, et un nom ne suffit pas."
        way_out = "Ajoutez une colonne « siret » (ou « rna » pour une association) et remplissez-la."
        found.append(Cell(line, "siret", "").refused("sans_identifiant", said, way_out))
        return None, found
    name = texts.pop("name", None)
    if name is None:
        found += [] if Of.NAME in cells else [Cell(line, "nom", "").refused("sans_nom", "Il manque le nom.", "Ajoutez le nom.")]
        return None, found
    kind, is_said, told = _kind(cells, siret, rna, default_kind, line)
    found += told
    if kind is None:
        return None, found
    if rna and kind != "association":
        found.append(cells[Of.RNA].warned("rna_hors_association", "Seule une association a un RNA.", "Il est laissé de côté."))
        rna = None
        if siret is None:
            found.append(Cell(line, "siret", "").refused("sans_identifiant", "Il manque le SIRET.", "Ajoutez-le."))
            return None, found
    return Line(line, kind, is_said, name, siret, rna, texts), found


def _texts(cells: Mapping[Of, Cell]) -> tuple[dict[str, str], list[Finding]]:
    found: list[Finding] = []
    texts: dict[str, str] = {}
    for column, longest in _LONGEST.items():
        if column not in cells:
            continue
        cell = cells[column]
        try:
            text = one_line(cell.text)
        except ValueError:
            text = ""
        if 0 < len(text) <= longest:
            texts[column.name.lower()] = text
            continue
        said = f"Le texte dépasse {longest} caractères." if text else "Le texte contient des caractères invisibles."
        refuse = cell.refused if column is Of.NAME else cell.warned
        found.append(refuse("texte_illisible", said, "Corrigez-le dans le fichier." if column is Of.NAME else "Laissé de côté."))
    if Of.POSTCODE in cells:
        postcode = rules.read_insee(cells[Of.POSTCODE].text, 5)
        if len(postcode) == 5 and postcode.isdecimal() and postcode.isascii():
            texts["postcode"] = postcode
        else:
            found.append(cells[Of.POSTCODE].warned("code_postal_faux", "Un code postal a cinq chiffres.", "Laissé de côté."))
    if Of.WEBSITE in cells:
        try:
            texts["website"] = _WEBSITE.validate_python(cells[Of.WEBSITE].text)
        except ValidationError:
            found.append(cells[Of.WEBSITE].warned("site_faux", "Une adresse https://… est attendue.", "Laissé de côté."))
    if 0 < sum(part in texts for part in _ADDRESS) < len(_ADDRESS):
        # A whole address or none: a letter cannot be sent to a part of one.
        for part in _ADDRESS:
            texts.pop(part, None)
    return texts, found


def _kind(
    cells: Mapping[Of, Cell], siret: str | None, rna: str | None, default: str | None, line: int
) -> tuple[str | None, bool, list[Finding]]:
    """The kind, whether the file says it, and why there is none."""
    if Of.KIND in cells:
        cell = cells[Of.KIND]
        said = KINDS.get(bare(cell.text)) or (cell.text if cell.text in KINDS.values() else None)
        if said:
            return said, True, []
        way_out = "Écrivez l'un de : " + ", ".join(sorted(KINDS)) + "."
        return None, False, [cell.refused("genre_inconnu", "Ce genre d'organisation n'est pas connu.", way_out)]
    if Of.CATEGORY in cells and (by_category := rules.kind_of_category(cells[Of.CATEGORY].text)):
        return by_category, True, []
    guessed = (siret and rules.kind_of_siret(siret)) or default or ("association" if rna else None)
    if guessed:
        return guessed, False, []
    way_out = "Ajoutez une colonne « genre », ou donnez --kind (association, company…) pour tout le fichier."
    return None, False, [Cell(line, "genre", "").refused("sans_genre", "Rien ne dit ce qu'est cette organisation.", way_out)]


@dataclass(frozen=True)
class Change:
    """What a line changes in the organisation the directory knows: its row as it becomes, and what was, by field."""

    row: dict[str, Any]
    changes: dict[str, list[Any]]
    findings: list[Finding]


def compare(line: Line, known: Mapping[str, Any], *, overwrite: bool) -> Change:
    """An import fills in what is empty. What is there stays, unless it is asked to replace it; numbers always stay, and so does
    the kind, but of public bodies: other kinds give other rights."""
    row, changes, kept = dict(known), {}, []
    wished: dict[str, str | None] = {column: line.said.get(column) for column in _REPLACED} | {"name": line.name}
    if line.completes:
        wished.pop("name")
    for column, value in wished.items():
        if value is None or value == known[column]:
            continue
        if known[column] is None or (overwrite and not line.completes):
            changes[column], row[column] = [known[column], value], value
        else:
            kept.append(column)
    address, there = line.address, {part: known[part] for part in _ADDRESS}
    if address and address != there:
        if not any(there.values()) or (overwrite and not line.completes):
            changes |= {part: [there[part], address[part]] for part in _ADDRESS}
            row |= address
        else:
            kept.append("address")
    stays = []
    for number in ("siret", "rna"):
        value = getattr(line, number)
        if value and known[number] is None and (number == "siret" or known["kind"] == "association"):
            changes[number], row[number] = [None, value], value
        elif value and known[number] != value:
            stays.append(number)
    if line.kind_said and line.kind != known["kind"] and not line.completes:
        if not {line.kind, known["kind"]} <= ADMINISTERED_KINDS:
            stays.append("kind")
        elif overwrite:
            changes["kind"], row["kind"] = [known["kind"], line.kind], line.kind
        else:
            kept.append("kind")
    return _said(line, known, row, changes, [] if line.completes else kept, stays)


def _said(
    line: Line, known: Mapping[str, Any], row: dict[str, Any], changes: dict[str, list[Any]], kept: list[str], stays: list[str]
) -> Change:
    cell = Cell(line.line, ", ".join(_FIELDS[name] for name in kept), line.name)
    if known["dissolved_on"] is not None:
        said = "Cette organisation est dissoute : elle ne change plus."
        finding = cell.warned("dissoute", said, "Si c'est une erreur, l'administration la rétablit d'abord.")
        return Change(dict(known), {}, [finding] if changes or kept else [])
    findings = []
    if kept:
        said = "L'annuaire dit autre chose dans ce champ ; il est gardé."
        findings.append(cell.warned("difference_gardee", said, "Relancez avec --overwrite pour que le fichier l'emporte."))
    if stays:
        names = ", ".join(_FIELDS[name] for name in stays)
        cell = Cell(line.line, names, line.name)
        said = "L'annuaire dit autre chose dans ce champ, qu'un import ne change jamais."
        findings.append(cell.warned("identite_gardee", said, "Corrigez à la main celui des deux qui est faux."))
    return Change(row, changes, findings)
