"""The catalogue of what is published, in DCAT 3 (profile DCAT-AP) as JSON-LD. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from . import rules
from .models import Licence

CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_EU = "http://publications.europa.eu/resource/authority"
_MEDIA = "https://www.iana.org/assignments/media-types/"
CATALOG = f"{rules.PUBLIC}/catalog.jsonld"


@dataclass(frozen=True)
class CampaignData:
    """A table published of a decided campaign, as CSV and JSON: `name` is the last part of its addresses."""

    campaign_id: Any
    title: str
    year: int
    contract: str
    department: str
    name: str
    label: str
    description: str
    #: The latest version, of a table that is kept with its history.
    published: Mapping[str, Any] | None = None


def catalog(files: Sequence[Mapping[str, Any]], campaigns: Sequence[CampaignData], public_url: str) -> dict[str, Any]:
    """`files` are rows of the latest versions, by funder and year."""
    here = public_url + CATALOG
    by_funder = [list(rows) for _, rows in groupby(files, key=lambda row: row["slug"])]
    datasets = [_subsidies(rows, public_url, here) for rows in by_funder]
    datasets += [_of_campaign(each, public_url, here) for each in campaigns]
    kept = [*files, *(each.published for each in campaigns if each.published)]
    modified = max((row["published_at"] for row in kept), default=None)
    return {
        "@context": CONTEXT,
        "@id": here,
        "@type": "dcat:Catalog",
        "dct:title": _french("Données ouvertes des contrats de ville"),
        "dct:description": _french(
            "Subventions versées, actions soutenues et couverture des quartiers, au titre des contrats de ville suivis sur cette plateforme."
        ),
        "dct:publisher": {"@id": f"{public_url}/", "@type": "foaf:Agent", "foaf:name": "Canevas"},
        "dct:language": {"@id": f"{_EU}/language/FRA"},
        "foaf:homepage": {"@id": f"{public_url}/"},
        **({"dct:modified": _instant(modified)} if modified else {}),
        "dcat:dataset": datasets,
    }


def _subsidies(rows: Sequence[Mapping[str, Any]], public_url: str, here: str) -> dict[str, Any]:
    """One funder's subsidies: a distribution for each year."""
    one = rows[0]
    years = [row["year"] for row in rows]
    return {
        "@id": f"{here}#subventions-{one['slug']}",
        "@type": "dcat:Dataset",
        "dct:identifier": f"subventions-{one['slug']}",
        "dct:title": _french(f"Subventions – {one['funder']}"),
        "dct:description": _french(
            f"Données essentielles des subventions de {one['funder']} au titre de contrats de ville (décret n° 2017-779), au format "
            "SCDL subventions 2.1.1 : une ligne par bénéficiaire et par décision."
        ),
        "dct:publisher": {
            "@id": f"{here}#financeur-{one['slug']}",
            "@type": "foaf:Organization",
            "foaf:name": one["funder"],
            "dct:identifier": one["siret"],
        },
        "dcat:contactPoint": {
            "@type": "vcard:Kind",
            "vcard:fn": one["funder"],
            "vcard:hasEmail": {"@id": f"mailto:{one['contact_email']}"},
        },
        "dct:conformsTo": {"@id": rules.SCHEMA_URL, "@type": "dct:Standard"},
        "dct:license": {"@id": rules.LICENCE_URLS[Licence(one["licence"])]},
        "dct:issued": _instant(min(row["first_published_at"] for row in rows)),
        "dct:modified": _instant(max(row["published_at"] for row in rows)),
        "dct:accrualPeriodicity": {"@id": f"{_EU}/frequency/IRREG"},
        "dct:language": {"@id": f"{_EU}/language/FRA"},
        "dcat:theme": {"@id": f"{_EU}/data-theme/GOVE"},
        "dcat:keyword": [_french(word) for word in ("subventions", "contrat de ville", "SCDL")],
        "dct:temporal": _years(min(years), max(years)),
        "dct:spatial": _places(sorted({code for row in rows for code in row["departments"]})),
        "dcat:distribution": [_year(row, public_url) for row in rows],
    }


