"""Looking at external links: a HEAD, then a GET when it says no, a few redirections, a short time, few at once."""

import asyncio
from collections.abc import Iterable, Mapping

import httpx

from services.common.outside import PrivateAddress, Resolver, create_outside_client, resolve
from services.common.settings import ServiceSettings

from .link_rules import Answer, is_refusal
from .schemas import LinkFailure

_AT_ONCE = 8
_OF_ONE_HOST = 2
_REDIRECTS = 5
#: Seconds, for one link and all its redirections.
_LINK_TIME = 20.0
_STEP_TIME = 8.0
_HEADERS = {"User-Agent": "Canevas (verification des liens)", "Accept": "*/*"}


async def look_at(
    settings: ServiceSettings, urls: Iterable[str], *, resolver: Resolver = resolve, link_time: float = _LINK_TIME
) -> Mapping[str, Answer]:
    """What each address answers. Never raises: what goes wrong is the answer."""
    turns = asyncio.Semaphore(_AT_ONCE)
    hosts: dict[str, asyncio.Semaphore] = {}
    wanted = list(dict.fromkeys(urls))
    timeout = min(_STEP_TIME, link_time)
    async with create_outside_client(settings, timeout=timeout, redirects=_REDIRECTS, resolver=resolver) as client:

        async def one(url: str) -> Answer:
            host = hosts.setdefault(_host(url), asyncio.Semaphore(_OF_ONE_HOST))
            async with host, turns:
                return await _answer(client, url, link_time)

        return dict(zip(wanted, await asyncio.gather(*(one(url) for url in wanted)), strict=True))


async def _answer(client: httpx.AsyncClient, url: str, link_time: float) -> Answer:
    found = Answer(failure=LinkFailure.TIMEOUT)
    try:
        async with asyncio.timeout(link_time):
            for method in ("HEAD", "GET"):
                found = await _status(client, method, url)
                # Many servers refuse HEAD, or answer it wrongly: only GET is believed when it says no.
                if found.failure is None or found.failure is LinkFailure.PRIVATE:
                    return found
    except TimeoutError:
        return Answer(failure=LinkFailure.TIMEOUT)
    return found


async def _status(client: httpx.AsyncClient, method: str, url: str) -> Answer:
    try:
        # The body is never read: the answer's first lines are enough.
        async with client.stream(method, url, headers=_HEADERS) as answer:
            failure = LinkFailure.STATUS if is_refusal(answer.status_code) else None
            return Answer(answer.status_code, failure)
    except PrivateAddress:
        return Answer(failure=LinkFailure.PRIVATE)
    except httpx.TooManyRedirects:
        return Answer(failure=LinkFailure.REDIRECTS)
    except httpx.TimeoutException:
        return Answer(failure=LinkFailure.TIMEOUT)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, UnicodeError, OSError):
        return Answer(failure=LinkFailure.UNREACHABLE)


def _host(url: str) -> str:
    try:
        return httpx.URL(url).host
    except httpx.InvalidURL:
        return url
