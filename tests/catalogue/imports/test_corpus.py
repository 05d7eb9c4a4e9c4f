"""The corpus of the benchmark: how a sheet becomes a line of the import. Nothing is fetched here."""

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from services.catalogue.imports.reading import File
from tests.load import corpus


def _element(name: str, *children: Any, **attributes: str) -> dict[str, Any]:
    told = [{"type": "text", "text": child} if isinstance(child, str) else child for child in children]
    return {"type": "element", "name": name, "attributes": attributes, "children": told}


TREE = {
    "children": [
        _element(
            "Publication",
            _element("dc:title", "Aide ; au logement"),
            _element("dc:subject", "Logement, Social - Santé, Argent"),
            _element("dc:description", "Une aide sous conditions."),
            _element("dc:date", "modified 2020-01-31"),
            _element("dc:type", "Fiche pratique"),
            _element("FilDAriane", _element("Niveau", "Accueil"), _element("Niveau", "Logement; aides")),
            _element(
                "Texte",
                _element("Chapitre", _element("Titre", "Qui ?"), _element("Paragraphe", "Avant le", _element("MiseEnEvidence", "1"), "er mars .")),
                _element("Liste", _element("Item", _element("Paragraphe", "Locataires")), _element("Item", "Propriétaires")),
            ),
            _element("OuSAdresser", _element("Titre", "Un guichet")),
            spUrl="https://www.service-public.fr/F1",
        )
    ]
}  # fmt: skip


def test_a_sheet_is_read_as_people_read_it() -> None:
    sheet = corpus.read_sheet("particuliers", "F1", TREE)
    assert (sheet.identifier, sheet.title, sheet.dated) == ("particuliers/F1", "Aide ; au logement", "2020-01-31")
    assert sheet.body == "## Qui ?\nAvant le 1er mars.\nLocataires\n- Propriétaires"
    assert sheet.themes == ("habitat", "sante")
    assert sheet.keywords == ("Logement", "Social - Santé", "Argent", "Logement, aides", "Fiche pratique")


def test_the_package_becomes_a_file_the_import_understands(tmp_path: Path) -> None:
    package = tmp_path / "package.tgz"
    listed = [{"id": "F1", "type": "professionnels"}, {"id": "F1", "type": "particuliers"}, {"id": "F9", "type": "particuliers"}]
    with tarfile.open(package, "w:gz") as content:
        for name, read in (("particuliers/F1", TREE), ("index", listed), ("professionnels/F1", TREE), ("particuliers/F2", TREE)):
            packed = json.dumps(read).encode()
            member = tarfile.TarInfo(f"package/data/{name}.json")
            member.size = len(packed)
            content.addfile(member, io.BytesIO(packed))
    target = tmp_path / "sheets.csv"
    assert corpus.write_csv(corpus.sheets(package), target) == 2
    with target.open("rb") as file:
        source = File(file)
        lines = source.next(10)
    assert source.unknown_columns == []
    assert [line.identifier for line in lines] == ["professionnels/F1", "particuliers/F1"]
    assert lines[0].cells["links"] == "https://www.service-public.fr/F1|Lire sur service-public.fr"


def test_another_package_than_the_one_expected_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "other.tgz"
    other.write_bytes(b"something else")
    with pytest.raises(corpus.WrongCorpus):
        corpus.verify(other)
