"""The one place that touches pylsl: streams found, described, pulled; its errors turned into ours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from drivers.contract import DriverError, TrackerNotFoundError
from drivers.lsl_channels import ChannelDescription
from drivers.lsl_config import apply_configuration
from drivers.lsl_outlet import Outlet, OutletDescription

MAX_CHANNELS: Final = 512
"""More than any gaze stream has; a stream that declares more is refused before memory is taken for it."""

STAMP_FIELD: Final = "lsl_timestamp"

_MAX_SAMPLES_PER_PULL: Final = 4096
_BUFFER_S: Final = 360  # liblsl keeps that much while nobody pulls
_STRING_FORMAT: Final = 3
_MAX_LABEL: Final = 64

_own_uids: set[str] = set()
"""Streams that this process sends itself: its own driver must not take them for somebody else's."""

Values: TypeAlias = npt.NDArray[Any]
Float64s: TypeAlias = npt.NDArray[np.float64]


class StreamGoneError(DriverError):
    """The sender is gone and liblsl will not look for it again."""


class StreamSilentError(DriverError):
    """The sender did not answer in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamDescription:
    """A stream as found, and once connected its channels."""

    name: str
    type: str
    source_id: str
    uid: str
    hostname: str
    nominal_rate_hz: float  # 0 where irregular; never trusted as the rate of a tracker
    channel_format: int  # liblsl code
    channel_count: int
    created_at_s: float  # local clock of the sender
    manufacturer: str = ""
    model: str = ""
    serial: str = ""
    is_simulated: bool = False  # another station says so of the tracker whose gaze it offers
    channels: tuple[ChannelDescription, ...] = ()

    @property
    def is_text(self) -> bool:
        """Whether its values are strings."""
        return self.channel_format == _STRING_FORMAT

    @property
    def identity(self) -> tuple[str, ...]:
        """What stays the same when the sender is restarted; its uid where it names no source."""
        if self.source_id:
            return (self.name, self.type, self.source_id)
        return (self.uid,)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundStream:
    """A stream that was found, with what pylsl needs to connect to it."""

    description: StreamDescription
    handle: Any  # pylsl.StreamInfo


class LslLibrary:
    """pylsl, set up for this process."""

    def __init__(self, configuration: str) -> None:
        try:
            import pylsl
            import pylsl.lib
            import pylsl.util
        except ImportError as error:
            raise TrackerNotFoundError("The package pylsl is not installed. Install pylsl.") from error
        except (OSError, RuntimeError) as error:
            raise TrackerNotFoundError(
                f"The library liblsl cannot be loaded: {error}. Install pylsl again."
            ) from error
        apply_configuration(configuration, pylsl.set_config_content)
        self._pylsl = pylsl

    def version(self) -> str:
        """Return the version of liblsl as its number, 118 for 1.18."""
        return str(self._pylsl.library_version())

    def local_clock_s(self) -> float:
        """Return liblsl's clock of this machine."""
        return float(self._pylsl.local_clock())

    def find_streams(self, wait_s: float) -> list[FoundStream]:
        """Return all streams that answer within `wait_s`, which always passes."""
        return _unique(self._pylsl.resolve_streams(wait_s))

    def watch_streams(self) -> StreamWatch:
        """Begin to look for streams in the background."""
        return StreamWatch(self._pylsl.ContinuousResolver())

    def connect(self, found: FoundStream) -> Connection:
        """Prepare to receive a stream; nothing flows before `Connection.start`."""
        return Connection(self._pylsl, found)

    def offer(self, description: OutletDescription) -> Outlet:
        """Begin to send a stream of our own; the driver of this process does not see it."""
        outlet = Outlet(self._pylsl, description)
        _own_uids.add(outlet.uid)
        return outlet


class StreamWatch:
    """Streams as they come and go, looked for by threads of liblsl."""

    def __init__(self, resolver: Any) -> None:
        self._resolver = resolver

    def streams(self) -> list[FoundStream]:
        """Return the streams seen within the last seconds; returns at once."""
        return _unique(self._resolver.results())


