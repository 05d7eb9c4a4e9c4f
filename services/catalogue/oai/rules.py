"""What OAI-PMH 2.0 asks of requests, and how a document is said in Dublin Core. Pure: no database, no clock, no I/O."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from ..documents.exchange import FIRST, LAST
from ..documents.rules import KIND_LABELS
from ..documents.schemas import DocumentKind
from .schemas import ErrorCode, Refusal, Verb

PREFIX = "oai_dc"
#: Harvesters come back within the day, or begin again.
TOKEN_LIVES = timedelta(hours=24)

#: (required, optional) arguments of each verb; `resumptionToken` excludes all others.
_ARGUMENTS: dict[Verb, tuple[set[str], set[str]]] = {
    Verb.IDENTIFY: (set(), set()),
    Verb.LIST_METADATA_FORMATS: (set(), {"identifier"}),
    Verb.LIST_SETS: (set(), {"resumptionToken"}),
    Verb.LIST_IDENTIFIERS: ({"metadataPrefix"}, {"from", "until", "set", "resumptionToken"}),
    Verb.LIST_RECORDS: ({"metadataPrefix"}, {"from", "until", "set", "resumptionToken"}),
    Verb.GET_RECORD: ({"metadataPrefix", "identifier"}, set()),
}
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SECOND = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_SET = re.compile(r"[A-Za-z0-9\-_.!~*'()]+(?::[A-Za-z0-9\-_.!~*'()]+)*")
#: What XML 1.0 has no way to write.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_LICENCES = {
    "etalab-2.0": ("Licence Ouverte / Open Licence 2.0", "https://www.etalab.gouv.fr/licence-ouverte-open-licence"),
    "cc-by-4.0": ("CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/"),
    "cc-by-sa-4.0": ("CC BY-SA 4.0", "https://creativecommons.org/licenses/by-sa/4.0/"),
    "cc-by-nc-4.0": ("CC BY-NC 4.0", "https://creativecommons.org/licenses/by-nc/4.0/"),
    "cc-by-nc-nd-4.0": ("CC BY-NC-ND 4.0", "https://creativecommons.org/licenses/by-nc-nd/4.0/"),
    "cc0-1.0": ("CC0 1.0", "https://creativecommons.org/publicdomain/zero/1.0/"),
    "all-rights-reserved": ("Tous droits réservés", "https://rightsstatements.org/vocab/InC/1.0/"),
}
_DCMI_TYPES = {DocumentKind.VIDEO: "MovingImage"}


def arguments(pairs: Iterable[tuple[str, str]]) -> tuple[Verb, dict[str, str]]:
    """The verb and its arguments, all legal; raises `Refusal`."""
    given: dict[str, str] = {}
    verbs = []
    repeated = set()
    for name, value in pairs:
        if name == "verb":
            verbs.append(value)
        elif name in given:
            repeated.add(name)
        else:
            given[name] = value
    if len(verbs) != 1 or verbs[0] not in {verb.value for verb in Verb}:
        raise Refusal(ErrorCode.BAD_VERB, "One verb of the protocol is expected.")
    verb = Verb(verbs[0])
    if repeated:
        raise Refusal(ErrorCode.BAD_ARGUMENT, f"Repeated: {_listed(repeated)}.")
    required, optional = _ARGUMENTS[verb]
    illegal = set(given) - required - optional
    if illegal:
        raise Refusal(ErrorCode.BAD_ARGUMENT, f"Not an argument of {verb.value}: {_listed(illegal)}.")
    if any(_FORBIDDEN.search(value) for value in given.values()):
        raise Refusal(ErrorCode.BAD_ARGUMENT, "A value holds a character that XML cannot write.")
    if "resumptionToken" in given:
        if len(given) > 1:
            raise Refusal(ErrorCode.BAD_ARGUMENT, "resumptionToken goes alone.")
    elif required - set(given):
        raise Refusal(ErrorCode.BAD_ARGUMENT, f"Missing: {_listed(required - set(given))}.")
    return verb, given


def span(given: Mapping[str, str]) -> tuple[datetime, datetime]:
    """[from, before) of the dates asked for, in one granularity; raises `Refusal`."""
    lower, upper = given.get("from"), given.get("until")
    if lower and upper and len(lower) != len(upper):
        raise Refusal(ErrorCode.BAD_ARGUMENT, "from and until have one granularity.")
    from_at = FIRST if lower is None else _instant(lower, "from")
    if upper is None:
        return from_at, LAST
    until = _instant(upper, "until")
    if until < from_at:
        raise Refusal(ErrorCode.BAD_ARGUMENT, "from is after until.")
    step = timedelta(days=1) if _DAY.fullmatch(upper) else timedelta(seconds=1)
    return from_at, min(until, LAST - step) + step


def stamp(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def clean(text: str) -> str:
    """Without the characters XML 1.0 forbids."""
    return _FORBIDDEN.sub("", text)


@dataclass(frozen=True)
class Set:
    """A set: how it is addressed and called, and what it keeps."""

    spec: str
    name: str
    centre_code: str | None = None
    kind: str | None = None
    theme: str | None = None
    any_theme: bool = False


def sets(centres: Sequence[Mapping[str, Any]], themes: Mapping[str, Mapping[str, Any]]) -> dict[str, Set]:
    """Every set, by its address: centres, kinds, and the tree of themes."""
    found = [Set("centre", "Centres de ressources"), Set("kind", "Types de documents"), Set("theme", "Thèmes", any_theme=True)]
    found += [Set(f"centre:{row['code']}", row["name"], centre_code=row["code"]) for row in centres]
    found += [Set(f"kind:{kind.value}", label.fr, kind=kind.value) for kind, label in KIND_LABELS.items()]
    found += [Set(theme_set(code, themes), row["label"], theme=code) for code, row in themes.items()]
    return {each.spec: each for each in sorted(found, key=lambda each: each.spec)}


def theme_set(code: str, themes: Mapping[str, Mapping[str, Any]]) -> str:
    """`theme:lien-social:participation`: the theme after those above it."""
    path = [code]
    while (row := themes.get(path[0])) and (parent := row["parent_code"]) and parent not in path:
        path.insert(0, parent)
    return ":".join(["theme", *path])


def asked_set(spec: str | None, known: Mapping[str, Set]) -> Set | None:
    """The set asked for, None for the whole repository; raises `Refusal`."""
    if spec is None:
        return None
    if not _SET.fullmatch(spec):
        raise Refusal(ErrorCode.BAD_ARGUMENT, "This is not the address of a set.")
    if spec not in known:
        raise Refusal(ErrorCode.NO_RECORDS_MATCH, "There is no such set.")
    return known[spec]


def dublin_core(
    row: Mapping[str, Any], *, permalink: str, themes: Mapping[str, str], territories: Mapping[str, str], related: Sequence[str]
) -> list[tuple[str, str]]:
    """(element, text) of a document, in the order of the fifteen elements. `themes` and `territories` are labels by code."""
    content: Mapping[str, Any] = row["content"]
    organisations = {
        role: [each["name"] for each in content["organisations"] if each["role"] == role]
        for role in ("publisher", "author", "partner", "funder")
    }
    kind = DocumentKind(row["kind"])
    links = [link["url"] for link in content["links"]]
    # A reference describes what is elsewhere: its first address is where it comes from.
    source, others = (links[:1], links[1:]) if kind is DocumentKind.REFERENCE else ([], links)
    licence = _LICENCES.get(content["licence"], _LICENCES["all-rights-reserved"])
    said: dict[str, Iterable[str | None]] = {
        "title": [content["title"], content["subtitle"]],
        "creator": [each["name"] for each in content["authors"]] or organisations["author"],
        "subject": [*(themes[code] for code in content["theme_codes"] if code in themes), *content["keywords"]],
        "description": [content["abstract"]],
        "publisher": organisations["publisher"] or [row["centre_name"]],
        "contributor": [
            *(organisations["author"] if content["authors"] else []),
            *organisations["partner"],
            *organisations["funder"],
        ],
        "date": [content["dated"] or row["published_at"].date().isoformat()],
        "type": [KIND_LABELS[kind].fr, _DCMI_TYPES.get(kind, "Text")],
        "format": [content["extent"]],
        "identifier": [permalink, row["reference"], *content["identifiers"]],
        "source": source,
        "language": [content["language"]],
        "relation": [*related, *others],
        "coverage": [territories[code] for code in content["territory_codes"] if code in territories],
        "rights": licence,
    }
    return [(name, text) for name, texts in said.items() for text in dict.fromkeys(texts) if text]


def _instant(text: str, name: str) -> datetime:
    pattern = "%Y-%m-%d" if _DAY.fullmatch(text) else "%Y-%m-%dT%H:%M:%SZ" if _SECOND.fullmatch(text) else None
    try:
        if pattern is not None:
            return datetime.strptime(text, pattern).replace(tzinfo=UTC)
    except ValueError:
        pass
    raise Refusal(ErrorCode.BAD_ARGUMENT, f"{name} is a day (YYYY-MM-DD) or a second in UTC (YYYY-MM-DDThh:mm:ssZ).")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(clean(name)[:40] for name in names))
