"""What a harvested record becomes, from when a source is asked, how long it is waited for. Pure: no database, no clock, no I/O."""

import contextlib
import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError

from services.common.texts import fold

from ..centres.schemas import WebAddress
from ..documents.schemas import DocumentContent, DocumentLicence
from .models import Schedule

#: Of one run: beyond, the source turns in circles or is no resource centre.
MOST_PAGES = 5_000
MOST_RECORDS = 200_000
LONGEST_RUN = timedelta(hours=24)
#: A page may bring nothing new (a record that changed comes again); several in a row do not.
MOST_IDLE_PAGES = 3
MOST_TRIES = 5
MOST_WAIT = timedelta(hours=1)
#: Asked again before the last instant known: sources write in the past of their clock.
OVERLAP = timedelta(minutes=10)

_EVERY = {Schedule.DAILY: timedelta(days=1), Schedule.WEEKLY: timedelta(days=7)}
_LANGUAGES = {"fre": "fr", "fra": "fr", "francais": "fr", "french": "fr", "eng": "en", "english": "en", "anglais": "en"}
_LANGUAGES |= {"spa": "es", "ger": "de", "deu": "de", "ita": "it", "por": "pt", "ara": "ar", "cat": "ca", "oci": "oc"}
_DATE = re.compile(r"^([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?(?:T.*)?$")
_LICENCES = (
    ("creativecommons.org/licenses/by-nc-nd/4.0", DocumentLicence.CC_BY_NC_ND_4_0),
    ("creativecommons.org/licenses/by-nc/4.0", DocumentLicence.CC_BY_NC_4_0),
    ("creativecommons.org/licenses/by-sa/4.0", DocumentLicence.CC_BY_SA_4_0),
    ("creativecommons.org/licenses/by/4.0", DocumentLicence.CC_BY_4_0),
    ("creativecommons.org/publicdomain/zero/1.0", DocumentLicence.CC0_1_0),
    ("etalab.gouv.fr/licence-ouverte-open-licence", DocumentLicence.ETALAB_2_0),
    ("rightsstatements.org/vocab/inc/1.0", DocumentLicence.ALL_RIGHTS_RESERVED),
)
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_address: TypeAdapter[str] = TypeAdapter(WebAddress)


class Refused(Exception):
    """The record cannot become a document; says why, in French."""


def content_of(described: Sequence[Sequence[str]], *, source: str, licence: str, themes: Mapping[str, str]) -> DocumentContent:
    """The content of the reference a record becomes; raises `Refused`. `themes` leads from folded subjects to our themes."""
    said: dict[str, list[str]] = {}
    for name, text in described:
        said.setdefault(name, []).append(text)
    titles = _lines(said.get("title", ()), 400)
    if not titles:
        raise Refused("La notice n'a pas de titre.")
    subjects = _lines(said.get("subject", ()), 120)
    mapped = [themes[fold(subject)] for subject in subjects if fold(subject) in themes]
    wish = {
        "title": titles[0],
        "subtitle": titles[1] if len(titles) > 1 else None,
        "abstract": "\n\n".join(_visible(text) for text in said.get("description", ()))[:20_000].strip(),
        "language": language_of(said.get("language", ())),
        "dated": dated(said.get("date", ())),
        "authors": [{"name": name} for name in _lines(said.get("creator", ()), 120)[:50]],
        "organisations": [
            *({"name": name, "role": "publisher"} for name in _lines(said.get("publisher", ()), 200)[:20]),
            *({"name": name, "role": "partner"} for name in _lines(said.get("contributor", ()), 200)[:20]),
        ],
        "theme_codes": list(dict.fromkeys(mapped))[:20],
        "keywords": [subject for subject in subjects if fold(subject) not in themes][:50],
        "licence": licence_of(said.get("rights", ())) or licence,
        "extent": next((line for line in _lines(said.get("format", ()), 120) if "/" not in line), None),
        "identifiers": [line for line in _lines(said.get("identifier", ()), 120) if not _is_address(line)][:10],
        "links": [{"url": url, "label": source} for url in page_of(said)],
    }
    try:
        return DocumentContent.model_validate(wish)
    except ValidationError as error:
        where = ", ".join(sorted({str(each["loc"][0]) for each in error.errors() if each["loc"]}))
        raise Refused(f"La notice n'est pas reprenable ({where}).") from error


