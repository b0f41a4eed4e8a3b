"""Finds needles in texts and in bytes of any kind, in blocks of bounded size.

Bytes are read in several ways: as UTF-8, as Latin-1, as UTF-16 of both byte orders, and as binary data with
texts in between. What is found is a kind and a place, never the value.
"""

from __future__ import annotations

import contextlib
import html
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from capture_app.session.privacy.dates import LONGEST_NOTATION, MONTH_BY_NAME, SHORT_YEAR, dates_in
from capture_app.session.privacy.folding import Token, fold, strip_zeros, tokens_of
from capture_app.session.privacy.needles import Needle, Needles
from recordings_schema.stimuli.header_values import ValueKind

BLOCK_BYTES: Final = 4 * 2**20
OVERLAP_BYTES: Final = 1024
_WINDOW: Final = 200  # characters around a word in which the rest of a needle is looked for
_ANCHOR_IN_TEXT: Final = re.compile(r"[^\W\d_]+|\d{2,}")
_ANCHOR_IN_BYTES: Final = re.compile(r"[a-z]{2,}|[0-9]{3,}")
_CONTROL: Final = bytes(range(9)) + bytes(range(14, 32))
_ASCII_ONLY: Final = bytes(range(128)).lower() + bytes(128)  # other bytes separate words in binary data
_UTF_16_RUN: Final = {
    "utf-16-le": re.compile(rb"(?:[\x09\x0a\x0d\x20-\xff]\x00){3,}"),
    "utf-16-be": re.compile(rb"(?:\x00[\x09\x0a\x0d\x20-\xff]){3,}"),
}
_SHORTEST_ANCHOR: Final = 3  # characters of the longest word of a needle that is found by this word
_TAG: Final = re.compile(r"<[^<>]{1,300}>")
_JSON_ESCAPE: Final = re.compile(r"\\u([0-9a-fA-F]{4})")


@dataclass(frozen=True, slots=True)
class Hit:
    """Something identifying was found."""

    kind: ValueKind
    is_certain: bool
    start: int  # bytes into the content, or characters into a text


class Matcher:
    """Looks for the needles of one scan."""

    def __init__(self, needles: Needles) -> None:
        self._needles = needles
        self._patterns = _byte_patterns(needles)
        self._years = {f"{day.year:04}" for day in needles.dates}
        self._packed_days = {day.strftime("%Y%m%d") for day in needles.dates}
        self._loose = [
            (_loose_pattern(needle), needle)
            for each in needles.by_word.values()
            for needle in each
            if max(map(len, needle.words)) < _SHORTEST_ANCHOR
        ]

    def in_text(self, text: str) -> Iterator[Hit]:
        """Yield what is found in a text; `start` is a place in its folded form."""
        for variant in _readings(text):
            folded = fold(variant)
            yield from self._in_folded(folded, _ANCHOR_IN_TEXT)
            if self._needles.unspaced and not folded.isascii():
                bare = re.sub(r"[\W_]+", "", folded)
                for joined, kind in self._needles.unspaced.items():
                    if joined in bare:
                        yield Hit(kind, True, max(folded.find(joined), 0))

    def hides(self, text: str) -> bool:
        """Whether a name of a file or place must not be shown, because it holds something identifying."""
        return any(True for _ in self.in_text(text))

    def in_bytes(self, content: bytes) -> Iterator[Hit]:
        """Yield what is found in the bytes of a file."""
        for start in range(0, max(len(content), 1), BLOCK_BYTES):
            block = content[max(start - OVERLAP_BYTES, 0) : start + BLOCK_BYTES]
            yield from self.in_block(block, max(start - OVERLAP_BYTES, 0))

    def in_block(self, block: bytes, offset: int) -> Iterator[Hit]:
        """Yield what is found in a block that begins `offset` bytes into the file."""
        if _is_text(block):
            for text in _decoded(block):
                for hit in self.in_text(text):
                    yield Hit(hit.kind, hit.is_certain, offset + hit.start)
        else:
            for hit in self._in_folded(block.translate(_ASCII_ONLY).decode("ascii"), _ANCHOR_IN_BYTES):
                yield Hit(hit.kind, hit.is_certain, offset + hit.start)
        for pattern, kind in self._patterns:
            at = block.find(pattern)
            if at >= 0:
                yield Hit(kind, True, offset + at)
        if b"\0" in block:
            for encoding, run in _UTF_16_RUN.items():
                for match in run.finditer(block):
                    for hit in self.in_text(match.group().decode(encoding, "replace")):
                        yield Hit(hit.kind, hit.is_certain, offset + match.start() + 2 * hit.start)

    def _in_folded(self, folded: str, anchor: re.Pattern[str]) -> Iterator[Hit]:
        """Go through the words once; look closer only where one of them is a part of a needle or date."""
        by_word = self._needles.by_word
        for match in anchor.finditer(folded):
            word = match.group()
            if word.isdigit():
                if word in self._years or word[:8] in self._packed_days:
                    yield from self._dates_around(folded, match)
                word = strip_zeros(word)
            elif self._years and word in MONTH_BY_NAME:
                yield from self._dates_around(folded, match)
            for needle in by_word.get(word, ()):
                if self._stands_there(needle, folded, match.start(), match.end()):
                    yield Hit(needle.kind, needle.is_certain, match.start())
        for pattern, needle in self._loose:
            loose = pattern.search(folded)
            if loose is not None:
                yield Hit(needle.kind, needle.is_certain, loose.start())
        if self._years:
            for match in SHORT_YEAR.finditer(folded):
                yield from self._dates_around(folded, match)

    def _dates_around(self, folded: str, match: re.Match[str]) -> Iterator[Hit]:
        """Yield the dates of headers whose notation holds the match."""
        first = max(0, match.start() - LONGEST_NOTATION)
        window = folded[first : match.end() + LONGEST_NOTATION]
        for day, start, end, is_certain in dates_in(window):
            is_here = start + first <= match.start() and match.end() <= end + first
            if is_here and day in self._needles.dates:
                yield Hit(ValueKind.DATE, is_certain, start + first)

    def _stands_there(self, needle: Needle, folded: str, start: int, end: int) -> bool:
        """Whether the whole needle stands around one of its words."""
        if len(needle.words) == 1:
            return end - start >= needle.smallest_digits and not (
                needle.smallest_digits and _is_fraction(folded, start, end)
            )
        first = max(0, start - _WINDOW)
        tokens = tokens_of(folded[first : end + _WINDOW])
        here = next((index for index, token in enumerate(tokens) if token.start + first == start), None)
        if here is None:
            return False
        anchors = [index for index, word in enumerate(needle.words) if word == tokens[here].text]
        return any(_follows(needle, tokens[here - index :]) for index in anchors if index <= here)


