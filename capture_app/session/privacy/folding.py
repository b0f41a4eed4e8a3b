"""Text made comparable: capitals, accents, separators and zeros in front make no difference.

A text becomes tokens: runs of letters or runs of digits, so that "PID-00042", "pid 42" and "Pid42" are
the same.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

TOKEN: Final = re.compile(r"[^\W\d_]+|\d+")
_LIGATURES: Final = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "\u0131": "i"}
)
_UMLAUTS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})


@dataclass(frozen=True, slots=True)
class Token:
    """A run of letters or digits in a folded text."""

    text: str  # digits without zeros in front
    start: int
    end: int

    @property
    def is_number(self) -> bool:
        """Whether it is a run of digits."""
        return self.text.isdigit()


def fold(text: str) -> str:
    """Return a text in small letters without accents."""
    if text.isascii():
        return text.lower()
    lowered = unicodedata.normalize("NFC", text).casefold().translate(_LIGATURES)
    parts = unicodedata.normalize("NFKD", lowered)
    bare = "".join(part for part in parts if not unicodedata.combining(part))
    return unicodedata.normalize("NFC", bare)  # puts Korean syllables together again


def fold_umlauts(text: str) -> str:
    """Return a text folded, with umlauts written as two letters ("Müller" as "mueller")."""
    return fold(unicodedata.normalize("NFC", text).lower().translate(_UMLAUTS))


def strip_zeros(digits: str) -> str:
    """Return a number without zeros in front; one zero stays."""
    return digits.lstrip("0") or "0"


def tokens_of(folded: str) -> list[Token]:
    """Return the tokens of a folded text."""
    found = []
    for match in TOKEN.finditer(folded):
        text = match.group()
        found.append(Token(strip_zeros(text) if text.isdigit() else text, match.start(), match.end()))
    return found


def words_of(text: str) -> tuple[str, ...]:
    """Return the texts of the tokens of a text that is not folded yet."""
    return tuple(token.text for token in tokens_of(fold(text)))
