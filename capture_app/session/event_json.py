"""JSON in EVENT rows: figures for which the recording has no table, in as many rows as they need.

The text of one row holds 256 bytes. What fits is one row with the JSON alone; longer content is cut into
parts "1/3 ...", "2/3 ..." of one kind and one time.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from gaze_core.rows import EVENT, Rows, decode_text, join_rows

_TEXT_BYTES: Final = EVENT.dtype["text"].itemsize
_PART_LETTERS: Final = _TEXT_BYTES - len("99/99 ")
_MOST_PARTS: Final = 99
_PART: Final = re.compile(r"(\d{1,2})/(\d{1,2}) (.*)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventContent:
    """What one event holds."""

    t_host_ns: int
    trial: int
    value: float
    content: dict[str, Any]


def event_rows(
    kind: str, t_host_ns: int, content: dict[str, Any], *, value: float = math.nan, trial: int = -1
) -> Rows:
    """Return the EVENT rows of figures; `value` stands in the first of them.

    Raises
    ------
    ValueError
        If the content is longer than the rows of one event can be.
    """
    text = json.dumps(content, separators=(",", ":"), allow_nan=False)  # ASCII: a letter is a byte
    if len(text) <= _TEXT_BYTES:
        texts = [text]
    else:
        parts = [text[at : at + _PART_LETTERS] for at in range(0, len(text), _PART_LETTERS)]
        if len(parts) > _MOST_PARTS:
            raise ValueError(f"An event {kind} of {len(text)} letters is too long; keep fewer figures.")
        texts = [f"{number}/{len(parts)} {part}" for number, part in enumerate(parts, start=1)]
    return join_rows(
        [
            EVENT.row(
                t_host_ns=t_host_ns,
                kind=kind,
                source="app",
                trial=trial,
                value=value if number == 0 else math.nan,
                text=each,
            )
            for number, each in enumerate(texts)
        ]
    )


def events_of(rows: Rows, kind: str) -> tuple[EventContent, ...]:
    """Return the contents of one kind of event in the order of their rows; what is damaged is left out.

    Parameters
    ----------
    rows
        EVENT rows of a recording.
    kind
        Name of what happened.
    """
    found: list[EventContent] = []
    parts: list[str] = []
    first: np.void | None = None
    for row in rows[rows["kind"] == kind.encode()]:
        text = decode_text(row["text"])
        part = _PART.fullmatch(text)
        if part is None:
            parts, first, count = [text], row, 1
        else:
            number, count = int(part[1]), int(part[2])
            if number == 1:
                parts, first = [], row
            elif first is None or row["t_host_ns"] != first["t_host_ns"] or number != len(parts) + 1:
                parts, first = [], None
                continue
            parts.append(part[3])
        if first is not None and len(parts) == count:
            found += _content(first, "".join(parts))
            parts, first = [], None
    return tuple(found)


def _content(first: np.void, text: str) -> list[EventContent]:
    try:
        content = json.loads(text)
    except ValueError:
        return []
    if not isinstance(content, dict):
        return []
    return [
        EventContent(
            t_host_ns=int(first["t_host_ns"]),
            trial=int(first["trial"]),
            value=float(first["value"]),
            content=content,
        )
    ]
