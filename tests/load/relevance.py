"""Whether people find: judged queries over a real corpus (`judged_queries.json`), as nDCG at 10 and the share that finds nothing.

Judgments are ours, made by reading the titles of the corpus: what was looked for (3), what answers it too (2), what is of some help
(1). Documents nobody judged count for nothing, so the figure is a floor.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson

JUDGED = Path(__file__).parent / "judged_queries.json"


@dataclass(frozen=True)
class Judged:
    """One query and the grade of each document expected, by its identifier in the corpus."""

    words: str
    difficulty: str
    expected: Mapping[str, int]


@dataclass(frozen=True)
class Relevance:
    """Means over the queries; `worst` are those that found least, with their own nDCG."""

    ndcg_at_10: float
    zero_result_share: float
    worst: Sequence[tuple[float, str]]


def judged() -> list[Judged]:
    return [Judged(each["q"], each["difficulty"], each["expected"]) for each in orjson.loads(JUDGED.read_bytes())["queries"]]


def ndcg_at_10(found: Sequence[str], expected: Mapping[str, int]) -> float:
    """Discounted cumulative gain of the first ten (Järvelin and Kekäläinen, 2002), over the best order there could be."""
    gain = sum((2 ** expected.get(each, 0) - 1) / math.log2(rank + 2) for rank, each in enumerate(found[:10]))
    ideal = sorted(expected.values(), reverse=True)[:10]
    best = sum((2**grade - 1) / math.log2(rank + 2) for rank, grade in enumerate(ideal))
    return float(gain / best)


def measure(search: Callable[[str], Sequence[str]]) -> Relevance:
    """`search(words)` gives the identifiers of the first ten documents."""
    seen = [(query, search(query.words)) for query in judged()]
    scores = sorted((round(ndcg_at_10(found, query.expected), 3), query.words) for query, found in seen)
    return Relevance(
        round(sum(score for score, _ in scores) / len(scores), 3),
        round(sum(not found for _, found in seen) / len(seen), 3),
        scores[:15],
    )
