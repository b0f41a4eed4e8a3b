"""The buffers that the native callbacks fill: one for gaze with openness, one for each other stream."""

from __future__ import annotations

import threading
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
        self._lock = threading.Lock()
        self._records: dict[str, list[Any]] = {name: [] for name in STREAMS if name != "eye_openness"}
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
        with self._lock:
            records = self._records[_buffer_of(name)]
            part = _part(records, count, from_end=from_end)
            taken = records[part]
            del records[part]
        return self._converted(name, taken)

    def look(self, name: str, count: int, *, from_end: bool) -> dict[str, Any]:
        """Return records and leave them."""
        with self._lock:
            records = self._records[_buffer_of(name)]
            taken = records[_part(records, count, from_end=from_end)]
        return self._converted(name, taken)

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
        records = self._records[name]

        def on_record(record: Any) -> None:
            with self._lock:
                records.append(record)

        return on_record

    def _on_gaze(self, sample: GazeSample) -> None:
        self._merge(sample, is_gaze=True)

    def _on_openness(self, sample: GazeSample) -> None:
        self._merge(sample, is_gaze=False)

    def _merge(self, sample: GazeSample, *, is_gaze: bool) -> None:
        """Join both halves of a moment; what is older and will get no other half goes out as it is."""
        with self._lock:
            out = self._records["gaze"]
            if not ("gaze" in self._recording and "eye_openness" in self._recording):
                out += self._staged
                self._staged.clear()
                merged = MergedSample(sample.device_us, sample.system_us)
                out.append(merged)
            else:
                merged = self._partner_of(sample, out, is_gaze=is_gaze)
            if is_gaze:
                merged.gaze = sample
            else:
                merged.openness = sample

    def _partner_of(self, sample: GazeSample, out: list[Any], *, is_gaze: bool) -> MergedSample:
        for staged in tuple(self._staged):
            has_other = staged.openness is not None if is_gaze else staged.gaze is not None
            if staged.device_us < sample.device_us and has_other:
                self._staged.remove(staged)
                out.append(staged)
            elif staged.device_us == sample.device_us:
                self._staged.remove(staged)
                out.append(staged)
                return staged
        fresh = MergedSample(sample.device_us, sample.system_us)
        self._staged.append(fresh)
        return fresh

    def _cannot_start(self, name: str) -> str:
        return f"Titta::cpp::start: Cannot start recording {name} stream"


def _buffer_of(name: str) -> str:
    return "gaze" if name == "eye_openness" else name


def _part(records: list[Any], count: int | None, *, from_end: bool) -> slice:
    if count is None or count >= len(records):
        return slice(0, len(records))
    return slice(len(records) - count, len(records)) if from_end else slice(0, count)
