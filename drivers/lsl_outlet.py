"""One LSL stream that we send: its description, its buffer, its end. Made by `LslLibrary.offer`.

liblsl keeps a queue for each consumer and sends in threads of its own: a push never waits for anybody. A
consumer that does not keep up loses the oldest samples once its queue is full; nobody else notices.

liblsl binds the data port of a stream on all addresses of the computer, whatever its configuration says of
the search for streams, and adds the name of the computer to every description.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy.typing as npt

from drivers.contract import DriverError
from drivers.lsl_outlet_channels import OutletChannel

BUFFER_S: Final = 60
"""What a consumer may lag behind: with 29 channels at 1200 Hz 17 MB."""

_IRREGULAR_RATE_HZ: Final = 1000  # for which the buffer of a gaze stream without a set rate is laid out
_MARKERS_KEPT: Final = 10_000
_SAMPLES_PER_UNIT: Final = 100  # liblsl counts the buffer of an irregular stream in hundreds of samples
_MAX_NAME: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class OutletDescription:
    """What a stream of ours is called and consists of."""

    name: str
    type: str
    source_id: str  # by which consumers find the stream again
    is_text: bool
    channels: tuple[OutletChannel, ...]
    nominal_rate_hz: float = 0.0  # 0: irregular
    blocks: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # further elements by their parent

    def buffer_size(self) -> int:
        """Return the longest queue of a consumer in the unit liblsl counts it in."""
        if self.nominal_rate_hz > 0:
            return BUFFER_S
        kept = _MARKERS_KEPT if self.is_text else BUFFER_S * _IRREGULAR_RATE_HZ
        return kept // _SAMPLES_PER_UNIT


def check_stream_name(name: str) -> None:
    """Refuse a name under which nobody would find a stream.

    Raises
    ------
    DriverError
        If it is empty, longer than 64 characters or not printable.
    """
    if not (0 < len(name.strip()) <= _MAX_NAME and name.isprintable()):
        raise DriverError(
            f"Our LSL streams cannot be called {name!r}. Give them a name of 1 to {_MAX_NAME} printable "
            "characters in the settings."
        )


class Outlet:
    """A stream being sent; `push` and `push_texts` may be called from any thread, also after `close`."""

    def __init__(self, pylsl: Any, description: OutletDescription) -> None:
        self._lock = threading.Lock()
        self._name = description.name
        try:
            self._outlet: Any = pylsl.StreamOutlet(
                _stream_info(pylsl, description), max_buffered=description.buffer_size()
            )
            self.uid: str = self._outlet.get_info().uid()
        except RuntimeError as error:
            raise DriverError(
                f"The LSL stream {description.name!r} cannot be offered: {error}. "
                "Check that the firewall lets this program open ports, then switch the streams on again."
            ) from error

    @property
    def has_consumers(self) -> bool:
        """Whether somebody is connected."""
        with self._lock:
            return self._outlet is not None and bool(self._outlet.have_consumers())

    def push(self, values: npt.NDArray[Any], stamps_s: list[float]) -> None:
        """Send samples (samples x channels), each with its stamp on LSL's clock of this machine."""
        with self._lock:
            if self._outlet is not None:
                self._call(self._outlet.push_chunk, values, stamps_s)

    def push_text(self, text: str, stamp_s: float) -> None:
        """Send one marker."""
        with self._lock:
            if self._outlet is not None:
                self._call(self._outlet.push_sample, [text], stamp_s)

    def close(self) -> None:
        """End the stream; takes some 30 ms. Idempotent."""
        with self._lock:
            outlet, self._outlet = self._outlet, None
        del outlet  # which ends the stream; outside of the lock, so that no push waits for it

    def _call(self, push: Any, content: Any, stamps_s: Any) -> None:
        try:
            push(content, stamps_s)
        except (RuntimeError, ValueError, MemoryError) as error:
            raise DriverError(
                f"The LSL stream {self._name!r} cannot be sent any more: {error}. "
                "Switch the LSL streams off and on again."
            ) from error


def _stream_info(pylsl: Any, description: OutletDescription) -> Any:
    info = pylsl.StreamInfo(
        description.name,
        description.type,
        len(description.channels),
        description.nominal_rate_hz,
        "string" if description.is_text else "double64",
        description.source_id,
    )
    channels = info.desc().append_child("channels")
    for channel in description.channels:
        node = channels.append_child("channel")
        for name, text in channel.declared():
            node.append_child_value(name, text)
    for block, elements in description.blocks.items():
        node = info.desc().append_child(block)
        for name, text in elements.items():
            node.append_child_value(name, text)
    return info
