"""The production engine: an nginx configuration generated from the routing table and the settings.

Answers of the services pass through as they are: their own edge has dressed them. What nginx says itself (an unknown host, a
body too large, a dead service) is a problem with the same headers.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from services.common.app import BODY_LIMIT
from services.common.language import Language
from services.common.problems import BodyTooLarge, InternalError, NotFound, Problem, TemporarilyUnavailable, answer

from .edge import EXPOSED_HEADERS, security_headers
from .openapi import Document
from .pages import HERE
from .problems import DeadlineExpired, HostNotServed, ServiceUnreachable, TransferTooSlow, UnreadableRequest
from .routes import INTERNAL, PAGES_NAME, PAGES_PORT, SERVICES, Route
from .settings import GatewaySettings

#: Seconds nginx waits beyond the service's own deadline, whose 504 rolls the transaction back.
MARGIN = 10
#: The form around a file that is sent.
_ENVELOPE_MB = 1

_templates = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    autoescape=select_autoescape(),
)


@dataclass(frozen=True)
class Listening:
    """Where nginx runs: what it listens on, its temporary files, its access log, the proxies standing before it."""

    listen: str = "80"
    temp: str = "/tmp"  # noqa: S108 - of the container
    access_log: str = "/dev/stdout"
    behind: Sequence[str] = ()


@dataclass(frozen=True)
class Own:
    """An answer of nginx itself: on those codes, that problem."""

    codes: str
    problem: type[Problem]

    @property
    def name(self) -> str:
        return self.problem.slug().replace("-", "_")

    def body(self, language: Language, base_url: str) -> str:
        headers = {"Retry-After": "5"} if self.problem.status in {502, 503} else {}
        return quoted(bytes(answer(self.problem(headers=headers), base_url=base_url, language=language).body).decode())


OWN = [
    Own("400 414 494", UnreadableRequest),
    Own("404", NotFound),
    Own("408", TransferTooSlow),
    Own("413", BodyTooLarge),
    Own("500", InternalError),
    Own("502", ServiceUnreachable),
    Own("503", TemporarilyUnavailable),
    Own("504", DeadlineExpired),
]


def quoted(text: str) -> str:
    """A string of nginx's language. It has no way to write a dollar, and ours have none."""
    if "$" in text:
        raise ValueError(f"nginx would read a variable in {text!r}")
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def upload_patterns(document: Document) -> list[str]:
    """Paths of the contract where something else than JSON is sent, as regular expressions."""
    found = []
    for path, item in document["paths"].items():
        bodies = [operation.get("requestBody", {}).get("content", {}) for operation in item.values() if isinstance(operation, dict)]
        if any(not kind.split(";")[0].endswith("json") for content in bodies for kind in content):
            found.append("^" + re.sub(r"\\?\{[^}]+\\?\}", "[^/]+", re.escape(path)) + "$")
    return found


def _upload(settings: GatewaySettings, pattern: str) -> tuple[str, str, str]:
    """The service a path of files belongs to, the path, and the most nginx lets through: services have the last word."""
    service = pattern.split("/")[1]
    limit = settings.catalogue_file_limit_mb if service == "catalogue" else settings.upload_limit_mb
    return service, pattern, f"{max(limit, settings.upload_limit_mb) + _ENVELOPE_MB}m"


def _address(settings: GatewaySettings, name: str, port: int) -> str:
    url = settings.siblings.get(name, f"http://127.0.0.1:{port}")
    return urlsplit(url).netloc


def _header_maps(settings: GatewaySettings) -> list[dict[str, str]]:
    return [
        {"name": name, "variable": name.lower().replace("-", "_"), "value": quoted(value)}
        for name, value in security_headers(settings).items()
    ]


def configuration(
    settings: GatewaySettings,
    document: Document,
    listening: Listening | None = None,
    services: Iterable[Route] = SERVICES,
) -> str:
    """The whole nginx.conf. `document` is the platform's contract, which says where files are sent."""
    routes = list(services)
    upstreams = [(route.service, _address(settings, route.service, route.port)) for route in routes]
    values: dict[str, Any] = {
        "listening": listening or Listening(),
        "hosts": sorted(f"[{host}]" if ":" in host else host for host in settings.hosts),
        "scheme": urlsplit(settings.public_url).scheme,
        "upstreams": [*upstreams, (PAGES_NAME, _address(settings, PAGES_NAME, PAGES_PORT))],
        "services": [route.service for route in routes],
        "pages": PAGES_NAME,
        "internal": INTERNAL,
        "uploads": [_upload(settings, path) for path in upload_patterns(document)],
        "body_limit": BODY_LIMIT,
        "read_timeout": ceil(settings.request_deadline_s + MARGIN),
        "headers": _header_maps(settings),
        "origins": [re.escape(origin) for origin in settings.cors_origins],
        "exposed": ", ".join(EXPOSED_HEADERS),
        "own": OWN,
        "host_not_served": Own("", HostNotServed),
        "base_url": settings.public_url,
    }
    return _templates.get_template("nginx.conf").render(values)
