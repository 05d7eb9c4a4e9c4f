"""Where else a published document is told, as `Link` headers say it (FAIR Signposting, RFC 8288). Pure."""

from collections.abc import Mapping
from typing import Any

from .schemas import DocumentLicence

#: The licences' own addresses; what is not there gives no right.
LICENCE_URLS: Mapping[DocumentLicence, str] = {
    DocumentLicence.ETALAB_2_0: "https://www.etalab.gouv.fr/licence-ouverte-open-licence",
    DocumentLicence.CC_BY_4_0: "https://creativecommons.org/licenses/by/4.0/",
    DocumentLicence.CC_BY_SA_4_0: "https://creativecommons.org/licenses/by-sa/4.0/",
    DocumentLicence.CC_BY_NC_4_0: "https://creativecommons.org/licenses/by-nc/4.0/",
    DocumentLicence.CC_BY_NC_ND_4_0: "https://creativecommons.org/licenses/by-nc-nd/4.0/",
    DocumentLicence.CC0_1_0: "https://creativecommons.org/publicdomain/zero/1.0/",
}
#: Last part of the address of each description of a document, and what it is made of.
DESCRIPTIONS: Mapping[str, str] = {
    "document.jsonld": "application/ld+json",
    "document.csl.json": "application/vnd.citationstyles.csl+json",
    "document.bib": "application/x-bibtex",
    "document.ris": "application/x-research-info-systems",
}


def links(content: Mapping[str, Any], *, permalink: str, address: str) -> str:
    """The `Link` header of a document at `address`: what to cite, what describes it, what may be done with it."""
    found = [f'<{permalink}>; rel="cite-as"']
    found += [f'<{address}/{name}>; rel="describedby"; type="{media}"' for name, media in DESCRIPTIONS.items()]
    licence = LICENCE_URLS.get(DocumentLicence(content["licence"]))
    if licence:
        found.append(f'<{licence}>; rel="license"')
    return ", ".join(found)
