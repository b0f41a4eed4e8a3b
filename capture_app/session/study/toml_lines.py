"""On which line of a TOML text each key and each item of an array stands.

The parser of the standard library gives values without places. This scanner walks a text that the parser has
accepted and notes places only: it looks for keys, skips values, and follows the two kinds of table headers
(``[a.b]`` means the last item where ``a`` is an array of tables).
"""

from __future__ import annotations

import bisect
import re
import sys
from typing import Any, Final, cast

from capture_app.session.study.findings import KeyPath

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_BLANK: Final = re.compile(r"[ \t\r]*")
_BLANK_LINES: Final = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BARE_KEY: Final = re.compile(r"[A-Za-z0-9_-]+")
_BASIC: Final = re.compile(r'"(?:[^"\\\n]|\\.)*"')
_LITERAL: Final = re.compile(r"'[^'\n]*'")
_LONG_BASIC: Final = re.compile(r'"""(?:[^\\]|\\.)*?"""(?:""?(?!"))?', re.DOTALL)
_LONG_LITERAL: Final = re.compile(r"'''.*?'''(?:''?(?!'))?", re.DOTALL)
_BARE_VALUE: Final = re.compile(r"[^,\]}\n#]*")


class TomlSyntaxError(Exception):
    """The text is no TOML; `line` is where (0 where the parser does not say), the text is why."""

    def __init__(self, text: str, line: int) -> None:
        super().__init__(text)
        self.line = line


class LineIndex:
    """Lines by path. Unknown paths have the line of the nearest table around them."""

    def __init__(self) -> None:
        self._named: dict[KeyPath, int] = {}
        self._implied: dict[KeyPath, int] = {}

    def line(self, path: KeyPath) -> int:
        """Return the line of a key or item, from 1; 0 for the file as a whole."""
        for length in range(len(path), 0, -1):
            part = path[:length]
            line = self._named.get(part, self._implied.get(part, 0))
            if line:
                return line
        return 0

    def add(self, path: KeyPath, line: int) -> None:
        """Note where a key, table or item stands, and that its parents begin there at the latest."""
        self._named.setdefault(path, line)
        for length in range(1, len(path)):
            self._implied.setdefault(path[:length], line)


def parse_toml(text: str) -> tuple[dict[str, Any], LineIndex]:
    """Return the values of a TOML text and where they stand.

    Raises
    ------
    TomlSyntaxError
        If the text is no TOML, or nested deeper than can be read.
    """
    try:
        values = tomllib.loads(text)
        return cast("dict[str, Any]", values), _Scanner(text).scan()
    except tomllib.TOMLDecodeError as err:
        at = re.search(r"\(at line (\d+), column \d+\)", str(err))
        reason = re.sub(r"\s*\(at [^()]*\)", "", str(err)).rstrip(".")
        # At the end of the document the parser names no line.
        line = int(at.group(1)) if at else text.count("\n") + 1
        raise TomlSyntaxError(reason, line) from err
    except RecursionError as err:
        raise TomlSyntaxError("Values are nested too deeply", 0) from err
    except ValueError as err:  # numbers with more digits than Python takes, dates outside the calendar
        raise TomlSyntaxError(f"A value cannot be read ({err})", 0) from err


class _Scanner:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._line_ends = [match.start() for match in re.finditer("\n", text)]
        self._index = LineIndex()
        self._item_counts: dict[KeyPath, int] = {}

    def scan(self) -> LineIndex:
        table: KeyPath = ()
        while True:
            self._skip(_BLANK_LINES)
            if self._at >= len(self._text):
                return self._index
            if self._text[self._at] == "[":
                table = self._header()
            else:
                self._pair(table)

    def _line(self) -> int:
        return bisect.bisect_left(self._line_ends, self._at) + 1

    def _skip(self, pattern: re.Pattern[str]) -> None:
        match = pattern.match(self._text, self._at)
        if match is not None:
            self._at = match.end()

    def _header(self) -> KeyPath:
        line = self._line()
        is_item = self._text.startswith("[[", self._at)
        self._at += 2 if is_item else 1
        parts = self._key()
        self._at += 2 if is_item else 1
        path: KeyPath = ()
        for number, part in enumerate(parts):
            path = (*path, part)
            if is_item and number == len(parts) - 1:
                self._index.add(path, line)
                self._item_counts[path] = self._item_counts.get(path, 0) + 1
            if path in self._item_counts:
                path = (*path, self._item_counts[path] - 1)
        self._index.add(path, line)
        return path

    def _pair(self, table: KeyPath) -> None:
        line = self._line()
        path = (*table, *self._key())
        self._index.add(path, line)
        self._at += 1  # the equals sign
        self._skip(_BLANK)
        self._value(path)

    def _key(self) -> tuple[str, ...]:
        parts: list[str] = []
        while True:
            self._skip(_BLANK)
            parts.append(self._key_part())
            self._skip(_BLANK)
            if self._text[self._at] != ".":
                return tuple(parts)
            self._at += 1

    def _key_part(self) -> str:
        start = self._at
        quote = self._text[start]
        self._skip({'"': _BASIC, "'": _LITERAL}.get(quote, _BARE_KEY))
        raw = self._text[start : self._at]
        return str(tomllib.loads(f"key = {raw}")["key"]) if quote in "\"'" else raw

    def _value(self, path: KeyPath) -> None:
        first = self._text[self._at]
        if first == "[":
            self._array(path)
        elif first == "{":
            self._inline_table(path)
        elif first in "\"'":
            is_long = self._text.startswith(first * 3, self._at)
            basic, literal = (_LONG_BASIC, _LONG_LITERAL) if is_long else (_BASIC, _LITERAL)
            self._skip(basic if first == '"' else literal)
        else:
            self._skip(_BARE_VALUE)

    def _array(self, path: KeyPath) -> None:
        self._at += 1
        number = 0
        while self._goes_on("]"):
            self._index.add((*path, number), self._line())
            self._value((*path, number))
            number += 1

    def _inline_table(self, path: KeyPath) -> None:
        self._at += 1
        while self._goes_on("}"):
            self._pair(path)

    def _goes_on(self, end: str) -> bool:
        """Skip blanks and commas; step over the closing bracket and return False where it stands."""
        self._skip(_BLANK_LINES)
        if self._text[self._at] == ",":
            self._at += 1
            self._skip(_BLANK_LINES)
        if self._text[self._at] != end:
            return True
        self._at += 1
        return False
