"""What a cell of a stranger's file is worth, and what to say when it is worth nothing. Pure: no database, no clock, no I/O."""

import re
from dataclasses import dataclass

from services.common.findings import Finding, Level, shown

from ..organisations.rules import checked_rna, checked_siret

#: Signs that spreadsheets and people put in numbers: spaces of all kinds, points, an apostrophe before what is no number.
_SIGNS = re.compile(r"[\s\u00a0\u2007\u202f'’]")
_FLOAT = re.compile(r"([0-9]+)[.,]0*")
_SCIENTIFIC = re.compile(r"([0-9])(?:[.,]([0-9]*))?[eE]\+?([0-9]{1,3})")
#: Zeros a SIRET loses when a spreadsheet takes it for a number: no SIREN begins with three.
_LOST_ZEROS = 2

#: Legal categories (INSEE, by their beginning) and what they are here.
_CATEGORIES = {
    "92": "association",
    "93": "foundation",
    "5546": "social_landlord",
    "4140": "social_landlord",
    "5": "company",
    "1": "company",
    "71": "state",
    "7210": "commune",
    "7220": "departement",
    "7225": "departement",
    "7229": "departement",
    "7230": "region",
    "7331": "school",
    "7343": "epci",
    "7344": "epci",
    "7346": "epci",
    "7347": "epci",
    "7348": "epci",
    "7": "other_public",
    "81": "caf",
}
#: What the beginning of a SIREN says of a public body (INSEE's convention for the public sector: 1 and 2).
_PUBLIC = {"19": "school", "21": "commune", "22": "departement", "23": "region", "24": "epci"}


@dataclass(frozen=True)
class Cell:
    """A value of a line, and the name of its column in the file."""

    line: int
    column: str
    text: str

    def refused(self, code: str, said: str, way_out: str) -> Finding:
        return Finding(self.line, self.column, shown(self.text), code, said, way_out)

    def warned(self, code: str, said: str, way_out: str) -> Finding:
        return Finding(self.line, self.column, shown(self.text), code, said, way_out, Level.WARNING)


_AS_TEXT = "Dans le tableur, mettez la colonne au format Texte avant d'y coller les numéros, puis enregistrez de nouveau."


def read_siret(cell: Cell) -> tuple[str | None, list[Finding]]:
    """The SIRET that the cell means, mended when what spoilt it is certain, and what has to be said of it."""
    compact = _SIGNS.sub("", cell.text)
    scientific = _SCIENTIFIC.fullmatch(compact)
    if scientific:
        lead, decimals, exponent = scientific[1], scientific[2] or "", int(scientific[3])
        if len(decimals) < exponent or decimals[exponent:].strip("0"):
            said = "Le tableur a remplacé le SIRET par une notation scientifique : ses derniers chiffres sont perdus."
            return None, [cell.refused("siret_scientifique", said, f"Reprenez le numéro à sa source. {_AS_TEXT}")]
        digits, is_spoilt = lead + decimals[:exponent], True
    else:
        compact = compact.replace(".", "") if re.fullmatch(r"[0-9]{3}(?:\.[0-9]{3}){2}\.[0-9]{5}", compact) else compact
        float_shaped = _FLOAT.fullmatch(compact)
        digits, is_spoilt = (float_shaped[1], True) if float_shaped else (compact, False)
    if re.fullmatch(r"[0-9]{9}", digits):
        said = "C'est un SIREN : il manque les cinq chiffres de l'établissement."
        return None, [cell.refused("siren_au_lieu_de_siret", said, "Donnez le SIRET du siège (annuaire-entreprises.data.gouv.fr).")]
    padded = digits.zfill(14) if 14 - _LOST_ZEROS <= len(digits) < 14 else digits
    try:
        siret = checked_siret(padded)
    except ValueError as refusal:
        said = str(getattr(refusal.args[0], "fr", "Ce n'est pas un SIRET."))
        return None, [cell.refused("siret_faux", said, "Vérifiez le numéro sur annuaire-entreprises.data.gouv.fr.")]
    if is_spoilt or padded != digits:
        said = "Le SIRET a été abîmé par un tableur (zéro de tête perdu, décimales) ; sa clé confirme le numéro retrouvé."
        return siret, [cell.warned("siret_repare", said, f"Lu {siret}. {_AS_TEXT}")]
    return siret, []


def read_rna(cell: Cell) -> tuple[str | None, list[Finding]]:
    try:
        return checked_rna(cell.text), []
    except ValueError as refusal:
        said = str(getattr(refusal.args[0], "fr", "Ce n'est pas un numéro RNA."))
        return None, [cell.warned("rna_faux", said, "Le numéro est laissé de côté ; corrigez-le.")]


def read_count(text: str) -> int | None:
    """A number of people: `2 060`, `1104.0`; None when it is no such number."""
    match = re.fullmatch(r"([0-9]{1,9})(?:[.,]0*)?", _SIGNS.sub("", text))
    return int(match[1]) if match else None


def read_insee(text: str, length: int) -> str:
    """An INSEE code whose leading zero a spreadsheet may have taken: `2571` is 02571."""
    match = _FLOAT.fullmatch(_SIGNS.sub("", text).upper())
    compact = match[1] if match else _SIGNS.sub("", text).upper()
    return compact.zfill(length) if compact.isdigit() else compact


def kind_of_category(category: str) -> str | None:
    """The kind that a legal category of INSEE (`9220`) says, or None."""
    compact = read_insee(category, 4)
    return next((_CATEGORIES[compact[:size]] for size in (4, 3, 2, 1) if compact[:size] in _CATEGORIES), None)


def kind_of_siret(siret: str) -> str | None:
    """The kind of a public body by its SIREN; None for anybody else."""
    if siret[0] not in "12":
        return None
    return _PUBLIC.get(siret[:2], "other_public")
