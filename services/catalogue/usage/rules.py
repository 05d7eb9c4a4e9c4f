"""What counts as somebody reading a document. Pure: no database, no clock, no I/O.

No maintained list of robots is installed; the words below are those that robots, monitors, link previews and libraries write in
their `User-Agent`, as RFC 9110 §10.1.5 asks them to. A robot that disguises itself as a browser is counted.
"""

import re
from datetime import date, datetime, timedelta
from enum import Enum

from services.common.clock import today_in_paris

#: The same reader asking for the same thing again within this time reads once (COUNTER Code of Practice, "double-click" filtering).
ONCE_WITHIN = timedelta(seconds=30)

#: Words, looked for anywhere in lower case: a regular expression of them takes twenty times longer, at every reading.
_ROBOTS = (
    "bot", "crawl", "spider", "slurp", "scrap", "archiver", "harvest", "fetcher", "headless", "phantomjs",
    "puppeteer", "playwright", "selenium", "lighthouse", "pagespeed", "monitor", "uptime", "pingdom", "statuscake",
    "nagios", "zabbix", "validator", "linkcheck", "link-check", "checker", "preview", "facebookexternalhit",
    "whatsapp", "skypeuri", "mediapartners", "feedly", "chatgpt", "claude-", "perplexity", "bytespider", "semrush",
    "ahrefs", "heritrix", "sickle", "oai-pmh", "nutch", "masscan", "nmap", "nikto", "sqlmap", "zgrab", "censys",
)  # fmt: skip
#: Programs, by their first word: somebody's frontend when they carry a token, nobody in particular otherwise.
_LIBRARIES = (
    "curl", "wget", "python", "httpx", "aiohttp", "okhttp", "java", "jakarta", "apache-http", "go-http", "libwww",
    "lwp", "perl", "ruby", "faraday", "node", "undici", "axios", "got ", "guzzle", "php", "postman", "insomnia",
    "httpie", "restsharp", "dart", "reqwest", "powershell", "winhttp",
)  # fmt: skip
#: A telephone whose name holds one of these words.
_TELEPHONE = "cubot"
_READ_OF_AGENT = 1000


class Reading(Enum):
    """What is counted."""

    VIEW = "views"
    DOWNLOAD = "downloads"


#: The operations that are watched, and what each of them counts as.
READINGS = {"getDocument": Reading.VIEW, "downloadDocumentFile": Reading.DOWNLOAD}


def is_robot(agent: str, *, is_signed_in: bool) -> bool:
    """Whether nobody reads behind this `User-Agent` (an empty one is a robot's)."""
    said = agent[:_READ_OF_AGENT].strip().lower().replace(_TELEPHONE, "")
    if not said or any(word in said for word in _ROBOTS):
        return True
    return not is_signed_in and (said == "mozilla/5.0" or said.startswith(_LIBRARIES))


def is_reading(method: str, status: int, *, purpose: str = "", range_header: str = "") -> bool:
    """Whether the answer gave somebody the document: not a HEAD, not a page fetched in case it is wanted, not the rest of a file.

    304 is somebody who reads again what their browser kept. A range counts when it begins the file: readers of PDF ask for the
    others while one scrolls.
    """
    if method != "GET" or status not in {200, 206, 304} or any(word in purpose.lower() for word in ("prefetch", "prerender")):
        return False
    return status != 206 or re.match(r"\s*bytes=0*0-", range_header) is not None


def month_of(now: datetime) -> date:
    """The month in Paris, as its first day."""
    return today_in_paris(now).replace(day=1)


def months_ago(month: date, count: int) -> date:
    """The month that many months before."""
    years, months = divmod(month.year * 12 + month.month - 1 - count, 12)
    return date(years, months + 1, 1)
