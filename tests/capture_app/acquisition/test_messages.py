"""The control pipe's frames: what is sent arrives, and whatever is malformed is a MessageError."""

from __future__ import annotations

import dataclasses
import json
import struct
import typing
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture_app.acquisition import messages as m
from gaze_core.rows import EVENT, ROW_TYPES, Rows

MESSAGE_TYPES = typing.get_args(m.Message)
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


def _value(hint: Any) -> st.SearchStrategy[Any]:
    plain: dict[Any, st.SearchStrategy[Any]] = {
        int: st.integers(),
        float: st.floats(allow_nan=False),
        str: st.text(st.characters(codec=None)),
        bool: st.booleans(),
        Any: JSON_VALUES,
        type(None): st.none(),
    }
    if hint in plain:
        return plain[hint]
    inner = typing.get_args(hint)
    if typing.get_origin(hint) is list:
        return st.lists(_value(inner[0]), max_size=3)
    if typing.get_origin(hint) is dict:
        return st.dictionaries(st.text(), _value(inner[1]), max_size=3)
    return st.one_of([_value(each) for each in inner])


@st.composite
def messages(draw: st.DrawFn) -> m.Message:
    kind = draw(st.sampled_from(MESSAGE_TYPES))
    hints = typing.get_type_hints(kind)
    values = {name: draw(_value(hint)) for name, hint in hints.items() if hint != Rows}
    if Rows in hints.values():
        row_type = draw(st.sampled_from(ROW_TYPES))
        raw = draw(st.binary(min_size=0, max_size=2)) * row_type.dtype.itemsize
        values |= {"row_type": row_type.name, "rows": np.frombuffer(raw, row_type.dtype)}
    return typing.cast(m.Message, kind(**values))


def _frame(header: object, payload: bytes = b"") -> bytes:
    text = json.dumps(header).encode()
    return struct.pack("<I", len(text)) + text + payload


@given(messages())
def test_a_message_arrives_as_it_was_sent(message: m.Message) -> None:
    arrived = m.decode(m.encode(message))

    assert type(arrived) is type(message)
    for item in dataclasses.fields(message):
        sent, got = getattr(message, item.name), getattr(arrived, item.name)
        assert sent.tobytes() == got.tobytes() if isinstance(sent, np.ndarray) else sent == got


@given(messages(), st.data())
def test_a_corrupted_frame_is_a_message_or_a_message_error(message: m.Message, data: st.DataObject) -> None:
    frame = bytearray(m.encode(message))
    for _ in range(data.draw(st.integers(1, 4))):
        frame[data.draw(st.integers(0, len(frame) - 1))] = data.draw(st.integers(0, 255))

    try:
        decoded = m.decode(bytes(frame))
    except m.MessageError:
        return
    assert isinstance(decoded, MESSAGE_TYPES)


@given(st.binary(max_size=200))
def test_noise_is_a_message_error(noise: bytes) -> None:
    with pytest.raises(m.MessageError):
        m.decode(noise)


@given(st.dictionaries(st.text(), JSON_VALUES, max_size=4), st.sampled_from(MESSAGE_TYPES))
def test_a_header_of_other_fields_is_a_message_error(fields: dict[str, Any], kind: type[Any]) -> None:
    names = {item.name for item in dataclasses.fields(kind)}
    header = {"message": kind.__name__, "surplus": 1, **fields}
    assert set(header) - names

    with pytest.raises(m.MessageError):
        m.decode(_frame(header))


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        struct.pack("<I", 2**32 - 1),
        _frame(["Heartbeat"]),
        _frame({"message": ["Heartbeat"]}),
        _frame({"message": "Nonsense"}),
        _frame({"message": "Heartbeat", "t_host_ns": 1.5}),
        _frame({"message": "Heartbeat", "t_host_ns": True}),
        _frame({"message": "Heartbeat", "t_host_ns": 1}, b"surplus"),
        _frame({"message": "TrackerNotice", "t_host_ns": 1, "kind": "", "text": "", "value": 10**400}),
        _frame({"message": "AppendRows", "row_type": "event", "row_count": 2}, bytes(EVENT.dtype.itemsize)),
        _frame(
            {"message": "AppendRows", "row_type": "event", "row_count": True}, bytes(EVENT.dtype.itemsize)
        ),
        _frame({"message": "AppendRows", "row_type": "raw", "row_count": 0}),
        struct.pack("<I", 200_000) + b"[" * 200_000,
    ],
)
def test_these_frames_are_message_errors(frame: bytes) -> None:
    with pytest.raises(m.MessageError):
        m.decode(frame)


def test_a_path_that_is_not_unicode_survives() -> None:
    path = b"/tmp/\xff\xfe.gazeh5".decode("utf-8", "surrogateescape")

    arrived = m.decode(m.encode(m.StartRecording(path=path, metadata={})))

    assert isinstance(arrived, m.StartRecording)
    assert arrived.path == path