def page_of(said: Mapping[str, Sequence[str]]) -> list[str]:
    """The record's page at its source: its first address, as an identifier or else as a source."""
    for name in ("identifier", "source"):
        for text in said.get(name, ()):
            if _is_address(text):
                try:
                    return [_address.validate_python(text)]
                except ValidationError:
                    continue
    return []


def language_of(texts: Iterable[str]) -> str:
    """ISO 639-1 of what a source calls a language; French when it says nothing we know."""
    for text in texts:
        tag = fold(text)
        primary = re.split(r"[-_]", tag)[0]
        if tag in _LANGUAGES or primary in _LANGUAGES:
            return _LANGUAGES.get(tag) or _LANGUAGES[primary]
        if re.fullmatch(r"[a-z]{2}", primary):
            return primary
    return "fr"


def dated(texts: Iterable[str]) -> str | None:
    """The first real date, as precise as it was given."""
    for text in texts:
        found = _DATE.match(text.strip())
        if found is None:
            continue
        year, month, day = found.groups()
        try:
            date(int(year), int(month or 1), int(day or 1))
        except ValueError:
            continue
        return "-".join(part for part in (year, month, day) if part)
    return None


def licence_of(texts: Iterable[str]) -> str | None:
    for text in texts:
        folded = text.lower()
        for address, licence in _LICENCES:
            if address in folded:
                return licence.value
    return None


def digest(content: Mapping[str, Any]) -> str:
    """What tells a content from another, whatever the order of its fields."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def token_digest(token: str | None) -> str:
    return hashlib.sha256((token or "").encode()).hexdigest()


def instant(text: str | None) -> datetime | None:
    """A datestamp of the protocol, None when it is not one."""
    for pattern in ("%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d"):
        try:
            return datetime.strptime(text or "", pattern).replace(tzinfo=UTC)
        except ValueError:
            continue
    return None


def asked_from(harvested_until: datetime | None, *, in_days: bool) -> str | None:
    """`from` of the next run, in the source's granularity; None the first time."""
    if harvested_until is None:
        return None
    if in_days:
        return (harvested_until - timedelta(days=1)).astimezone(UTC).strftime("%Y-%m-%d")
    return (harvested_until - OVERLAP).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def read_until(response_date: str | None, asked_at: datetime) -> tuple[datetime, bool]:
    """From when the next run asks: what the source says of its clock, never after ours; and whether its clock is odd."""
    said = instant(response_date)
    if said is None or said.year < 2000:
        # Its clock tells nothing: a day is taken for the error of both.
        return asked_at - timedelta(days=1), True
    return min(said, asked_at), said > asked_at + timedelta(hours=1)


def waited(tries: int, retry_after: str | None, now: datetime) -> timedelta:
    """How long before asking again: as the source asks, within bounds; longer each time when it does not say."""
    wish = timedelta(minutes=min(2**tries, 60))
    if retry_after is not None:
        text = retry_after.strip()
        if re.fullmatch(r"[0-9]{1,9}", text):
            wish = timedelta(seconds=int(text))
        else:
            with contextlib.suppress(ValueError, TypeError, OverflowError):
                wish = parsedate_to_datetime(text).astimezone(UTC) - now
    return max(timedelta(seconds=1), min(wish, MOST_WAIT))


def next_due(schedule: Schedule, now: datetime) -> datetime | None:
    return now + _EVERY[schedule] if schedule in _EVERY else None


def date_warnings(datestamps: Iterable[str], asked: str | None, now: datetime) -> set[str]:
    """What the dates of a page say of the source's honesty."""
    found = set()
    lower = instant(asked)
    for text in datestamps:
        stamp = instant(text)
        if stamp is None:
            found.add("bad_dates")
        elif stamp > now + timedelta(days=1):
            found.add("future_dates")
        elif lower is not None and stamp < lower:
            found.add("from_ignored")
    return found


def short(text: str | None, most: int) -> str | None:
    return None if text is None else _visible(text)[:most].strip() or None


def _lines(texts: Iterable[str], most: int) -> list[str]:
    """Each once, on one line of at most `most` characters, without what disguises a text."""
    found = (" ".join(_visible(text).split()) for text in texts)
    cut = (line if len(line) <= most else line[: most - 1].rstrip() + "…" for line in found)
    return list(dict.fromkeys(line for line in cut if line))


def _visible(text: str) -> str:
    kept = "".join(c for c in text if c == "\n" or (unicodedata.category(c) not in {"Cc", "Cs"} and c not in _TURNING))
    return unicodedata.normalize("NFC", kept)


def _is_address(text: str) -> bool:
    return text.lower().startswith(("http://", "https://"))
