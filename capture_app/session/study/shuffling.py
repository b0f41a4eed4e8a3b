"""A generator of random orders that gives the same result on every machine, in every version, for ever.

The words of a stream are ``SHA-256(key, counter)`` cut into four big-endian numbers of 64 bits, with
``key = "reading-station order 1" LF seed LF reader LF purpose`` in UTF-8 and the counter in decimal after
another LF. A number below n comes from the next word w with ``w < 2**64 - 2**64 % n`` as ``w % n`` (words
beyond are passed over, so all numbers are equally likely). A permutation is Fisher-Yates from the end. The
hash seed of Python and the generators of numpy play no part.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import Final, TypeVar

Item = TypeVar("Item")

_WORDS: Final = 1 << 64


class OrderStream:
    """Random numbers that seed, reader and purpose decide."""

    def __init__(self, *, seed: int, reader: str, purpose: str) -> None:
        self._key = f"reading-station order 1\n{seed}\n{reader}\n{purpose}"
        self._next_words = self._words()

    def below(self, limit: int) -> int:
        """Return a number from 0 to `limit` - 1, all equally likely."""
        usable = _WORDS - _WORDS % limit
        return next(word for word in self._next_words if word < usable) % limit

    def permuted(self, items: Sequence[Item]) -> tuple[Item, ...]:
        """Return the items in random order."""
        order = list(items)
        for last in range(len(order) - 1, 0, -1):
            other = self.below(last + 1)
            order[last], order[other] = order[other], order[last]
        return tuple(order)

    def _words(self) -> Iterator[int]:
        counter = 0
        while True:
            block = hashlib.sha256(f"{self._key}\n{counter}".encode()).digest()
            for at in range(0, 32, 8):
                yield int.from_bytes(block[at : at + 8], "big")
            counter += 1
