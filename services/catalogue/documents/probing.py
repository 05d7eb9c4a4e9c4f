"""Looking at external links: a HEAD, then a GET when it says no, a few redirections, a short time, few at once."""

import asyncio
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from services.common.outbound import Bounds, Outbound, Resolver, Unreachable, resolve
from services.common.settings import ServiceSettings

from .link_rules import Answer, is_refusal
from .schemas import LinkFailure

_AT_ONCE = 8
_OF_ONE_HOST = 2
_REDIRECTS = 5
#: Seconds, for one link and all its redirections.
_LINK_TIME = 20.0
#: Seconds, for the HEAD, then for the GET.
_TRY_TIME = 10.0
_HEADERS = {"Accept": "*/*"}
_FAILURES = {
    "refused_address": LinkFailure.PRIVATE,
    "too_many_redirects": LinkFailure.REDIRECTS,
    "too_slow": LinkFailure.TIMEOUT,
}


async def look_at(
    settings: ServiceSettings, urls: Iterable[str], *, resolver: Resolver = resolve, link_time: float = _LINK_TIME
) -> Mapping[str, Answer]:
    """What each address answers. Never raises: what goes wrong is the answer."""
    turns = asyncio.Semaphore(_AT_ONCE)
    hosts: dict[str, asyncio.Semaphore] = {}
    wanted = list(dict.fromkeys(urls))
    async with Outbound.of(settings, "Canevas (verification des liens)", resolver=resolver) as web:

        async def one(url: str) -> Answer:
            host = hosts.setdefault(_host(url), asyncio.Semaphore(_OF_ONE_HOST))
            async with host, turns:
                return await _answer(web, url, link_time)

        return dict(zip(wanted, await asyncio.gather(*(one(url) for url in wanted)), strict=True))


async def _answer(web: Outbound, url: str, link_time: float) -> Answer:
    found = Answer(failure=LinkFailure.TIMEOUT)
    try:
        async with asyncio.timeout(link_time):
            for method in ("HEAD", "GET"):
                found = await _status(web, method, url, link_time)
                # Many servers refuse HEAD, or answer it wrongly: only GET is believed when it says no.
                if found.failure is None or found.failure is LinkFailure.PRIVATE:
                    return found
    except TimeoutError:
        return Answer(failure=LinkFailure.TIMEOUT)
    return found


async def _status(web: Outbound, method: str, url: str, link_time: float) -> Answer:
    try:
        bounds = Bounds(seconds=min(_TRY_TIME, link_time), redirects=_REDIRECTS)
        answer = await web.look(method, url, headers=_HEADERS, bounds=bounds)
    except Unreachable as error:
        return Answer(failure=_FAILURES.get(error.code, LinkFailure.UNREACHABLE))
    return Answer(answer.status, LinkFailure.STATUS if is_refusal(answer.status) else None)


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or url
    except ValueError:
        return url
