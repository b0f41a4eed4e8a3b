"""A rate of few cases with what it leaves open: Wilson's interval (J Am Stat Assoc 22, 1927)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

_Z_95: Final = 1.959963984540054


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """So many of so many, with the 95 % interval. NaN of none."""

    count: int
    total: int
    share: float
    low: float
    high: float


def rate_of(count: int, total: int) -> Rate:
    """Return a rate with Wilson's interval.

    Raises
    ------
    ValueError
        If there are more than there can be.
    """
    if not 0 <= count <= total:
        raise ValueError(f"{count} of {total} is no rate.")
    if total == 0:
        return Rate(count=0, total=0, share=math.nan, low=math.nan, high=math.nan)
    share, squared = count / total, _Z_95**2
    middle = (share + squared / (2 * total)) / (1 + squared / total)
    half = _Z_95 * math.sqrt(share * (1 - share) / total + squared / (4 * total**2)) / (1 + squared / total)
    return Rate(
        count=count, total=total, share=share, low=max(0.0, middle - half), high=min(1.0, middle + half)
    )