def _follows(needle: Needle, tokens: list[Token]) -> bool:
    """Whether the words of a needle are the first tokens, close to each other."""
    if len(tokens) < len(needle.words):
        return False
    end = tokens[0].start
    for word, token in zip(needle.words, tokens, strict=False):
        if token.text != word or token.start - end > needle.gap:
            return False
        end = token.end
    return True


def _is_fraction(folded: str, start: int, end: int) -> bool:
    """Whether digits are a part of a decimal number, as times and coordinates in tables are."""
    is_behind_point = start >= 2 and folded[start - 1] == "." and folded[start - 2].isdigit()
    is_before_point = folded[end : end + 1] == "." and folded[end + 1 : end + 2].isdigit()
    return is_behind_point or is_before_point


def _loose_pattern(needle: Needle) -> re.Pattern[str]:
    """Return a pattern for a needle of very short words, as "a1b2c3" is."""
    words = [f"0*{word}" if word.isdigit() else re.escape(word) for word in needle.words]
    gap = rf"[\W_]{{0,{needle.gap}}}"
    return re.compile(rf"(?<![^\W_]){gap.join(words)}(?![^\W_])")


def _is_text(block: bytes) -> bool:
    return b"\0" not in block and len(block.translate(None, _CONTROL)) == len(block)


def _decoded(block: bytes) -> Iterator[str]:
    text = block.decode("utf-8", "replace")
    yield text
    if "\ufffd" in text:
        yield block.decode("latin-1")


def _readings(text: str) -> Iterator[str]:
    """Yield a text as it is, and as HTML, JSON and addresses of the web mean it."""
    yield text
    if "&" in text or "<" in text:
        read = html.unescape(_TAG.sub(" ", text))
        if read != text:
            yield read
    if "\\u" in text:
        yield _JSON_ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
    if "%" in text:
        read = unquote(text, errors="replace")
        if read != text:
            yield read


def _byte_patterns(needles: Needles) -> list[tuple[bytes, ValueKind]]:
    """Return words with letters beyond ASCII as they may lie in binary data."""
    patterns: dict[bytes, ValueKind] = {}
    for word, kind in needles.accented.items():
        for written in {word, word.lower(), word.upper(), word.title()}:
            for form in ("NFC", "NFD"):
                text = unicodedata.normalize(form, written)
                for encoding in ("utf-8", "latin-1", "utf-16-le", "utf-16-be"):
                    with contextlib.suppress(UnicodeEncodeError):
                        patterns[text.encode(encoding)] = kind
    return list(patterns.items())