def _year(row: Mapping[str, Any], public_url: str) -> dict[str, Any]:
    address = public_url + rules.latest_address(row["slug"], row["year"])
    return {
        "@id": address,
        "@type": "dcat:Distribution",
        "dct:title": _french(f"Subventions {row['year']} – {row['funder']} (version {row['version']})"),
        "dcat:accessURL": {"@id": address},
        "dcat:downloadURL": {"@id": address},
        "dcat:mediaType": {"@id": f"{_MEDIA}text/csv"},
        "dct:format": {"@id": f"{_EU}/file-type/CSV"},
        **_measured(row["size"], row["sha256"]),
        "dct:issued": _instant(row["first_published_at"]),
        "dct:modified": _instant(row["published_at"]),
        "dct:license": {"@id": rules.LICENCE_URLS[Licence(row["licence"])]},
        "dct:conformsTo": {"@id": rules.SCHEMA_URL, "@type": "dct:Standard"},
    }


def _of_campaign(each: CampaignData, public_url: str, here: str) -> dict[str, Any]:
    address = f"{public_url}{rules.PUBLIC}/campaigns/{each.campaign_id}/{each.name}"
    licence = {"@id": rules.LICENCE_URLS[Licence.LICENCE_OUVERTE]}
    formats = (("csv", "text/csv", "CSV"), ("json", "application/json", "JSON"))
    return {
        "@id": f"{here}#{each.name}-{each.campaign_id}",
        "@type": "dcat:Dataset",
        "dct:identifier": f"{each.name}-{each.campaign_id}",
        "dct:title": _french(f"{each.label} – {each.contract} – {each.title}"),
        "dct:description": _french(each.description),
        "dct:publisher": {"@type": "foaf:Organization", "foaf:name": each.contract},
        "dct:license": licence,
        **_dates(each.published),
        "dct:language": {"@id": f"{_EU}/language/FRA"},
        "dcat:theme": {"@id": f"{_EU}/data-theme/SOCI"},
        "dcat:keyword": [_french(word) for word in ("contrat de ville", "quartiers prioritaires")],
        "dct:temporal": _years(each.year, each.year),
        "dct:spatial": _places([each.department]),
        "dcat:distribution": [
            {
                "@id": f"{address}.{suffix}",
                "@type": "dcat:Distribution",
                "dct:title": _french(f"{each.label} {each.year} ({kind})"),
                "dcat:accessURL": {"@id": f"{address}.{suffix}"},
                "dcat:downloadURL": {"@id": f"{address}.{suffix}"},
                "dcat:mediaType": {"@id": _MEDIA + media},
                "dct:format": {"@id": f"{_EU}/file-type/{kind}"},
                "dct:license": licence,
                **_bytes(each.published, suffix),
            }
            for suffix, media, kind in formats
        ],
    }


def _dates(published: Mapping[str, Any] | None) -> dict[str, Any]:
    if published is None:
        return {}
    return {
        "dct:issued": _instant(published["first_published_at"]),
        "dct:modified": _instant(published["published_at"]),
        "dcat:version": str(published["version"]),
    }


def _bytes(published: Mapping[str, Any] | None, kind: str) -> dict[str, Any]:
    """Size and checksum of a file that is kept."""
    return {} if published is None else _measured(published[f"{kind}_size"], published[f"{kind}_sha256"])


def _measured(size: int, sha256: str) -> dict[str, Any]:
    return {
        "dcat:byteSize": {"@type": "xsd:nonNegativeInteger", "@value": str(size)},
        "spdx:checksum": {
            "@type": "spdx:Checksum",
            "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
            "spdx:checksumValue": {"@type": "xsd:hexBinary", "@value": sha256},
        },
    }


def _french(text: str) -> dict[str, str]:
    return {"@language": "fr", "@value": text}


def _instant(at: datetime) -> dict[str, str]:
    return {"@type": "xsd:dateTime", "@value": at.isoformat()}


def _years(first: int, last: int) -> dict[str, Any]:
    return {
        "@type": "dct:PeriodOfTime",
        "dcat:startDate": {"@type": "xsd:date", "@value": f"{first}-01-01"},
        "dcat:endDate": {"@type": "xsd:date", "@value": f"{last}-12-31"},
    }


def _places(departments: Sequence[str]) -> list[dict[str, str]]:
    return [{"@id": f"http://id.insee.fr/geo/departement/{code}", "@type": "dct:Location"} for code in departments]
