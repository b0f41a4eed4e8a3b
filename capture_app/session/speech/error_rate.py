"""How many words of a transcript are wrong, against what was really said."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True, kw_only=True)
class WordErrors:
    """The fewest changes that turn what was said into what was written."""

    said: int  # words really said
    substituted: int
    missing: int
    added: int

    @property
    def rate(self) -> float:
        """Word error rate: changes a word said; above 1 where more was added; NaN where nothing was said."""
        return (self.substituted + self.missing + self.added) / self.said if self.said else math.nan

    def plus(self, other: WordErrors) -> WordErrors:
        """Return the errors of two texts together."""
        return WordErrors(
            said=self.said + other.said,
            substituted=self.substituted + other.substituted,
            missing=self.missing + other.missing,
            added=self.added + other.added,
        )


def word_errors(said: Sequence[str], written: Sequence[str]) -> WordErrors:
    """Count errors by the shortest edit (Levenshtein 1966); letters' case does not count.

    Costs the product of both lengths in time and memory.
    """
    left, right = [word.lower() for word in said], [word.lower() for word in written]
    costs = np.zeros((len(left) + 1, len(right) + 1), np.int32)
    costs[:, 0] = np.arange(len(left) + 1)
    costs[0] = np.arange(len(right) + 1)
    for row, word in enumerate(left, 1):
        for column, other in enumerate(right, 1):
            costs[row, column] = min(
                costs[row - 1, column - 1] + (word != other),
                costs[row - 1, column] + 1,
                costs[row, column - 1] + 1,
            )
    row, column = len(left), len(right)
    substituted = missing = added = 0
    while row or column:
        cost = costs[row, column]
        if row and column and cost == costs[row - 1, column - 1] + (left[row - 1] != right[column - 1]):
            substituted += left[row - 1] != right[column - 1]
            row, column = row - 1, column - 1
        elif row and cost == costs[row - 1, column] + 1:
            missing += 1
            row -= 1
        else:
            added += 1
            column -= 1
    return WordErrors(said=len(left), substituted=substituted, missing=missing, added=added)
