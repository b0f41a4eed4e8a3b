"""Messages between processes as frames of bytes, each checked against its declaration; nothing is unpickled.

A message is a frozen dataclass of plain values, with at most one array of rows. Its frame is four bytes
length of a JSON header, the header, then the bytes of the rows. A frame that does not fit the declaration
of its message raises `FrameError`.
"""

from __future__ import annotations

import json
import struct
import types
import typing
from collections.abc import Iterable, Mapping
from typing import Any, Final, Generic, TypeVar

import numpy as np

from gaze_core.rows import ROW_TYPES, Rows

MAX_FRAME_BYTES: Final = 64 * 1024 * 1024

_LENGTH: Final = struct.Struct("<I")
_DTYPES: Final = {row_type.name: row_type.dtype for row_type in ROW_TYPES}
_Message = TypeVar("_Message")


class FrameError(Exception):
    """A frame does not fit the declaration of its message."""


class FrameCodec(Generic[_Message]):
    """Turns the messages of one conversation into frames and back.

    Parameters
    ----------
    message_types
        The dataclasses of the conversation. One that carries rows has the fields ``row_type`` (name) and
        ``rows``.
    further_dtypes
        Row types beside those of `gaze_core.rows`, by name: the raw rows of one tracker.
    """

    def __init__(
        self,
        message_types: Iterable[type[Any]],
        further_dtypes: Mapping[str, np.dtype[np.void]] | None = None,
    ) -> None:
        self._types = {cls.__name__: cls for cls in message_types}
        # Looked up once: resolving the annotations costs more than all the rest of a frame.
        self._hints = {name: typing.get_type_hints(cls) for name, cls in self._types.items()}
        self._dtypes = {**_DTYPES, **(further_dtypes or {})}

    def encode(self, message: _Message) -> bytes:
        """Return the frame of `message`."""
        header: dict[str, Any] = {"message": type(message).__name__}
        payload = b""
        for name in self._hints[type(message).__name__]:
            value = getattr(message, name)
            if isinstance(value, np.ndarray):
                payload = np.ascontiguousarray(value).tobytes()
                header["row_count"] = len(value)
            else:
                header[name] = value
        text = json.dumps(header).encode("ascii")  # escapes keep paths that are not valid Unicode intact
        return _LENGTH.pack(len(text)) + text + payload

    def decode(self, frame: bytes) -> _Message:
        """Return the message of a frame.

        Raises
        ------
        FrameError
            If the frame is too large, torn, of unknown kind, or a field is missing, unknown or of a wrong
            type.
        """
        if not _LENGTH.size <= len(frame) <= MAX_FRAME_BYTES:
            raise FrameError(f"a frame of {len(frame)} bytes cannot be a message")
        (length,) = _LENGTH.unpack_from(frame)
        if _LENGTH.size + length > len(frame):
            raise FrameError("the frame ends inside its header")
        try:
            header = json.loads(frame[_LENGTH.size : _LENGTH.size + length])
        except (ValueError, RecursionError) as err:
            raise FrameError("the header of the frame is not JSON") from err
        name = header.pop("message", None) if isinstance(header, dict) else None
        if not isinstance(name, str) or name not in self._types:
            raise FrameError("the frame names no known message")
        values = self._checked_values(name, header, frame[_LENGTH.size + length :])
        return typing.cast("_Message", self._types[name](**values))

    def _checked_values(self, cls_name: str, header: dict[str, Any], payload: bytes) -> dict[str, Any]:
        hints = self._hints[cls_name]
        values: dict[str, Any] = {}
        row_count = header.pop("row_count", None)
        if payload and Rows not in hints.values():
            raise FrameError(f"{cls_name} carries no rows, but {len(payload)} bytes follow its header")
        for name, hint in hints.items():
            if hint == Rows:
                values[name] = self._rows(cls_name, header.get("row_type"), row_count, payload)
            elif name not in header or not _fits(header[name], hint):
                raise FrameError(f"{cls_name}.{name} is missing or not of type {hint}")
            else:
                values[name] = _as_float(header[name]) if hint is float else header[name]
        unknown = set(header) - set(hints)
        if unknown:
            raise FrameError(f"{cls_name} has no field {', '.join(sorted(unknown))}")
        return values

    def _rows(self, cls_name: str, row_type: object, row_count: Any, payload: bytes) -> Rows:
        dtype = self._dtypes.get(row_type) if isinstance(row_type, str) else None
        if dtype is None or not _fits(row_count, int) or row_count * dtype.itemsize != len(payload):
            raise FrameError(f"{cls_name} carries rows that do not fit its row type")
        rows: Rows = np.frombuffer(payload, dtype).copy()
        return rows


def _as_float(value: float) -> float:
    try:
        return float(value)
    except OverflowError as err:
        raise FrameError("a number of the frame is too large") from err


def _fits(value: object, hint: Any) -> bool:
    origin = typing.get_origin(hint)
    if hint is Any:
        return True
    if hint is float:
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    if hint is int:
        return isinstance(value, int) and not isinstance(value, bool)
    if origin is list:
        (inner,) = typing.get_args(hint)
        return isinstance(value, list) and all(_fits(item, inner) for item in value)
    if origin is dict:
        _, inner = typing.get_args(hint)
        return isinstance(value, dict) and all(_fits(item, inner) for item in value.values())
    if origin in (typing.Union, types.UnionType):
        return any(_fits(value, inner) for inner in typing.get_args(hint))
    return isinstance(value, hint)
