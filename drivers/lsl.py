"""Gaze streams of the Lab Streaming Layer.

Stamps are recorded as sent, without any post-processing; what LSL estimates about the sender's clock is
logged beside them every few seconds, so that a corrected time can be made afterwards, and made again:

- clock ``lsl``: the sender's LSL clock, ``local_clock - time_correction``; ``remote_raw`` holds the
  correction in seconds as delivered;
- clock ``lsl_local``: LSL's clock of this machine against the host clock.

``t_device_ns`` is the stamp in nanoseconds. ``seq`` is counted here, since LSL sends none; only our own
outlet sends the numbers of its tracker along, and they are taken over. The rate a sender
declares is kept in the settings and never taken for the rate of the tracker.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Mapping

import numpy as np

from drivers.contract import (
    Batch,
    Capabilities,
    DriverError,
    DriverOptionError,
    DriverStateError,
    ViewingSetup,
)
from drivers.lsl_channels import SenderMapping, map_channels
from drivers.lsl_config import configuration_text
from drivers.lsl_discovery import LslSettings, find_gaze_stream
from drivers.lsl_library import (
    STAMP_FIELD,
    LslLibrary,
    StreamDescription,
)
from drivers.lsl_stream import DESCRIBE_TIMEOUT_S, OpenStream
from gaze_core.channel_json import (
    MAPPING_KEYS,
    MAX_MAPPING_BYTES,
    expect_keys,
    mapping_from_object,
    mapping_to_object,
    parse_json_object,
)
from gaze_core.channels import ChannelMappingError, ScreenSize
from gaze_core.clocks import Clock, HostClock
from gaze_core.streams import RawChannel, TrackerInfo


def create(options: Mapping[str, str], setup: ViewingSetup, clock: Clock | None = None) -> LslTracker:
    """Return an LSL tracker made from text options."""
    return LslTracker(setup, LslSettings.from_options(options), clock=clock)


class LslTracker:
    """A driver that receives one gaze stream and the marker streams beside it.

    Parameters
    ----------
    setup
        The reader's screen, for streams that send pixels.
    settings
        Which stream, understood how, from where.
    clock
        Source of host times.
    wait
        Called with seconds to let time pass.
    """

    def __init__(
        self,
        setup: ViewingSetup,
        settings: LslSettings,
        *,
        clock: Clock | None = None,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self._screen = ScreenSize(width_px=setup.width_px, height_px=setup.height_px)
        self._settings = settings
        self._clock = HostClock() if clock is None else clock
        self._wait = wait
        self._stream: OpenStream | None = None
        self._is_running = False

    def open(self) -> TrackerInfo:
        """Find the stream, read its description and understand its channels."""
        if self._stream is not None:
            raise DriverStateError("The LSL tracker is already open; close it before opening it again.")
        settings = self._settings
        library = LslLibrary(
            configuration_text(session_id=settings.session_id, is_network_allowed=settings.is_network_allowed)
        )
        watch = library.watch_streams()
        found = find_gaze_stream(watch, settings, self._wait)
        connection = library.connect(found)
        description = connection.describe(DESCRIBE_TIMEOUT_S)
        sender = _understand(description, settings)
        self._stream = OpenStream(
            library=library,
            watch=watch,
            connection=connection,
            description=description,
            sender=sender,
            screen=self._screen,
            takes_markers=settings.takes_markers,
            clock=self._clock,
        )
        return _tracker_info(description, sender, self._stream.raw_dtype, library.version())

    def capabilities(self) -> Capabilities:
        """Return that a stream can only be listened to."""
        if self._stream is None:
            raise DriverStateError("The LSL tracker is not open; open it before asking what it can do.")
        return Capabilities()

    def start(self) -> None:
        """Subscribe to the stream."""
        if self._stream is None:
            raise DriverStateError("The LSL tracker is not open; open it before starting it.")
        if self._is_running:
            raise DriverStateError("The LSL tracker is running already; stop it before starting it again.")
        self._stream.start()
        self._is_running = True

    def read(self, timeout_s: float) -> Batch:
        """Return samples, markers and clock readings that have arrived."""
        if self._stream is None or not self._is_running:
            raise DriverStateError("The LSL tracker is not running; open and start it before reading.")
        return self._stream.read(timeout_s, self._wait)

    def stop(self) -> None:
        """Unsubscribe."""
        if self._stream is not None and self._is_running:
            self._stream.stop()
        self._is_running = False

    def close(self) -> None:
        """Let go of the stream."""
        self.stop()
        self._stream = None


def _understand(description: StreamDescription, settings: LslSettings) -> SenderMapping:
    if settings.mapping is None:
        try:
            return map_channels(description.name, description.channels)
        except ChannelMappingError as error:
            raise DriverError(str(error)) from error
    where = f"The mapping file {settings.mapping}"
    try:
        if settings.mapping.stat().st_size > MAX_MAPPING_BYTES:
            raise DriverOptionError(f"{where} is larger than {MAX_MAPPING_BYTES} bytes; it is another file.")
        text = settings.mapping.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DriverOptionError(f"{where} cannot be read: {error}. Check its name.") from error
    try:
        parsed = parse_json_object(text, where)
        expect_keys(parsed, where, ("channels",), MAPPING_KEYS)
        mapping = mapping_from_object(parsed, where, [channel.field for channel in description.channels])
    except ChannelMappingError as error:
        raise DriverOptionError(str(error)) from error
    return SenderMapping(sender="mapping file", mapping=mapping, frame="screen", caution="")


def _tracker_info(
    description: StreamDescription, sender: SenderMapping, raw_dtype: np.dtype[np.void], version: str
) -> TrackerInfo:
    channels = tuple(
        RawChannel(name=each.field, unit=each.unit, mapped_to=sender.mapping.column_of(each.field))
        for each in description.channels
    )
    maker = description.manufacturer
    model = " ".join(each for each in (maker, description.model) if each) or description.name
    return TrackerInfo(
        driver="lsl",
        model=model,
        serial=description.serial,
        is_simulated=description.is_simulated,
        rate_hz=math.nan,
        raw_dtype=raw_dtype,
        raw_channels=(RawChannel(name=STAMP_FIELD, unit="s", mapped_to="t_device_ns"), *channels),
        pupil_unit=sender.mapping.pupil_unit(),
        settings={
            "lsl_name": description.name,
            "lsl_type": description.type,
            "lsl_source_id": description.source_id,
            "lsl_nominal_rate_hz": f"{description.nominal_rate_hz:g}",
            "lsl_created_at_s": f"{description.created_at_s:.6f}",
            "liblsl_version": version,
            "sender": sender.sender,
            "frame": sender.frame,
            "channel_mapping": json.dumps(mapping_to_object(sender.mapping)),
        },
    )
