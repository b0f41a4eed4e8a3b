"""Reads a recording: rows by dataset, facts as records, nothing loaded before it is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Final

import h5py
import numpy as np
import numpy.typing as npt

from gaze_core.clocks import SENDER_CLOCKS, ClockModel, fit_clock, fit_envelope
from gaze_core.rows import Rows
from gaze_core.streams import RecordedStream, TrackerInfo
from recordings_schema.access import dtype_of, find_dataset, find_group, open_file, read_record, read_rows
from recordings_schema.errors import (
    FormatVersionError,
    NotARecordingError,
    RecordingError,
    RecordingStateError,
)
from recordings_schema.layout import (
    EMBEDDED_IMAGES_PATH,
    FORMAT_NAME,
    FORMAT_VERSION,
    LAYOUT_BY_KEY,
    DatasetEnd,
    DatasetKey,
    FileRecord,
    datasets_of,
)
from recordings_schema.metadata import (
    ClosingRecord,
    DisplayRecord,
    ParticipantRecord,
    SessionMetadata,
    SessionRecord,
    SettingsRecord,
    SoftwareRecord,
    TimingRecord,
)
from recordings_schema.migrate import MIGRATIONS, Migration, migrate
from recordings_schema.paths import journal_path
from recordings_schema.tally import Tally
from recordings_schema.tracker_record import TrackerRecord, packed_dtype

_BLOCK_ROWS: Final = 16_384


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingSummary:
    """A recording in a few lines."""

    path: Path
    format_version: int
    stored_version: int  # of the file itself; older than `format_version` where it was migrated to be read
    session_id: str
    study: str
    pseudonym: str
    tracker: str
    rate_hz: float  # device setting, NaN where unknown
    is_simulated: bool
    is_finished: bool
    is_recovered: bool
    reason: str  # why it was closed, "" while unfinished
    duration_s: float  # first to last arrival, 0 without samples
    row_counts: dict[DatasetKey, int]
    samples_missing: int  # holes in the numbering, -1 where not counted
    samples_dropped: int  # lost by the program itself


class Recording:
    """An open recording, finished or still growing. One thread; a context manager.

    A file that its writer never closed is read as far as it goes; `is_finished` tells.
    """

    def __init__(self, path: Path, file: h5py.File, resources: ExitStack, stored_version: int) -> None:
        self.path = path
        self.stored_version = stored_version  # of the file itself, before it was migrated to be read
        self._file = file
        self._resources = resources
        self.format_version = read_record(file, path, FileRecord).format_version
        self.metadata = SessionMetadata(
            session=read_record(file, path, SessionRecord),
            participant=read_record(find_group(file, path, "/participant"), path, ParticipantRecord),
            display=read_record(find_group(file, path, "/display"), path, DisplayRecord),
            software=read_record(find_group(file, path, "/software"), path, SoftwareRecord),
            settings=read_record(find_group(file, path, "/settings"), path, SettingsRecord),
            timing=read_record(find_group(file, path, "/timing"), path, TimingRecord),
        )
        raw = find_dataset(file, path, LAYOUT_BY_KEY[DatasetKey.RAW].path)
        self.tracker_info: TrackerInfo = read_record(
            find_group(file, path, "/tracker"), path, TrackerRecord
        ).tracker_info(packed_dtype(dtype_of(raw, path)))
        self.closing: ClosingRecord | None = (
            read_record(find_group(file, path, "/closing"), path, ClosingRecord)
            if "closing" in file
            else None
        )
        self._datasets: dict[DatasetKey, h5py.Dataset] = {}

    @classmethod
    def open(cls, path: Path, *, steps: tuple[Migration, ...] = MIGRATIONS) -> Recording:
        """Open a recording for reading; one of an older format is read from a migrated temporary copy.

        Raises
        ------
        RecordingError
            If there is none, or it is damaged or not a recording.
        FormatVersionError
            If its format is newer, or so old that no migration leads here.
        """
        path = path.absolute()
        with ExitStack() as resources:
            file = resources.enter_context(open_file(path))
            stored_version = check_format(file, path)
            if stored_version < FORMAT_VERSION:
                resources.close()
                folder = Path(resources.enter_context(TemporaryDirectory(prefix="recording-")))
                migrate(path, folder / path.name, steps=steps)
                file = resources.enter_context(open_file(folder / path.name))
            return cls(path, file, resources.pop_all(), stored_version)

    def __enter__(self) -> Recording:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; idempotent."""
        self._datasets.clear()
        self._resources.close()

    @property
    def is_finished(self) -> bool:
        """Whether the recording was closed properly or recovered."""
        return self.closing is not None

    @property
    def has_journal(self) -> bool:
        """Whether a journal lies beside the file: it is being recorded, or waits to be recovered."""
        return journal_path(self.path).exists()

    @property
    def screen(self) -> DisplayRecord:
        """The reader's screen."""
        return self.metadata.display

    @property
    def keys(self) -> tuple[DatasetKey, ...]:
        """The datasets a recording of this tracker has."""
        return tuple(layout.key for layout in datasets_of(self.tracker_info))

    @property
    def row_counts(self) -> dict[DatasetKey, int]:
        """Rows of every dataset."""
        return {key: self.count(key) for key in self.keys}

    def count(self, key: DatasetKey) -> int:
        """Return the number of rows of a dataset."""
        return int(self._dataset(key).shape[0])

    def rows(self, key: DatasetKey, start: int = 0, stop: int | None = None) -> Rows:
        """Return rows ``start:stop`` of a dataset, read now; negative bounds are not counted from the end.

        Raises
        ------
        RecordingError
            If the dataset is missing, damaged or of another type.
        """
        dataset = self._dataset(key)
        last = self.count(key) if stop is None else min(stop, self.count(key))
        first = min(max(start, 0), max(last, 0))
        found: Rows = read_rows(dataset, self.path, first, max(first, last))
        return found

    def blocks(self, key: DatasetKey) -> Iterator[Rows]:
        """Yield all rows of a dataset in order, a bounded number at a time."""
        row_count = self.count(key)
        for start in range(0, row_count, _BLOCK_ROWS):
            yield self.rows(key, start, min(start + _BLOCK_ROWS, row_count))

    def gaze(self, start: int = 0, stop: int | None = None) -> Rows:
        """Return delivered samples, normalised (`GAZE` rows)."""
        return self.rows(DatasetKey.GAZE, start, stop)

    def raw(self, start: int = 0, stop: int | None = None) -> Rows:
        """Return delivered samples as delivered, one per gaze row."""
        return self.rows(DatasetKey.RAW, start, stop)

    def stored_tally(self, key: DatasetKey) -> Tally | None:
        """Return the count and checksum noted at the close, None in an unfinished file."""
        if not self.is_finished:
            return None
        end = read_record(self._dataset(key), self.path, DatasetEnd)
        return Tally(end.row_count, end.crc32)

    def host_times_ns(self) -> npt.NDArray[np.int64]:
        """Return the time of every sample on the host clock, from the stored readings of the foreign clock.

        Where the tracker has no clock of its own this is the arrival; where it has one that could not be
        read, the fit leans on the quickest arrivals and carries their unknown constant delay.
        """
        device_ns, arrival_ns = self._gaze_times()
        if not self.tracker_info.has_device_clock or len(arrival_ns) == 0:
            return arrival_ns
        model = self.clock_model() or fit_envelope(device_ns, arrival_ns)
        # In parts: the steps between are several times as large as the result.
        for first in range(0, len(device_ns), _BLOCK_ROWS):
            part = slice(first, first + _BLOCK_ROWS)
            arrival_ns[part] = model.to_host_ns(device_ns[part], near_host_ns=arrival_ns[part])
        return arrival_ns

    def _gaze_times(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Return device times and arrivals of all samples, read in parts."""
        device_ns = np.empty(self.count(DatasetKey.GAZE), np.int64)
        arrival_ns = np.empty_like(device_ns)
        first = 0
        for block in self.blocks(DatasetKey.GAZE):
            device_ns[first : first + len(block)] = block["t_device_ns"]
            arrival_ns[first : first + len(block)] = block["t_host_ns"]
            first += len(block)
        return device_ns, arrival_ns

    def clock_model(self) -> ClockModel | None:
        """Return the fit of the stored readings of the tracker's clock; None where there are none.

        It needs no samples, so that a few of them can be placed in time without reading all.
        """
        sync = self.rows(DatasetKey.CLOCK_SYNC)
        for clock_id in SENDER_CLOCKS:
            if np.any(sync["clock_id"] == clock_id.encode("ascii")):
                return fit_clock(sync, clock_id)
        return None

    def stream(self) -> RecordedStream:
        """Return the whole gaze stream in memory, for playback."""
        return RecordedStream(
            info=self.tracker_info,
            gaze=self.gaze(),
            raw=self.raw(),
            markers=self.rows(DatasetKey.MARKERS),
            clock_sync=self.rows(DatasetKey.CLOCK_SYNC),
            targets=self.rows(DatasetKey.TARGETS),
        )

    def device_calibrations(self) -> dict[int, bytes]:
        """Return the calibrations of the device as it gave them, by attempt; to be applied to it again.

        One whose parts are not all there, because the recording was cut off, is empty.
        """
        rows = self.rows(DatasetKey.CALIBRATION_DATA)
        return {
            int(attempt): _joined_parts(rows[rows["attempt"] == attempt]) for attempt in set(rows["attempt"])
        }

    def embedded_images(self) -> tuple[str, ...]:
        """Return the SHA-256 of every image file that is kept inside."""
        if "embedded" not in find_group(self._open_file(), self.path, "/images"):
            return ()
        return tuple(sorted(find_group(self._open_file(), self.path, EMBEDDED_IMAGES_PATH)))

    def embedded_image(self, sha256: str) -> bytes:
        """Return the bytes of an image file that is kept inside."""
        dataset = find_dataset(self._open_file(), self.path, f"{EMBEDDED_IMAGES_PATH}/{sha256}")
        content: npt.NDArray[np.uint8] = read_rows(dataset, self.path, 0, dataset.shape[0])
        return content.tobytes()

    def summary(self) -> RecordingSummary:
        """Return the recording in a few lines."""
        closing = self.closing
        return RecordingSummary(
            path=self.path,
            format_version=self.format_version,
            stored_version=self.stored_version,
            session_id=self.metadata.session.session_id,
            study=self.metadata.session.study,
            pseudonym=self.metadata.participant.pseudonym,
            tracker=f"{self.tracker_info.model} ({self.tracker_info.driver})",
            rate_hz=self.tracker_info.rate_hz,
            is_simulated=self.tracker_info.is_simulated,
            is_finished=self.is_finished,
            is_recovered=closing is not None and closing.is_recovered,
            reason="" if closing is None else closing.reason,
            duration_s=self._duration_s(),
            row_counts=self.row_counts,
            samples_missing=-1 if closing is None else closing.samples_missing,
            samples_dropped=0 if closing is None else closing.samples_dropped,
        )

    def _duration_s(self) -> float:
        row_count = self.count(DatasetKey.GAZE)
        if row_count == 0:
            return 0.0
        first, last = self.gaze(0, 1)["t_host_ns"][0], self.gaze(row_count - 1)["t_host_ns"][0]
        return float(last - first) / 1e9

    def _dataset(self, key: DatasetKey) -> h5py.Dataset:
        file = self._open_file()
        if key not in self._datasets:
            layout = LAYOUT_BY_KEY[key]
            dataset = find_dataset(file, self.path, layout.path)
            expected, found = layout.dtype(self.tracker_info.raw_dtype), dtype_of(dataset, self.path)
            if found != expected:
                raise RecordingError(
                    f"{self.path}: {layout.path} has other columns than format {FORMAT_VERSION}; the file "
                    "is damaged "
                    "or was changed by another program.",
                    path=self.path,
                )
            self._datasets[key] = dataset
        return self._datasets[key]

    def _open_file(self) -> h5py.File:
        if not self._file:
            raise RecordingStateError(f"{self.path} is closed; open it again to read.", path=self.path)
        return self._file


def _joined_parts(parts: Rows) -> bytes:
    parts = np.sort(parts, order="part")
    try:
        content = bytes.fromhex("".join(bytes(part).decode("ascii") for part in parts["content_hex"]))
    except ValueError:
        return b""
    is_whole = (
        np.array_equal(parts["part"], np.arange(len(parts))) and len(content) == parts["total_bytes"][0]
    )
    return content if is_whole else b""


def check_format(file: h5py.File, path: Path) -> int:
    """Make sure that the file is a recording this program may know, and return its format version.

    Raises
    ------
    RecordingError
        If it is something else.
    FormatVersionError
        If it has a newer version.
    """
    try:
        record = read_record(file, path, FileRecord)
    except RecordingError as err:
        raise NotARecordingError(
            f"{path} is an HDF5 file, but not a recording of this program.", path=path
        ) from err
    if record.format != FORMAT_NAME:
        raise NotARecordingError(f"{path} is an HDF5 file, but not a recording of this program.", path=path)
    if record.format_version > FORMAT_VERSION:
        raise FormatVersionError(
            f"{path} has format version {record.format_version}, this program knows up to {FORMAT_VERSION}; "
            "open it with a newer version.",
            path=path,
            version=record.format_version,
        )
    return record.format_version
