"""What a record says of a territory: our own table, the files of `@etalab/decoupage-administratif`, the national list of QPV. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from services.common.findings import Finding
from services.common.tabular import bare
from services.common.texts import one_line

from ..territories import rules as territories
from . import rules
from .columns import texts
from .rules import Cell

#: Marks of the records of `@etalab/decoupage-administratif` this import is not about.
_OTHER_COMMUNES = {"commune-deleguee", "commune-associee"}
_BOROUGHS = "arrondissement-municipal"
#: Grouping of communes that carries out the contract before the metropolis it is within (Grand Paris).
_EPT = "EPT"
_KINDS = {"region": "region", "departement": "departement", "epci": "epci", "commune": "commune", "qpv": "qpv", "quartier": "qpv"}


@dataclass
class Line:
    """A territory as a record says it. Of a commune, `parent` may be found among the members of an EPCI."""

    line: int
    code: str
    kind: str
    name: str
    parent: str | None = None
    generation: int | None = None
    population: int | None = None
    #: Communes of an EPCI; those a QPV spreads over.
    communes: list[str] = field(default_factory=list)
    #: EPCI the national list gives for a QPV.
    sirens: list[str] = field(default_factory=list)
    is_ept: bool = False
    #: A member of an EPCI whose own record is not in the file: it is only moved.
    moved_only: bool = False

    def row(self) -> dict[str, Any]:
        columns = {"code": self.code, "kind": self.kind, "name": self.name, "parent_code": self.parent}
        return {**columns, "generation": self.generation, "population": self.population}


def read(values: Mapping[str, Any], line: int) -> tuple[Line | None, list[Finding]]:
    """The territory of a record; (None, []) when this import is not about it."""
    found = _shaped(values, line)
    if isinstance(found, Finding):
        return None, [found]
    if found is None:
        return None, []
    try:
        found.name = one_line(found.name)
    except ValueError:
        found.name = ""
    if not 0 < len(found.name) <= 200:
        said = "Le nom manque, dépasse 200 caractères ou contient des caractères invisibles."
        return None, [Cell(line, "nom", found.name).refused("nom_illisible", said, "Corrigez-le dans le fichier.")]
    if reason := territories.code_refusal(found.kind, found.code, found.generation):
        return None, [Cell(line, "code", found.code).refused("code_faux", reason.fr, "Corrigez le code dans le fichier.")]
    return found, []


def _shaped(values: Mapping[str, Any], line: int) -> Line | Finding | None:
    if "code qp" in values or "code quartier" in values:
        return _neighbourhood(values, line)
    if texts(values, "zone") == "com":
        return None  # overseas collectivities have neither regions nor contracts of this kind
    code, name = texts(values, "code"), texts(values, "nom", "name")
    population = rules.read_count(texts(values, "population", "pop", "populationmunicipale"))
    if isinstance(values.get("membres"), list):
        members = [texts(one, "code") for one in values["membres"] if isinstance(one, dict)]
        is_ept = texts(values, "type") == _EPT
        return Line(line, code, "epci", name, population=population, communes=members, is_ept=is_ept)
    if "typeliaison" in values or "cheflieu" in values or texts(values, "type").startswith("commune-"):
        return _of_the_national_file(values, line, code, name, population)
    said = _KINDS.get(bare(texts(values, "kind", "genre")))
    if said is None:
        way_out = "Écrivez l'un de : region, departement, epci, commune, qpv."
        return Cell(line, "kind", texts(values, "kind", "genre")).refused(
            "genre_inconnu", "Le genre du territoire manque.", way_out
        )
    generation = rules.read_count(texts(values, "generation")) or (territories.generation_of(code) if said == "qpv" else None)
    length = {"commune": 5, "departement": 2}.get(said)
    code = rules.read_insee(code, length) if length else code
    return Line(line, code, said, name, texts(values, "parent code", "parent") or None, generation, population)


def _of_the_national_file(values: Mapping[str, Any], line: int, code: str, name: str, population: int | None) -> Line | None:
    type_ = texts(values, "type")
    if type_ in _OTHER_COMMUNES or type_ == _BOROUGHS:
        return None
    departement, region = texts(values, "departement"), texts(values, "region")
    if type_:
        return Line(line, code, "commune", name, departement or None, population=population)
    if departement:
        return None  # an arrondissement
    if region:
        return Line(line, code, "departement", name, f"REG-{region}", population=population)
    return Line(line, f"REG-{code}", "region", name, population=population)


def _neighbourhood(values: Mapping[str, Any], line: int) -> Line:
    code = texts(values, "code qp", "code quartier").upper()
    name = texts(values, "lib qp", "nom quartier", "nom qp")
    communes = [main_commune(rules.read_insee(part, 5)) for part in _parts(texts(values, "insee com", "code commune", "commune"))]
    sirens = [rules.read_insee(part, 9) for part in _parts(texts(values, "siren epci"))]
    population = rules.read_count(texts(values, "population", "pop"))
    return Line(
        line,
        code,
        "qpv",
        name,
        generation=territories.generation_of(code),
        population=population,
        communes=list(dict.fromkeys(communes)),
        sirens=list(dict.fromkeys(sirens)),
    )


def _parts(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"[;,/|]", text) if part.strip()]


def main_commune(code: str) -> str:
    """The commune a municipal borough belongs to (Paris, Lyon, Marseille); any other code is its own."""
    if re.fullmatch(r"751(0[1-9]|1\d|20)", code):
        return "75056"
    if re.fullmatch(r"132(0[1-9]|1[0-6])", code):
        return "13055"
    return "69123" if re.fullmatch(r"6938[1-9]", code) else code


#: What is known of a territory, in the directory or earlier in the file: its kind and what is around it.
Around = Mapping[str, tuple[str, str | None]]


def parent_of(line: Line, known: Around) -> tuple[str | None, Finding | None]:
    """What is around the territory, or why it cannot be placed.

    A neighbourhood within one commune has that commune around it. One that spreads over several has the EPCI that the list
    gives, else the one they share, else their department.
    """
    if line.kind == "qpv" and line.parent is None:
        parent = _of_neighbourhood(line, known)
        if isinstance(parent, Finding):
            return None, parent
        return parent, None
    around = known.get(line.parent) if line.parent else None
    if line.parent and around is None:
        return None, _unknown(line, line.parent)
    if reason := territories.parent_refusal(line.kind, around[0] if around else None):
        cell = Cell(line.line, "parent_code", line.parent or "")
        return None, cell.refused("parent_refuse", reason.fr, "Corrigez le territoire englobant dans le fichier.")
    return line.parent, None


def _unknown(line: Line, code: str) -> Finding:
    way_out = "Importez d'abord ce territoire (le dossier data de @etalab/decoupage-administratif les a tous), ou corrigez le code."
    return Cell(line.line, "parent_code", code).refused(
        "parent_inconnu", "Le territoire englobant n'est pas dans l'annuaire.", way_out
    )


def _of_neighbourhood(line: Line, known: Around) -> str | Finding:
    if not line.communes:
        cell = Cell(line.line, "insee_com", "")
        return cell.refused("sans_commune", "Il manque la commune du quartier.", "Remplissez la colonne insee_com.")
    for commune in line.communes:
        if commune not in known:
            return _unknown(line, commune)
    if len(line.communes) == 1:
        return line.communes[0]
    given = [siren for siren in line.sirens if known.get(siren, ("", None))[0] == "epci"]
    if len(given) == 1 and len(line.sirens) == 1:
        return given[0]
    around = {known[commune][1] for commune in line.communes}
    only = around.pop() if len(around) == 1 else None
    if only is not None:
        return only
    departements = {code[:3] if code.startswith("97") else code[:2] for code in line.communes}
    if len(departements) == 1 and (departement := departements.pop()) in known:
        return departement
    said = "Le quartier s'étend sur des communes qui n'ont ni EPCI ni département en commun dans l'annuaire."
    return Cell(line.line, "insee_com", "; ".join(line.communes)).refused("sans_englobant", said, "Remplissez siren_epci.")


@dataclass(frozen=True)
class Change:
    """What a line changes in the territory the directory knows: its row as it becomes, and what was, by field."""

    row: dict[str, Any]
    changes: dict[str, list[Any]]
    findings: list[Finding]


def compare(line: Line, known: Mapping[str, Any], around: Around, *, overwrite: bool) -> Change:
    """An import fills in what is empty and places a commune of a department within its EPCI. The rest stays, unless it is asked
    to replace it; kind and generation always stay."""
    row, changes, kept = dict(known), {}, []
    if line.kind != known["kind"] or line.generation != known["generation"]:
        said = "Ce code est déjà celui d'un territoire d'un autre genre ou d'une autre génération."
        refused = Cell(line.line, "code", line.code).refused("autre_genre", said, "Corrigez le code dans le fichier.")
        return Change(row, {}, [refused])
    wished = {} if line.moved_only else {"name": line.name, "population": line.population}
    for column, value in wished.items():
        if value is None or value == known[column]:
            continue
        if known[column] is None or overwrite:
            changes[column], row[column] = [known[column], value], value
        else:
            kept.append(column)
    before, after = known["parent_code"], line.parent
    if after is not None and after != before:
        was, becomes = _rank(before, around), _rank(after, around)
        if was < becomes or (overwrite and was == becomes):
            changes["parent_code"], row["parent_code"] = [before, after], after
        elif was == becomes:
            kept.append("parent_code")
    if not kept:
        return Change(row, changes, [])
    cell = Cell(line.line, ", ".join(kept), f"{line.code} {line.name}")
    said = "L'annuaire dit autre chose dans ce champ ; il est gardé."
    warned = cell.warned("difference_gardee", said, "Relancez avec --overwrite pour que le fichier l'emporte.")
    return Change(row, changes, [warned])


def _rank(code: str | None, around: Around) -> int:
    """From nothing (-1) to the narrowest: a narrower territory around says more than a wider one."""
    return territories.RANKS.index(around[code][0]) if code is not None and code in around else -1
