"""Creates the groups, datasets and attributes of a recording from the layout table."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import h5py
import numpy as np

from gaze_core.streams import TrackerInfo
from recordings_schema.layout import (
    EMBEDDED_IMAGES_PATH,
    FORMAT_NAME,
    FORMAT_VERSION,
    DatasetEnd,
    DatasetKey,
    DatasetLayout,
    DatasetStart,
    FileRecord,
    datasets_of,
    groups_of,
)
from recordings_schema.metadata import ClosingRecord, SessionMetadata
from recordings_schema.records import record_to_attributes, to_json_text
from recordings_schema.sink import SafeSink
from recordings_schema.tally import Tally
from recordings_schema.tracker_record import TrackerRecord

STREAMING_VERSIONS: Final = ("v110", "v110")  # the oldest file format that has the single-writer mode
FINISHED_VERSIONS: Final = ("v108", "v110")  # the widest range of programs can read it
FINISHED_FILTERS: Final[Mapping[str, Any]] = {"compression": 4, "shuffle": True, "fletcher32": True}
_CACHE_BYTES: Final = 1024 * 1024
"""Of one dataset's chunks: holds the chunk that grows. HDF5 2 would keep 8 MiB of finished ones for each."""


def create_streaming_file(path: Path, metadata: SessionMetadata, info: TrackerInfo) -> h5py.File:
    """Return a new file with everything declared, ready for single-writer mode; never overwrites."""
    # Without locking: the journal has the lock, and HDF5 would refuse readers in this process otherwise.
    file = h5py.File(path, "x", libver=STREAMING_VERSIONS, locking=False, rdcc_nbytes=_CACHE_BYTES)
    _create_groups(file, metadata, info, closing=None)
    for layout in datasets_of(info):
        create_dataset(file, layout, info, {})
    return file


def create_finished_file(
    sink: SafeSink,
    metadata: SessionMetadata,
    info: TrackerInfo,
    closing: ClosingRecord,
) -> h5py.File:
    """Return the HDF5 file of a finished copy inside `sink`, its datasets compressed and still empty."""
    file = h5py.File(sink, "w", libver=FINISHED_VERSIONS)
    _create_groups(file, metadata, info, closing)
    for layout in datasets_of(info):
        create_dataset(file, layout, info, FINISHED_FILTERS)
    return file


def store_tally(dataset: h5py.Dataset, tally: Tally) -> None:
    """Write the final count and checksum onto a dataset."""
    set_attributes(dataset, DatasetEnd(row_count=tally.row_count, crc32=tally.crc32))


def store_embedded_image(file: h5py.File, sha256: str, content: bytes) -> None:
    """Write the bytes of an image file under its checksum."""
    file.create_dataset(f"{EMBEDDED_IMAGES_PATH}/{sha256}", data=np.frombuffer(content, np.uint8))


def _create_groups(
    file: h5py.File, metadata: SessionMetadata, info: TrackerInfo, closing: ClosingRecord | None
) -> None:
    records: Mapping[type[Any], Any] = {
        type(record): record
        for record in (
            FileRecord(format=FORMAT_NAME, format_version=FORMAT_VERSION),
            metadata.session,
            metadata.participant,
            metadata.display,
            metadata.software,
            metadata.settings,
            metadata.timing,
            TrackerRecord.of(info),
            closing,
        )
    }
    for layout in groups_of(info, is_finished=closing is not None):
        group = file.require_group(layout.path)
        for record_type in layout.records:
            set_attributes(group, records[record_type])


def create_dataset(
    file: h5py.File, layout: DatasetLayout, info: TrackerInfo, filters: Mapping[str, Any]
) -> h5py.Dataset:
    """Return a new, empty dataset that describes itself."""
    dataset = file.create_dataset(
        layout.path,
        shape=(0,),
        maxshape=(None,),
        chunks=(layout.chunk_length(info.raw_dtype),),
        dtype=layout.dtype(info.raw_dtype),
        **filters,
    )
    set_attributes(dataset, _dataset_start(layout, info))
    return dataset


def _dataset_start(layout: DatasetLayout, info: TrackerInfo) -> DatasetStart:
    if layout.row_type is not None:
        columns = [[column.name, column.unit, column.doc] for column in layout.row_type.columns]
        return DatasetStart(
            row_type=layout.row_type.name, doc=layout.row_type.doc, columns=to_json_text(columns)
        )
    known = {channel.name: channel for channel in info.raw_channels}
    names = info.raw_dtype.names or ()
    columns = [
        [name, known[name].unit, known[name].mapped_to] if name in known else [name, "", ""] for name in names
    ]
    return DatasetStart(row_type=DatasetKey.RAW.value, doc=layout.doc, columns=to_json_text(columns))


def set_attributes(target: h5py.HLObject, record: Any) -> None:
    """Write a metadata record as the attributes of a group or dataset."""
    for name, value in record_to_attributes(record).items():
        target.attrs[name] = value
