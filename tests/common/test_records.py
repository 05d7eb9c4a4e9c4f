"""Records read from the files of strangers: tables and JSON arrays, one at a time."""

import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.common.firsts import Firsts
from services.common.records import Bounds, NoHeader, TableFault, digest, open_records, text_of

KNOWN = {"code", "nom", "code tiers"}


def read(content: bytes, bounds: Bounds | None = None) -> list[tuple[int, dict[str, Any]]]:
    records = open_records(io.BytesIO(content), KNOWN.__contains__, bounds or Bounds())
    return [(record.line, dict(record.values)) for record in records.rows]


def test_a_table_gives_its_known_columns_under_bare_names_with_the_line_they_are_on() -> None:
    content = 'Liste de 2024\r\n\r\nCode ;NOM;Remarque\r\n1;Été;x\r\n;;\r\n2;"A\nB";\r\n'.encode("cp1252")
    assert read(content) == [(4, {"code": "1", "nom": "Été"}), (6, {"code": "2", "nom": "A\nB"})]


def test_a_geojson_gives_the_properties_of_its_features() -> None:
    feature = {"type": "Feature", "properties": {"Code": "1", "Nom": "Été"}, "geometry": {"coordinates": [1.5, 2]}}
    content = json.dumps({"type": "FeatureCollection", "name": "[x]", "features": [feature, feature]}, ensure_ascii=False)
    assert read(content.encode()) == [(1, {"code": "1", "nom": "Été"}), (2, {"code": "1", "nom": "Été"})]


def test_numbers_of_a_json_stay_as_they_are_written() -> None:
    ((_, values),) = read(b'[{"code_tiers": 3805449320029.0, "nom": 3.8E+12, "code": 12}]')
    assert [text_of(value) for value in values.values()] == ["3805449320029.0", "3.8E+12", "12"]
    assert [text_of(value) for value in (True, None, [1], {"a": 1}, 3805449320029.0)] == ["", "", "", "", "3805449320029"]


values = st.text('aé"\\[]{},:\n€\U0001f600', max_size=8) | st.integers() | st.none()


@given(st.lists(st.dictionaries(st.sampled_from(["code", "nom"]), values), max_size=8), st.booleans())
def test_whatever_a_json_array_holds_is_read_whole(found: list[dict[str, Any]], is_spaced: bool) -> None:
    content = json.dumps(found, indent=2 if is_spaced else None, ensure_ascii=not is_spaced).encode()
    assert read(content) == list(enumerate(found, 1))


def test_objects_that_straddle_what_is_read_at_once_are_whole() -> None:
    rows = [{"code": str(number), "nom": "é" * (number % 5000)} for number in range(400)]
    assert read(json.dumps(rows, ensure_ascii=False).encode()) == list(enumerate(rows, 1))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'[{"code": "1"}, {"code": "2"', "coupé après l'élément 1"),
        (b'[{"code": "1"} {]', "coupé après l'élément 1"),
        (b"[1, 2]", "L'élément 1 n'est pas un objet"),
        (b'{"communes": []}', "Un tableau JSON ou un GeoJSON"),
        ('[{"nom": "Été"}]'.encode("cp1252"), "UTF-8"),
        (b"[" * 100_000, "abîmé"),
        (b"titre;auteur\r\n1;2\r\n", "Aucune colonne reconnue. Lues : titre, auteur"),
        (b"", "Aucune colonne reconnue"),
        (b"\x00\x01\x02", "ni un CSV ni un XLSX"),
    ],
)
def test_what_is_no_file_of_records_is_said(content: bytes, said: str) -> None:
    with pytest.raises(TableFault) as refused:
        read(content)
    assert said in refused.value.said.fr


def test_a_file_longer_than_its_reader_takes_is_refused() -> None:
    for content in (b"code\n1\n2\n3\n", b'[{"code": 1}, {"code": 2}, {"code": 3}]'):
        with pytest.raises(TableFault, match="too many"):
            read(content, Bounds(rows=2))
    assert issubclass(NoHeader, TableFault)


def test_the_first_to_say_something_is_remembered_on_disk() -> None:
    with Firsts() as firsts:
        assert firsts.claim("a", 2, "x") is None
        assert firsts.claim("a", 9, "y") == (2, "x")
        assert firsts.get("a") == (2, "x")
        assert firsts.get("b") is None


def test_a_file_is_known_by_its_content() -> None:
    file = io.BytesIO(b"abc")
    assert digest(file) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert file.tell() == 0
