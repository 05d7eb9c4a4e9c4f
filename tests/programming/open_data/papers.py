"""What tests of open data write and read: identities, the schema, files validated as harvesters validate them."""

import csv
import io
from typing import Any

from frictionless import Dialect, Resource, Schema, formats

from services.programming.open_data.rules import COLUMNS

STATE_SIRET = "11000001500013"
HOLDER_SIRET = "82161143100015"

#: SCDL *subventions* 2.1.1 (28 September 2023): names, types and constraints of its 16 columns, in their order.
SCHEMA: dict[str, Any] = {
    "fields": [
        {"name": "nomAttribuant", "type": "string", "constraints": {"required": True}},
        {"name": "idAttribuant", "type": "string", "constraints": {"required": True, "pattern": r"^\d{14}$"}},
        {"name": "dateConvention", "type": "date", "constraints": {"required": True}},
        {"name": "referenceDecision", "type": "string"},
        {"name": "nomBeneficiaire", "type": "string", "constraints": {"required": True}},
        {"name": "idBeneficiaire", "type": "string"},
        {"name": "rnaBeneficiaire", "type": "string", "constraints": {"pattern": r"^W\d{9}$"}},
        {"name": "objet", "type": "string", "constraints": {"required": True, "maxLength": 256}},
        {"name": "montant", "type": "number", "constraints": {"required": True}},
        {
            "name": "nature",
            "type": "string",
            "constraints": {
                "required": True,
                "enum": [
                    "aide en numéraire",
                    "aide en nature",
                    "aide en numéraire;aide en nature",
                    "aide en nature;aide en numéraire",
                ],
            },
        },
        # The extended schema that bears the same number closes this list.
        {
            "name": "conditionsVersement",
            "type": "string",
            "constraints": {"required": True, "maxLength": 256, "enum": ["unique", "échelonné", "autre"]},
        },
        {
            "name": "datesPeriodeVersement",
            "type": "string",
            "constraints": {"required": True, "pattern": r"^[0-9]{4}\-[0-9]{2}\-[0-9]{2}(\/[0-9]{4}\-[0-9]{2}\-[0-9]{2})?$"},
        },
        {"name": "idRAE", "type": "string", "constraints": {"maxLength": 5}},
        {
            "name": "notificationUE",
            "type": "boolean",
            "trueValues": ["oui"],
            "falseValues": ["non"],
            "constraints": {"required": True},
        },
        {"name": "pourcentageSubvention", "type": "number", "constraints": {"required": True, "minimum": 0.01, "maximum": 1}},
        {"name": "dispositifAide", "type": "string"},
    ]
}


def publisher(name: str, siret: str = STATE_SIRET, **more: Any) -> dict[str, Any]:
    return {"name": name, "siret": siret, "contact_email": "opendata@prefecture.example.org", **more}


def schema_errors(content: bytes, *, told_comma: bool = True) -> list[str]:
    """What frictionless finds wrong; `told_comma` false lets it guess the separator, as it does of a file it knows nothing of."""
    options: dict[str, Any] = {"dialect": Dialect(controls=[formats.CsvControl(delimiter=",")])} if told_comma else {}
    resource = Resource(content, format="csv", encoding="utf-8", schema=Schema.from_descriptor(SCHEMA), **options)
    report = resource.validate()
    return [str(note) for note in report.flatten(["rowNumber", "fieldName", "note"])]


def lines(content: bytes) -> list[dict[str, str]]:
    """The rows of a file, once its bytes, its header and its schema were found right."""
    assert content.startswith((",".join(COLUMNS) + "\n").encode())
    assert content.endswith(b"\n")
    assert b"\r" not in content
    assert schema_errors(content) == schema_errors(content, told_comma=False) == []
    return list(csv.DictReader(io.StringIO(content.decode("utf-8"), newline="")))
