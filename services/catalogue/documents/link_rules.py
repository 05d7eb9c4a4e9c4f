"""Which addresses a document gives, what an answer says of a link, and when to look again. Pure: no database, no clock, no I/O."""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.common.clock import in_paris

from .schemas import DocumentContent, LinkFailure, LinkState

#: A document of two hundred sections may quote thousands of addresses: the first ones are looked at.
MOST_LINKS = 500
_LONGEST = 2000
_LABEL = 200
#: What a robot is told where a person is welcome: asked to sign in, refused, asked to slow down. Nothing says the page is gone.
_CLOSED_TO_ROBOTS = frozenset((401, 403, 407, 429, 451, 999))
_WEEK = timedelta(days=6)
_SPREAD = timedelta(days=2)
_TOMORROW = timedelta(hours=24)

_WRITTEN = re.compile(r"https?://[^\s<>\"'`|\\^{}\[\]]+", re.IGNORECASE)


@dataclass(frozen=True)
class Answer:
    """What looking at a link gave: its last status, or why there is none."""

    http_status: int | None = None
    failure: LinkFailure | None = None


@dataclass(frozen=True)
class Standing:
    """What is known of a link after an answer."""

    state: LinkState
    failure: LinkFailure | None
    http_status: int | None
    failing_since: datetime | None
    next_check_at: datetime


def addresses(content: DocumentContent) -> dict[str, str]:
    """Address → label: the document's links, then those its texts quote."""
    found = {link.url: link.label for link in content.links}
    texts = [("", content.abstract), *((section.title, section.body) for section in content.sections)]
    if content.experience is not None:
        experience = content.experience
        texts += [("", each) for each in (experience.context, experience.actions, experience.results, experience.reproducibility)]
    for title, text in texts:
        for written in _WRITTEN.findall(text):
            url = _trimmed(written)
            if len(url) <= _LONGEST and len(url) > len("https://"):
                found.setdefault(url, (title or content.title)[:_LABEL])
    return dict(list(found.items())[:MOST_LINKS])


def _trimmed(written: str) -> str:
    """Without the punctuation of the sentence around it; a closing parenthesis stays when the address opened it."""
    url = written.rstrip(".,;:!?…»*_")
    while url.endswith(")") and url.count(")") > url.count("("):
        url = url[:-1].rstrip(".,;:!?…»*_")
    return url


def key_of(url: str) -> str:
    return hashlib.sha256(url.encode()).hexdigest()


def is_refusal(status: int) -> bool:
    """Whether a status says that the page is not there."""
    return status >= 400 and status not in _CLOSED_TO_ROBOTS


def judged(key: str, failing_since: datetime | None, answer: Answer, now: datetime) -> Standing:
    """A link is broken after two failures on different days (Paris); one good answer mends it.

    What failed once is looked at again the next day; the rest every week, each on its own day and hour.
    """
    if answer.failure is None:
        return Standing(LinkState.FINE, None, answer.http_status, None, now + _WEEK + _share(key))
    since = failing_since or now
    broken = in_paris(since).date() < in_paris(now).date()
    state = LinkState.BROKEN if broken else LinkState.FAILING
    return Standing(state, answer.failure, answer.http_status, since, now + (_WEEK + _share(key) if broken else _TOMORROW))


def _share(key: str) -> timedelta:
    """A part of two days that is the link's own."""
    return _SPREAD * (int(key[:8], 16) / 0xFFFFFFFF)
