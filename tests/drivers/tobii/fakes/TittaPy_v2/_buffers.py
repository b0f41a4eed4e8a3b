"""The buffers that the native callbacks fill: one for gaze with openness, one for each other stream.

There is no lock here, only deques: a tracker's end can come at any moment, with the garbage collector, also
while a buffer is being read, and ends streams under the lock of the network that delivers.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from simulated_tobii import GazeSample, SimulatedError, SimulatedTobii

from ._records import MergedSample, as_dictionary
from ._status import failure

STREAMS = ("gaze", "eye_openness", "eye_image", "external_signal", "time_sync", "positioning", "notification")
_NATIVE = {"positioning": "user_position"}  # by the simulated tracker's words
_NEEDS = {
    "gaze": "has_gaze_data",
    "eye_openness": "has_eye_openness_data",
    "eye_image": "has_eye_images",
    "external_signal": "has_external_signal",
}


class Buffers:
    """The streams of one tracker. Knows nothing of the object that Python holds, so that can go away."""

    def __init__(self, device: SimulatedTobii) -> None:
        self._device = device
        self._records: dict[str, deque[Any]] = {name: deque() for name in STREAMS if name != "eye_openness"}
        self._staged: list[MergedSample] = []
        self._recording: dict[str, Callable[[Any], None]] = {}
        self.includes_openness = False
        self.unreadable_area = False  # consuming a changed display area fails, see the test that sets it

    def has_stream(self, name: str) -> bool:
        """Return whether the tracker offers a stream."""
        return name not in _NEEDS or _NEEDS[name] in self._device.capabilities

    def is_recording(self, name: str) -> bool:
        """Return whether a stream is being collected."""
        return name in self._recording

    def start(self, name: str) -> bool:
        """Collect a stream; gaze and openness start together where they are merged."""
        if name not in self._recording:
            if not self.has_stream(name):
                raise failure(self._cannot_start(name), SimulatedError("not_supported"))
            listener = self._listener(name)
            self._recording[name] = listener
            try:
                self._device.listen(_NATIVE.get(name, name), listener)
            except SimulatedError as error:
                del self._recording[name]
                raise failure(self._cannot_start(name), error) from None
        partner = self._partner(name)
        return self.start(partner) if partner and partner not in self._recording else True

    def stop(self, name: str, *, clears: bool) -> bool:
        """End collecting; True also where nothing was collected."""
        listener = self._recording.pop(name, None)
        if listener is not None:
            self._device.unlisten(_NATIVE.get(name, name), listener)
        if clears:
            self.take(name, None, from_end=False)
        partner = self._partner(name)
        return self.stop(partner, clears=clears) if partner and partner in self._recording else True

    def stop_all(self) -> None:
        """End everything, as the native destructor does."""
        for name in tuple(self._recording):
            self.stop(name, clears=True)

    def take(self, name: str, count: int | None, *, from_end: bool) -> dict[str, Any]:
        """Return and remove records; None: all."""
        records = self._records[_buffer_of(name)]
        left = len(records) if count is None else min(count, len(records))
        taken = [records.pop() if from_end else records.popleft() for _ in range(left)]
        return self._converted(name, taken[::-1] if from_end else taken)

    def look(self, name: str, count: int, *, from_end: bool) -> dict[str, Any]:
        """Return records and leave them."""
        records = self._records[_buffer_of(name)]
        count = min(count, len(records))
        first = len(records) - count if from_end else 0
        return self._converted(name, [records[first + index] for index in range(count)])

    def _converted(self, name: str, records: list[Any]) -> dict[str, Any]:
        if name == "notification" and self.unreadable_area and any(each.area for each in records):
            raise TypeError("Unable to convert function return value to a Python type!")
        return as_dictionary(name, records)

    def _partner(self, name: str) -> str:
        if not self.includes_openness:
            return ""
        return {"gaze": "eye_openness", "eye_openness": "gaze"}.get(name, "")

    def _listener(self, name: str) -> Callable[[Any], None]:
        if name == "gaze":
            return self._on_gaze
        if name == "eye_openness":
            return self._on_openness
        return self._records[name].append

    def _on_gaze(self, sample: GazeSample) -> None:
        self._merge(sample, is_gaze=True)

    def _on_openness(self, sample: GazeSample) -> None:
        self._merge(sample, is_gaze=False)

    def _merge(self, sample: GazeSample, *, is_gaze: bool) -> None:
        """Join both halves of a moment; what is older and will get no other half goes out as it is."""
        out = self._records["gaze"]
        half = MergedSample(sample.device_us, sample.system_us)
        if is_gaze:
            half.gaze = sample
        else:
            half.openness = sample
        if not ("gaze" in self._recording and "eye_openness" in self._recording):
            out.extend(self._staged)
            self._staged.clear()
            out.append(half)
            return
        for staged in tuple(self._staged):
            has_other = staged.openness is not None if is_gaze else staged.gaze is not None
            if staged.device_us < sample.device_us and has_other:
                self._staged.remove(staged)
                out.append(staged)
            elif staged.device_us == sample.device_us:
                self._staged.remove(staged)
                staged.gaze, staged.openness = staged.gaze or half.gaze, staged.openness or half.openness
                out.append(staged)
                return
        self._staged.append(half)

    def _cannot_start(self, name: str) -> str:
        return f"Titta::cpp::start: Cannot start recording {name} stream"


def _buffer_of(name: str) -> str:
    return "gaze" if name == "eye_openness" else name
