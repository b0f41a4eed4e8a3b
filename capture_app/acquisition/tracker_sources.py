"""Makes the driver that was asked for, with the recorded stream it plays where it plays one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from drivers.contract import Driver, DriverError, DriverOptionError, ViewingSetup
from drivers.registry import create_driver, find_driver
from gaze_core.streams import RecordedStream
from recordings_schema.errors import RecordingError
from recordings_schema.layout import EXTENSION

FILE_OPTION: Final = "file"
MAPPING_OPTION: Final = "mapping"
START_OPTION: Final = "start"
START_WITH_RECORDING: Final = "recording"
START_NOW: Final = "now"


def plays_a_file(driver_name: str) -> bool:
    """Return whether the samples of a driver come out of a file.

    Raises
    ------
    DriverOptionError
        If there is no such driver.
    """
    return find_driver(driver_name).needs_stream


def waits_for_recording(driver_name: str, options: Mapping[str, str]) -> bool:
    """Return whether a file is to be played only once a recording runs, so that all of it is recorded.

    Raises
    ------
    DriverOptionError
        If there is no such driver, or ``start`` is neither ``now`` nor ``recording``.
    """
    if not plays_a_file(driver_name):
        return False
    start = options.get(START_OPTION, START_NOW)
    if start not in (START_NOW, START_WITH_RECORDING):
        raise DriverOptionError(
            f"The option {START_OPTION} is {start!r}; use {START_NOW} to play the file at once, or "
            f"{START_WITH_RECORDING} to play it from the moment the recording begins."
        )
    return start == START_WITH_RECORDING


def make_driver(driver_name: str, options: Mapping[str, str], setup: ViewingSetup) -> Driver:
    """Return the driver, not yet open. For one that plays a file, reading it takes a while.

    Options of such a driver: ``file`` (a recording or a gaze table), for a table ``mapping`` (the JSON file
    that says what its columns are), and ``start`` (see `waits_for_recording`). Others are the driver's own.

    Raises
    ------
    DriverError
        If the driver, an option or the file is not usable.
    """
    if not plays_a_file(driver_name):
        return create_driver(driver_name, options, setup)
    own_options = dict(options)
    file = own_options.pop(FILE_OPTION, "")
    mapping = own_options.pop(MAPPING_OPTION, "")
    own_options.pop(START_OPTION, "")
    if not file:
        raise DriverOptionError(
            f"The {driver_name} driver was given no file; name the recording or gaze table to play "
            f"with the option {FILE_OPTION}."
        )
    return create_driver(driver_name, own_options, setup, stream=_read_stream(Path(file), mapping))


def _read_stream(path: Path, mapping: str) -> RecordedStream:
    # Imported here: only playing a file needs them.
    from recordings_schema.formats.gaze_table import read_gaze_table
    from recordings_schema.formats.gaze_table_mapping import read_gaze_table_mapping
    from recordings_schema.reader import Recording

    try:
        if path.suffix.lower() == EXTENSION:
            with Recording.open(path) as recording:
                return recording.stream()
        return read_gaze_table(path, read_gaze_table_mapping(Path(mapping)) if mapping else None)
    except (RecordingError, OSError) as err:
        raise DriverError(f"{path} cannot be played: {err}") from err
