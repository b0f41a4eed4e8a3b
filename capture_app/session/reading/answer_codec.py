"""Answers of any length as ANSWER rows of fixed length, and back.

The value is JSON in ASCII. What does not fit into one row is cut into pieces whose names end in ``#2/3``
(piece 2 of 3). An answer counts once all its pieces are there, so that a recording that was cut off in the
middle of them still holds the answer before.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final, TypeAlias

from capture_app.session.reading.errors import ReadingError
from gaze_core.rows import ANSWER

AnswerValue: TypeAlias = str | int | bool | tuple[str, ...] | None
"""Text, number of a step or code, yes or no, names from a list, or nothing."""

PIECE_BYTES: Final = ANSWER.dtype["value"].itemsize
LARGEST_ANSWER_BYTES: Final = 64 * 1024
_PIECE: Final = re.compile(r"(?P<name>.+)#(?P<number>\d{1,3})/(?P<count>\d{1,3})", re.ASCII)


def pieces_of(name: str, value: AnswerValue) -> Iterator[tuple[str, str]]:
    """Yield the name and value columns of the rows of one answer.

    Raises
    ------
    ReadingError
        If the answer is too long to be kept.
    """
    text = json.dumps(list(value) if isinstance(value, tuple) else value)
    if len(text) > LARGEST_ANSWER_BYTES:
        raise ReadingError("This answer is too long to be kept. Shorten it to a few pages of text.")
    count = max(1, -(-len(text) // PIECE_BYTES))
    for number in range(count):
        piece = text[number * PIECE_BYTES : (number + 1) * PIECE_BYTES]
        yield (name if count == 1 else f"{name}#{number + 1}/{count}"), piece


class PieceCollector:
    """Puts the pieces of one attempt's answers together again."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, str], list[str]] = {}

    def take(self, screen: str, column_name: str, column_value: str) -> tuple[str, AnswerValue] | None:
        """Take one row; return the answer's name and value once it is complete.

        Raises
        ------
        ReadingError
            If a complete answer is no JSON of the kinds that are written.
        """
        found = _PIECE.fullmatch(column_name)
        if found is None:
            return column_name, _value_of(column_value)
        name, number, count = found["name"], int(found["number"]), int(found["count"])
        pieces = self._open.setdefault((screen, name), [])
        if number == 1:
            pieces.clear()
        if number != len(pieces) + 1:
            return None  # its beginning is missing; the answer before stays
        pieces.append(column_value)
        if number < count:
            return None
        del self._open[(screen, name)]
        return name, _value_of("".join(pieces))


def _value_of(text: str) -> AnswerValue:
    try:
        value = json.loads(text)
    except ValueError as err:
        raise ReadingError(f"An answer in the recording cannot be read: {text[:40]!r}.") from err
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return tuple(value)
    if value is None or isinstance(value, str | int | bool):
        return value
    raise ReadingError(f"An answer in the recording is of no known kind: {text[:40]!r}.")
