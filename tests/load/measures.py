"""What is measured, each against its floor in the same run: short rounds in turn, so that the machine's drift cancels."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field

from .generator import Generator, Job, Result
from .servers import Web


@dataclass(frozen=True)
class Side:
    """Something that answers requests."""

    name: str
    web: Web
    requests: Sequence[str]


@dataclass
class Line:
    """A side's rounds put together."""

    name: str
    rate: float
    p50: float
    p95: float
    #: Share of one core its process used: about 1 when the process itself is the limit.
    busy: float


@dataclass
class Paired:
    """Two sides in turn; `rate_ratio` is second over first, `p50_ratio` too: medians of the rounds' ratios."""

    title: str
    lines: list[Line] = field(default_factory=list)
    rate_ratio: float = 0.0
    p50_ratio: float = 0.0


def compare(
    generator: Generator, title: str, first: Side, second: Side, *, rounds: int, seconds: float, connections: int
) -> Paired:
    for side in (first, second):
        _round(generator, side, max(0.5, seconds / 2), connections)
    results: list[tuple[tuple[Result, float], tuple[Result, float]]] = []
    for number in range(rounds):
        # Who goes first changes each time: neither always runs on the other's warmth.
        if number % 2:
            later = _round(generator, second, seconds, connections)
            results.append((_round(generator, first, seconds, connections), later))
        else:
            results.append((_round(generator, first, seconds, connections), _round(generator, second, seconds, connections)))
    return Paired(
        title,
        [_line(first, [a for a, _ in results]), _line(second, [b for _, b in results])],
        rate_ratio=statistics.median(b.rate / a.rate for (a, _), (b, _) in results),
        p50_ratio=statistics.median(b.p50 / a.p50 for (a, _), (b, _) in results),
    )


def _round(generator: Generator, side: Side, seconds: float, connections: int) -> tuple[Result, float]:
    before = side.web.cpu_s
    result = generator.play(Job(side.web.port, list(side.requests), connections, seconds))
    if set(result.statuses) != {"200"}:
        raise RuntimeError(f"{side.name} answered {result.statuses}")
    return result, (side.web.cpu_s - before) / result.took


def _line(side: Side, results: Sequence[tuple[Result, float]]) -> Line:
    return Line(
        side.name,
        rate=statistics.median(result.rate for result, _ in results),
        p50=statistics.median(result.p50 for result, _ in results),
        p95=statistics.median(result.p95 for result, _ in results),
        busy=statistics.median(busy for _, busy in results),
    )