class Connection:
    """One inlet: time stamps and values exactly as sent, no post-processing."""

    def __init__(self, pylsl: Any, found: FoundStream) -> None:
        self._pylsl = pylsl
        self.found = found.description
        if not 1 <= self.found.channel_count <= MAX_CHANNELS:
            raise DriverError(
                f"The LSL stream {self.found.name!r} declares {self.found.channel_count} channels; "
                f"this program takes 1 to {MAX_CHANNELS}. Check the sender."
            )
        self._inlet = pylsl.StreamInlet(
            found.handle, max_buflen=_BUFFER_S, recover=True, processing_flags=pylsl.proc_none
        )
        if not self.found.is_text:
            if self._inlet.np_dtype is None:
                raise DriverError(
                    f"The LSL stream {self.found.name!r} sends a number format that this machine cannot "
                    "receive. Set the sender to float32 or double64."
                )
            self.value_dtype: np.dtype[Any] = np.dtype(self._inlet.np_dtype)
            self._buffer = np.zeros((_MAX_SAMPLES_PER_PULL, self.found.channel_count), self.value_dtype)

    def describe(self, timeout_s: float) -> StreamDescription:
        """Fetch the complete description from the sender."""
        info = self._call(self._inlet.info, timeout_s)
        return _describe(info, with_channels=True)

    def start(self, timeout_s: float) -> None:
        """Subscribe: everything sent from now on is kept for `pull`."""
        self._call(self._inlet.open_stream, timeout_s)

    def stop(self) -> None:
        """Unsubscribe and drop what was not pulled."""
        self._inlet.close_stream()

    def time_correction_s(self, timeout_s: float) -> float:
        """Return what must be added to the sender's stamps to get the local LSL clock."""
        return float(self._call(self._inlet.time_correction, timeout_s))

    def pull(self, timeout_s: float) -> tuple[Values, Float64s]:
        """Return values (samples x channels) and stamps, waiting at most `timeout_s` for the first."""
        values, stamps = self._call(
            self._inlet.pull_chunk,
            timeout_s,
            max_samples=_MAX_SAMPLES_PER_PULL,
            dest_obj=self._buffer,
            min_samples=1,
            as_numpy=True,
        )
        return np.array(values, self.value_dtype), np.array(stamps, np.float64)

    def pull_texts(self) -> tuple[list[str], Float64s]:
        """Return what has arrived on a marker stream, channels of one marker joined by " | "."""
        samples, stamps = self._call(
            self._inlet.pull_chunk, 0.0, max_samples=_MAX_SAMPLES_PER_PULL, as_numpy=True
        )
        texts = [" | ".join(_as_text(value) for value in sample) for sample in samples]
        return texts, np.array(stamps, np.float64)

    def _call(self, method: Any, timeout_s: float, **options: Any) -> Any:
        try:
            return method(timeout=timeout_s, **options)
        except self._pylsl.util.LostError as error:
            raise StreamGoneError(f"The sender of the LSL stream {self.found.name!r} is gone.") from error
        except self._pylsl.util.TimeoutError as error:
            raise StreamSilentError(
                f"The sender of the LSL stream {self.found.name!r} did not answer within {timeout_s:g} s. "
                "Check that it is still running."
            ) from error
        except RuntimeError as error:
            raise StreamGoneError(f"The LSL stream {self.found.name!r} failed: {error}") from error


def _as_text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _unique(handles: list[Any]) -> list[FoundStream]:
    """Describe what was found, our own left out; one that answered on several interfaces counts once."""
    found: dict[str, FoundStream] = {}
    for handle in handles:
        description = _describe(handle, with_channels=False)
        if description.uid not in _own_uids:
            found.setdefault(description.uid, FoundStream(description=description, handle=handle))
    return sorted(found.values(), key=lambda each: (each.description.name, each.description.source_id))


def _describe(info: Any, *, with_channels: bool) -> StreamDescription:
    acquisition = info.desc().child("acquisition")
    return StreamDescription(
        name=info.name(),
        type=info.type(),
        source_id=info.source_id(),
        uid=info.uid(),
        hostname=info.hostname(),
        nominal_rate_hz=float(info.nominal_srate()),
        channel_format=int(info.channel_format()),
        channel_count=int(info.channel_count()),
        created_at_s=float(info.created_at()),
        manufacturer=acquisition.child_value("manufacturer"),
        model=acquisition.child_value("model"),
        serial=acquisition.child_value("serial_number"),
        is_simulated=info.desc().child("reading_station").child_value("is_simulated") == "yes",
        channels=_describe_channels(info) if with_channels else (),
    )


def _describe_channels(info: Any) -> tuple[ChannelDescription, ...]:
    nodes = list(_channel_nodes(info))
    channels: list[ChannelDescription] = []
    taken = {STAMP_FIELD}
    for index in range(int(info.channel_count())):
        node = nodes[index] if index < len(nodes) else None
        label = "" if node is None else node.child_value("label").strip()
        field = _field_name(label or f"channel_{index}", taken)
        taken.add(field)
        if node is None:
            channels.append(ChannelDescription(field=field, label=label))
            continue
        channels.append(
            ChannelDescription(
                field=field,
                label=label,
                # One relay writes `metatype` where the convention says `type`.
                kind=(node.child_value("type") or node.child_value("metatype")).strip(),
                eye=node.child_value("eye").strip(),
                unit=node.child_value("unit").strip(),
                coordinate_system=node.child_value("coordinate_system").strip(),
            )
        )
    return tuple(channels)


def _channel_nodes(info: Any) -> Iterator[Any]:
    node = info.desc().child("channels").child("channel")
    for _ in range(MAX_CHANNELS):
        if node.empty():
            return
        yield node
        node = node.next_sibling("channel")


def _field_name(label: str, taken: set[str]) -> str:
    base = label.replace("\0", "")[:_MAX_LABEL]
    name, number = base, 2
    while name in taken:
        name, number = f"{base}_{number}", number + 1
    return name
