"""Sequences of arms that are balanced over readers: Williams designs.

For an even number k of arms the k rows of the square hold every arm once at every place, and every arm
follows every other equally often (Williams 1949, doi 10.1071/CH9490149). For an odd k the mirrored rows are
added, which makes 2 k rows.
"""

from __future__ import annotations


def williams_rows(arm_count: int) -> tuple[tuple[int, ...], ...]:
    """Return the rows of the design: numbers of arms, from 0, in the order of reading."""
    first = [0]
    low, high = 1, arm_count - 1
    while low <= high:
        first.append(low)
        if low < high:
            first.append(high)
        low, high = low + 1, high - 1
    rows = tuple(tuple((arm + shift) % arm_count for arm in first) for shift in range(arm_count))
    if arm_count % 2 == 0:
        return rows
    return (*rows, *(tuple(reversed(row)) for row in rows))
