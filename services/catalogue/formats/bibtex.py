"""BibTeX, read by LaTeX and by reference managers. Pure.

The file's shape is the library's; what is inside braces is ours, since the library escapes nothing but turns every accent into a
command. Here accents stay letters (UTF-8), characters that LaTeX or BibTeX would act upon are written as commands, and braces never
are, because BibTeX counts them wherever they stand.
"""

from collections.abc import Iterable

from bibtexparser.entrypoint import write_string
from bibtexparser.library import Library
from bibtexparser.model import Entry, Field

from ..documents.schemas import DocumentKind
from .descriptions import Author, Description
from .names import person

_COMMANDS = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\textbraceleft{}",
        "}": r"\textbraceright{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        **{sign: f"\\{sign}" for sign in "%#&_$"},
    }
)
_TYPES = {
    DocumentKind.PRESENTATION: "misc",
    DocumentKind.VIDEO: "misc",
    DocumentKind.OFFICIAL_TEXT: "misc",
    DocumentKind.NEWSLETTER: "misc",
    DocumentKind.REFERENCE: "misc",
    DocumentKind.FAQ: "misc",
}
_LANGUAGES = {"fr": "french", "en": "english", "de": "german", "es": "spanish", "it": "italian", "pt": "portuguese", "nl": "dutch"}


def escaped(text: str) -> str:
    """The text as LaTeX prints it."""
    return text.translate(_COMMANDS)


def written(descriptions: Iterable[Description]) -> str:
    """A `.bib` file, keys being references: a document keeps its key for ever."""
    return write_string(Library([_entry(each) for each in descriptions]))


def _entry(each: Description) -> Entry:
    kind = "book" if each.isbn else _TYPES.get(each.kind, "techreport")
    fields: dict[str, str] = {"author": " and ".join(_author(author) for author in each.authors)}
    # A second pair of braces: styles that lower the case of titles leave this one alone.
    fields["title"] = f"{{{escaped(each.full_title)}}}"
    fields["institution" if kind == "techreport" else "publisher"] = f"{{{escaped(each.publisher)}}}"
    if kind == "techreport":
        fields |= {"type": escaped(each.kind_label), "number": each.reference}
    elif kind == "misc":
        fields["howpublished"] = escaped(each.kind_label)
    if each.dated:
        fields |= {"year": f"{each.dated[0]:04d}", "date": each.iso_date}
    if len(each.dated) > 1:
        fields["month"] = str(each.dated[1])
    fields["langid"] = _LANGUAGES.get(each.language, each.language)
    fields |= {"doi": each.doi or "", "isbn": each.isbn or "", "issn": each.issn or "", "url": each.permalink}
    fields["pagetotal"] = str(each.pages or "")
    fields["version"] = str(each.version)
    fields["keywords"] = ", ".join(escaped(word) for word in each.keywords)
    fields["abstract"] = escaped(each.abstract)
    return Entry(kind, each.reference, [Field(name, value) for name, value in fields.items() if value])


def _author(author: Author) -> str:
    name = person(author.name) if author.is_person else None
    if name is None or not name.given:
        return f"{{{escaped(author.name)}}}"
    # Braces keep a « and » or a comma inside a name from parting it.
    parts = (escaped(part) for part in (name.family, name.given))
    family, given = (f"{{{part}}}" if _would_part(part) else part for part in parts)
    return f"{family}, {given}"


def _would_part(part: str) -> bool:
    return "," in part or "\\" in part or " and " in f" {part} ".casefold() or part[:1].islower()
