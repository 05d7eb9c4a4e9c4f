"""The columns a file of documents may have: how they are called, what they hold, and how the template shows them. Pure."""

import re
from typing import NamedTuple

from services.common.tabular import bare


class ColumnSpec(NamedTuple):
    """A column: its key in the contract, its French heading, other names it goes by, what to write in it, an example."""

    key: str
    heading: str
    aliases: tuple[str, ...]
    help: str
    example: str


COLUMNS: tuple[ColumnSpec, ...] = (
    ColumnSpec(
        "identifier", "Identifiant", ("id", "cote", "numero", "n", "reference", "identifiant unique"),
        "Obligatoire. Le vôtre, unique dans le fichier et le même d'un envoi à l'autre.", "VT-2016-012",
    ),
    ColumnSpec(
        "kind", "Nature", ("type", "type de document", "nature du document"),
        "Dossier thématique, Document de capitalisation, Fiche expérience, Étude, Compte rendu, Support d'intervention, Vidéo, "
        "Texte officiel, Lettre d'information, Référence ou Question fréquente. Sans elle : Référence.", "Étude",
    ),
    ColumnSpec("title", "Titre", ("intitule", "titre du document"), "Obligatoire. 400 caractères au plus.", "Habiter le quartier"),
    ColumnSpec("subtitle", "Sous-titre", ("sous titre du document",), "400 caractères au plus.", "Enquête auprès de 200 ménages"),
    ColumnSpec(
        "abstract", "Résumé", ("description", "presentation", "resume du document"), "20 000 caractères au plus.",
        "Ce que les habitants disent de leur quartier, et ce qu'ils y font.",
    ),
    ColumnSpec(
        "body", "Texte", ("texte integral", "contenu", "corps", "corps du texte"),
        "Devient une section. 200 000 caractères au plus, en Markdown si vous voulez.", "L'enquête a duré six mois.",
    ),
    ColumnSpec("context", "Contexte", (), "Fiche expérience : le point de départ.", ""),
    ColumnSpec("actions", "Actions", ("ce qui a ete fait", "actions menees"), "Fiche expérience : ce qui a été fait.", ""),
    ColumnSpec("results", "Résultats", ("resultat",), "Fiche expérience : ce que cela a donné.", ""),
    ColumnSpec(
        "reproducibility", "Conditions de reproductibilité", ("reproductibilite", "conditions de reussite"),
        "Fiche expérience : ce qu'il faut pour refaire ailleurs.", "",
    ),
    ColumnSpec("language", "Langue", ("langue du document",), "Deux lettres (ISO 639-1). Sans elle : fr.", "fr"),
    ColumnSpec(
        "dated", "Date", ("annee", "date du document", "date de publication", "date de parution", "parution"),
        "2016, 09/2016, septembre 2016, 14/09/2016 ou 2016-09-14.", "septembre 2016",
    ),
    ColumnSpec(
        "authors", "Auteurs", ("auteur", "autrice", "auteur e s", "auteurs et autrices", "intervenants"),
        "Séparés par « ; », leur qualité entre parenthèses.", "Camille Exemple (sociologue) ; Dominique Modèle",
    ),
    ColumnSpec(
        "organisations", "Organismes", ("organisme", "organisation", "editeur", "editeurs", "structure"),
        "Séparés par « ; », avec (éditeur), (auteur), (partenaire) ou (financeur) si besoin.", "Centre Exemple ; Ville d'Exemple (partenaire)",
    ),
    ColumnSpec(
        "themes", "Thèmes", ("theme", "thematique", "thematiques"),
        "Codes ou libellés de /directory/v1/themes, séparés par « ; ».", "Habitat ; Participation des habitants",
    ),
    ColumnSpec(
        "territories", "Territoires", ("territoire", "territory", "code territoire", "codes territoires", "commune", "communes", "qpv"),
        "Codes de /directory/v1/territories (INSEE, QPV…), séparés par « ; ».", "11069 ; QP011002",
    ),
    ColumnSpec(
        "publics", "Publics", ("public", "public vise", "destinataires"),
        "Professionnels, Élus, Services de l'État, Associations, Conseils citoyens, Habitants, Bailleurs sociaux, Chercheurs ; "
        "séparés par « ; ».", "Professionnels ; Élus",
    ),
    ColumnSpec("keywords", "Mots-clés", ("mot cle", "keyword", "descripteurs", "tags"), "Séparés par « ; ».", "enquête ; quartier"),
    ColumnSpec(
        "licence", "Licence", ("license", "droits"),
        "etalab-2.0, cc-by-4.0, cc-by-sa-4.0, cc-by-nc-4.0, cc-by-nc-nd-4.0 ou cc0-1.0. Sans elle : tous droits réservés.", "cc-by-4.0",
    ),
    ColumnSpec("access", "Accès", ("diffusion", "confidentialite"), "Public ou Membres. Sans lui : public.", "Public"),
    ColumnSpec(
        "embargo_until", "Embargo jusqu'au", ("embargo", "fin d embargo"), "Jour où le document devient lisible : 14/09/2016.", "",
    ),
    ColumnSpec("extent", "Étendue", ("pagination", "nombre de pages", "duree"), "Pages ou durée.", "112 p."),
    ColumnSpec("identifiers", "ISBN", ("issn", "doi", "isbn issn", "autres identifiants"), "Séparés par « ; ».", ""),
    ColumnSpec(
        "links", "Liens", ("lien", "link", "url", "adresse", "adresse web", "site"),
        "adresse|libellé, séparés par « ; ».", "https://centre.example/etude.pdf|L'étude",
    ),
    ColumnSpec(
        "source", "Source", ("provenance",), "D'où il vient : une adresse devient un lien, un nom un organisme.", "",
    ),
)  # fmt: skip

#: Sections beyond the first text: `Section 1 titre`, `Section 1 texte`, `Section 1 mise à jour`.
MOST_SECTIONS = 40
_SECTION = re.compile(
    r"(?:section|rubrique|partie) ?(?P<number>[0-9]{1,2}) (?P<part>titre|title|texte|contenu|body|mise a jour|updated on)"
)
_PARTS = {"titre": "title", "title": "title", "texte": "body", "contenu": "body", "body": "body"}
REQUIRED = ("identifier", "title")

_BY_NAME = {bare(name): spec.key for spec in COLUMNS for name in (spec.key, spec.heading, *spec.aliases)}
HEADINGS = {spec.key: spec.heading for spec in COLUMNS}


def recognise(name: str) -> str | None:
    """The key of the column of that bare name: `titre` → `title`, `section 2 texte` → `section_2_body`."""
    section = _SECTION.fullmatch(name)
    if section and 1 <= int(section["number"]) <= MOST_SECTIONS:
        return f"section_{int(section['number'])}_{_PARTS.get(section['part'], 'updated_on')}"
    return _BY_NAME.get(name)


def heading(key: str) -> str:
    """How people call the column."""
    if key.startswith("section_"):
        _, number, part = key.split("_", 2)
        return f"Section {number} {'titre' if part == 'title' else 'texte' if part == 'body' else 'mise à jour'}"
    return HEADINGS[key]
