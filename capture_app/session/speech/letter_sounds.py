"""How a word that is in no dictionary is probably said: rules from letters to sounds.

The rules stand in ``data/letter_sounds.txt`` and are tried from the longest at each place. They are written
for words of Greek and Latin origin, which is what medical words are. A guess is good enough to find a word in
the sound, and is always reported.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Final

_LETTERS: Final[Mapping[str, str]] = {
    "a": "EY", "b": "B IY", "c": "S IY", "d": "D IY", "e": "IY", "f": "EH F", "g": "JH IY", "h": "EY CH",
    "i": "AY", "j": "JH EY", "k": "K EY", "l": "EH L", "m": "EH M", "n": "EH N", "o": "OW", "p": "P IY",
    "q": "K Y UW", "r": "AA R", "s": "EH S", "t": "T IY", "u": "Y UW", "v": "V IY",
    "w": "D AH B AH L Y UW", "x": "EH K S", "y": "W AY", "z": "Z IY",
}  # fmt: skip


@cache
def _rules() -> Mapping[str, str]:
    text = (resources.files(__package__) / "data" / "letter_sounds.txt").read_text("utf-8")
    rules = {}
    for line in text.splitlines():
        if not line.startswith("#"):
            letters, _, phones = line.partition(" = ")
            rules[letters] = "" if phones == "-" else phones
    return rules


def guess_pronunciation(word: str) -> str:
    """Return how a word of the letters a-z is probably said, in ARPAbet; other characters are not said.

    A word without a vowel, as an abbreviation, is said letter by letter.
    """
    letters = "".join(letter for letter in word.lower() if letter in _LETTERS)
    if not set(letters) & set("aeiouy"):
        return " ".join(_LETTERS[letter] for letter in letters)
    phones: list[str] = []
    place = 0
    while place < len(letters):
        length, said = _best_rule(letters, place)
        phones += said.split()
        place += length
    return " ".join(phones) if phones else " ".join(_LETTERS[letter] for letter in letters)


def _best_rule(letters: str, place: int) -> tuple[int, str]:
    rules = _rules()
    longest = max(len(key.strip("^$")) for key in rules)
    for length in range(min(longest, len(letters) - place), 0, -1):
        part = letters[place : place + length]
        is_start, is_end = place == 0, place + length == len(letters)
        for is_allowed, key in ((is_start, f"^{part}"), (is_end and not is_start, f"{part}$"), (True, part)):
            if is_allowed and key in rules:
                return length, rules[key]
    return 1, ""
