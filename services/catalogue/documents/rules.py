"""What publication asks of a document, and from when it is read. Pure: no database, no clock, no I/O."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time

from services.common.clock import PARIS
from services.common.language import Text
from services.common.problems import FieldError

from .schemas import DocumentContent, DocumentKind, Section

KIND_LABELS: dict[DocumentKind, Text] = {
    DocumentKind.THEMATIC_DOSSIER: Text("Dossier thématique", "Thematic dossier"),
    DocumentKind.CAPITALISATION: Text("Document de capitalisation", "Capitalisation"),
    DocumentKind.EXPERIENCE: Text("Fiche expérience", "Experience sheet"),
    DocumentKind.STUDY: Text("Étude", "Study"),
    DocumentKind.PROCEEDINGS: Text("Compte rendu", "Proceedings"),
    DocumentKind.PRESENTATION: Text("Support d'intervention", "Presentation"),
    DocumentKind.VIDEO: Text("Vidéo", "Video"),
    DocumentKind.OFFICIAL_TEXT: Text("Texte officiel", "Official text"),
    DocumentKind.NEWSLETTER: Text("Lettre d'information", "Newsletter"),
    DocumentKind.REFERENCE: Text("Référence", "Reference"),
    DocumentKind.FAQ: Text("Question fréquente", "Frequent question"),
}

_EXPERIENCE = {
    "context": Text("Le contexte est attendu.", "The context is expected."),
    "actions": Text("Ce qui a été fait est attendu.", "What was done is expected."),
    "results": Text("Les résultats sont attendus.", "The results are expected."),
    "reproducibility": Text(
        "Les conditions de reproductibilité sont attendues.", "The conditions of reproducibility are expected."
    ),
}


def lacking(kind: DocumentKind, content: DocumentContent) -> Sequence[FieldError]:
    """What has to be written before the document is published; pointers lead into the draft."""
    found = []
    if not content.abstract and not content.sections:
        found.append(_error("/content/abstract", Text("Un résumé est attendu.", "An abstract is expected.")))
    if kind is DocumentKind.THEMATIC_DOSSIER and not content.sections:
        found.append(_error("/content/sections", Text("Un dossier a au moins une rubrique.", "A dossier has a section or more.")))
    if kind is DocumentKind.EXPERIENCE:
        written = content.experience.model_dump() if content.experience else {}
        found += [_error(f"/content/experience/{name}", said) for name, said in _EXPERIENCE.items() if not written.get(name)]
    if kind is DocumentKind.VIDEO and not content.links and not content.files:
        said = Text("Une vidéo a une adresse ou un fichier.", "A video has an address or a file.")
        found.append(_error("/content/links", said))
    return found


def available_at(published_at: datetime, embargo_until: date | None) -> datetime:
    """From when readers may read: at once, or when the day the embargo ends begins in Paris."""
    if embargo_until is None:
        return published_at
    return max(published_at, datetime.combine(embargo_until, time.min, PARIS))


def publishable(content: DocumentContent, today: date) -> DocumentContent:
    """What a version keeps of the working copy: a contact only once the person agreed, today or before."""
    contact = content.experience.contact if content.experience else None
    if content.experience is None or contact is None or (contact.consented_on is not None and contact.consented_on <= today):
        return content
    return content.model_copy(update={"experience": content.experience.model_copy(update={"contact": None})})


def dated_sections(before: Sequence[Section], after: Sequence[Section], known: Mapping[int, int], today: date) -> list[Section]:
    """The new sections, each with the day it was brought up to date: as its writer says, or else the day its text changed.

    `known` gives the place a section had (`changes.pairs`). A writer who sends back the day that was there has said nothing.
    """
    found = []
    for position, section in enumerate(after):
        was = before[known[position]] if position in known else None
        said = section.updated_on is not None and (was is None or section.updated_on != was.updated_on)
        if not said:
            same = was is not None and (was.title, was.body) == (section.title, section.body)
            section = section.model_copy(update={"updated_on": was.updated_on if same and was else today})
        found.append(section)
    return found


def words(kind: DocumentKind, content: DocumentContent) -> str:
    """What the sections say, as the search engine reads it."""
    parts = [content.subtitle or ""]
    for section in content.sections:
        parts += [section.title, section.body]
    if kind is DocumentKind.EXPERIENCE and content.experience:
        experience = content.experience
        parts += [experience.context, experience.actions, experience.results, experience.reproducibility]
    parts += [link.label for link in content.links] + [file.label for file in content.files]
    return "\n".join(part for part in parts if part)


def _error(pointer: str, said: Text) -> FieldError:
    return FieldError(pointer, said, "expected")
