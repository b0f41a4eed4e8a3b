"""Which words follow which: a model of three words in the ARPA form, made from patterns of sentences.

Linear interpolation (Jelinek and Mercer 1980): with c the expected count in the patterns and s the share of
surprises,

    p(w | h) = (1 - s) c(hw) / c(h) + s p(w | shorter h)

so that the probabilities of all words after a history add up to 1. Expected counts are fractions, which rules
out discounting by a constant: it would take nearly all of them away.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from capture_app.session.speech.phrases import Pattern, Sequence3, expected_sequences
from capture_app.session.speech.punctuation import PERIOD

START: Final = "<s>"
END: Final = "</s>"
SURPRISE: Final = 0.1
"""How often a word follows that no pattern has there."""

LONE_WORD_COUNT: Final = 0.05
"""Count of a word that is in no sentence: it may be said anywhere."""

_SMALLEST: Final = 1e-9
_NEVER: Final = -99.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageModel:
    """Probabilities and back-off weights of sequences of one to three words."""

    probabilities: tuple[Mapping[Sequence3, float], ...]  # 0..1, by length - 1
    backoffs: tuple[Mapping[Sequence3, float], ...]  # 0..1, of histories of one and two words

    @property
    def words(self) -> set[str]:
        """The words it knows, without the marks of start and end."""
        return {word for (word,) in self.probabilities[0]} - {START, END}

    def probability(self, history: tuple[str, ...], word: str) -> float:
        """Return how likely a known word is after up to two words."""
        if not history:
            return self.probabilities[0][(word,)]
        sequence = (*history, word)
        known = self.probabilities[len(history)].get(sequence)
        if known is not None:
            return known
        return self.backoffs[len(history) - 1].get(history, 1.0) * self.probability(history[1:], word)

    def arpa(self) -> str:
        """Return the model as an ARPA file."""
        unigrams = {**self.probabilities[0], (START,): 0.0}
        levels: tuple[Mapping[Sequence3, float], ...] = (unigrams, *self.probabilities[1:])
        lines = ["\\data\\", *(f"ngram {n}={len(level)}" for n, level in enumerate(levels, 1))]
        for n, level in enumerate(levels, 1):
            lines += ["", f"\\{n}-grams:"]
            for sequence, probability in sorted(level.items()):
                line = f"{_log10(probability):.4f} {' '.join(sequence)}"
                if n <= len(self.backoffs):
                    line += f" {_log10(self.backoffs[n - 1].get(sequence, 1.0)):.4f}"
                lines.append(line)
        return "\n".join([*lines, "", "\\end\\", ""])


def make_language_model(
    patterns: Iterable[Pattern], lone_words: Iterable[str], *, is_punctuation_spoken: bool = True
) -> LanguageModel:
    """Return the model of sentences that follow each other.

    Parameters
    ----------
    patterns
        Sentences with their choices.
    lone_words
        Further words that may be said anywhere.
    is_punctuation_spoken
        Whether each sentence ends with a spoken period.
    """
    counts: tuple[dict[Sequence3, float], ...] = (defaultdict(float), defaultdict(float), defaultdict(float))
    for pattern in patterns:
        # A report begins once, and has many sentences: most begin after the period of the one before.
        for before, weight in ((START, 0.3), (PERIOD, 0.7)) if is_punctuation_spoken else ((START, 1.0),):
            after = (PERIOD,) if is_punctuation_spoken else ()
            for sequence, count in expected_sequences(pattern, before, after):
                counts[len(sequence) - 1][sequence] += weight * count
    counts[0][END,] += 1.0
    if is_punctuation_spoken:
        counts[1][PERIOD, END] += 0.3 * max(counts[0].get((PERIOD,), 1.0), 1.0)
        counts[0][END,] += counts[1][PERIOD, END]
        counts[0][PERIOD,] += LONE_WORD_COUNT
    for word in lone_words:
        counts[0][word,] += LONE_WORD_COUNT
    counts[0].pop((START,), None)
    return _interpolated(counts)


def _interpolated(counts: tuple[dict[Sequence3, float], ...]) -> LanguageModel:
    total = sum(counts[0].values())
    probabilities: list[dict[Sequence3, float]] = [
        {sequence: count / total for sequence, count in counts[0].items()}
    ]
    backoffs: list[dict[Sequence3, float]] = []
    for level in counts[1:]:
        sums: dict[Sequence3, float] = defaultdict(float)
        for sequence, count in level.items():
            sums[sequence[:-1]] += count
        backoffs.append(dict.fromkeys(sums, SURPRISE))
        lower = probabilities[-1]
        probabilities.append(
            {
                sequence: (1.0 - SURPRISE) * count / sums[sequence[:-1]] + SURPRISE * lower[sequence[1:]]
                for sequence, count in level.items()
            }
        )
    return LanguageModel(probabilities=tuple(probabilities), backoffs=tuple(backoffs))


def _log10(value: float) -> float:
    return math.log10(max(value, _SMALLEST)) if value > 0.0 else _NEVER
