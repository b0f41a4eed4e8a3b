"""How each word is said: as the lab wrote, as the engine's dictionary has it, or by rules for its letters."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable

from capture_app.session.speech.letter_sounds import guess_pronunciation
from capture_app.session.speech.phones import are_phones

_MOST_WAYS = 9


class PronouncingDictionary:
    """Looks words up.

    Parameters
    ----------
    pronunciations
        (word, ARPAbet), stronger than the engine's dictionary; further ways of a word are kept.
    look_up
        Returns the phones of an entry of the engine's dictionary, None where it has none; further ways of
        a word are the entries ``word(2)``, ``word(3)``.
    """

    def __init__(
        self, pronunciations: Iterable[tuple[str, str]], look_up: Callable[[str], str | None]
    ) -> None:
        self._own: dict[str, list[str]] = defaultdict(list)
        for word, phones in pronunciations:
            if are_phones(phones) and phones not in self._own[word]:
                self._own[word].append(phones)
        self._look_up = look_up
        self._guessed: dict[str, str] = {}

    @property
    def guessed(self) -> tuple[str, ...]:
        """Words asked for so far that are in no dictionary."""
        return tuple(sorted(self._guessed))

    def ways(self, word: str) -> list[str]:
        """Return the pronunciations of a word, at least one; [] for what cannot be said at all."""
        if word in self._own:
            return self._own[word]
        found = [self._look_up(word), *(self._look_up(f"{word}({n})") for n in range(2, _MOST_WAYS))]
        known = [phones for phones in found if phones]
        if known:
            return known
        if word not in self._guessed:
            self._guessed[word] = guess_pronunciation(word)
        return [self._guessed[word]] if self._guessed[word] else []
