"""The sounds of American English in ARPAbet, as the dictionary of the engine writes them."""

from __future__ import annotations

from typing import Final

VOWELS: Final = frozenset(
    {"AA", "AE", "AH", "AO", "AW", "AY", "EH", "ER", "EY", "IH", "IY", "OW", "OY", "UH", "UW"}
)
CONSONANTS: Final = frozenset(
    {"B", "CH", "D", "DH", "F", "G", "HH", "JH", "K", "L", "M", "N", "NG", "P", "R", "S", "SH", "T", "TH"}
    | {"V", "W", "Y", "Z", "ZH"}
)
PHONES: Final = VOWELS | CONSONANTS


def are_phones(text: str) -> bool:
    """Return whether a text is a pronunciation: phones with spaces between them."""
    return bool(text.split()) and set(text.split()) <= PHONES


def syllables(phones: str) -> int:
    """Return how many syllables a pronunciation has, at least 1."""
    return max(1, sum(phone in VOWELS for phone in phones.split()))
