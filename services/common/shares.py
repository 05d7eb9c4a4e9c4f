"""Whole amounts shared out to the unit: what is given always adds up to what there was."""

from collections.abc import Sequence


def split(total: int, weights: Sequence[int]) -> list[int]:
    """`total` (not negative) in shares proportional to `weights`: the largest remainders take what rounding leaves.

    Equal remainders are served in order; without any weight the shares are equal (Hamilton's method).
    """
    if not weights:
        return []
    parts = list(weights) if any(weights) else [1] * len(weights)
    whole = sum(parts)
    shares = [total * part // whole for part in parts]
    order = sorted(range(len(parts)), key=lambda i: (-(total * parts[i] % whole), i))
    for i in order[: total - sum(shares)]:
        shares[i] += 1
    return shares
