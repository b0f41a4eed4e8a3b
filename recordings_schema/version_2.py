"""From format version 1 to 2: signals say where they came from, and the hardware has datasets of its own.

Version 2 adds the column ``source`` to the external signals (in version 1 all were the tracker's), the
datasets of user position, device calibration, triggers and the reading protocol, and the group of measured
latencies. Nothing that version 1 holds is lost or changed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import h5py

from recordings_schema.access import find_group, read_record
from recordings_schema.layout import LAYOUT_BY_KEY, DatasetEnd, DatasetKey
from recordings_schema.metadata import TimingRecord
from recordings_schema.older_rows import rows_from_version
from recordings_schema.structure import FINISHED_FILTERS, create_dataset, set_attributes, store_tally
from recordings_schema.tally import Tally, tally_of
from recordings_schema.tracker_record import TrackerRecord, packed_dtype

WHAT: Final = "signals name their source; hardware, latencies and the reading protocol get their places"

NEW_DATASETS: Final = (
    DatasetKey.USER_POSITION,
    DatasetKey.CALIBRATION_SAMPLES,
    DatasetKey.CALIBRATION_DATA,
    DatasetKey.TRIGGERS,
    DatasetKey.SCREENS,
    DatasetKey.ANSWERS,
    DatasetKey.SHAPES,
    DatasetKey.WORDS,
    DatasetKey.VALIDATIONS,
    DatasetKey.JUDGEMENTS,
    DatasetKey.DRIFT,
    DatasetKey.AUDIO_SEGMENTS,
)


def change_to_version_2(file: h5py.File) -> None:
    """Change an open copy of a recording."""
    is_finished = "closing" in file
    filters = FINISHED_FILTERS if is_finished else {}
    path = Path(file.filename)
    record = read_record(find_group(file, path, "/tracker"), path, TrackerRecord)
    info = record.tracker_info(packed_dtype(file[LAYOUT_BY_KEY[DatasetKey.RAW].path].dtype))
    set_attributes(file.require_group("/timing"), TimingRecord())
    for path_of_group in ("/reading", "/calibration"):
        file.require_group(path_of_group)
    signals = LAYOUT_BY_KEY[DatasetKey.EXTERNAL_SIGNALS]
    old_rows = file[signals.path][...]
    rows = rows_from_version(DatasetKey.EXTERNAL_SIGNALS, old_rows, 1)
    tally = tally_of([rows])
    if is_finished:
        end = read_record(file[signals.path], path, DatasetEnd)
        stored = Tally(end.row_count, end.crc32)
        # Damage must stay visible: rows that are not those stored keep the checksum they fail.
        tally = tally if tally_of([old_rows]) == stored else stored
    del file[signals.path]
    for key in (DatasetKey.EXTERNAL_SIGNALS, *NEW_DATASETS):
        dataset = create_dataset(file, LAYOUT_BY_KEY[key], info, filters)
        found = rows if key is DatasetKey.EXTERNAL_SIGNALS else rows[:0]
        if len(found):
            dataset.resize(len(found), axis=0)
            dataset[...] = found
        if is_finished:
            store_tally(dataset, tally if key is DatasetKey.EXTERNAL_SIGNALS else Tally())
