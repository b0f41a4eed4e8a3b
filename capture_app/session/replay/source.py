"""An open recording as a replay needs it: what is there at once, and what a worker reads meanwhile."""

from __future__ import annotations

import logging
import math
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from capture_app.session.imported_facts import IMPORTED_FROM
from capture_app.session.measured_geometry import believed_geometry
from capture_app.session.port import SessionError
from capture_app.session.replay.columns import SignalColumns
from capture_app.session.replay.found_events import find_events
from capture_app.session.replay.gaze_blocks import BLOCK_ROWS, GazeBlocks, TimedRows
from capture_app.session.replay.image_search import ImageSearch
from capture_app.session.replay.refusals import refusal_words, unfinished_words
from capture_app.session.replay.sound import SoundStretches, Waveform, find_sound
from capture_app.session.replay.study_search import find_study_of
from capture_app.session.replay.tables import ReplayTables, events_of_kind, read_tables
from capture_app.session.report.source import is_size_assumed, signal_of
from capture_app.session.results import geometry_of
from gaze_core.drift_correction import DriftCorrection
from gaze_core.eyes import Eye
from gaze_core.geometry import ViewingGeometry
from gaze_core.rows import EventKind, Rows
from recordings_schema.errors import RecordingError
from recordings_schema.layout import FORMAT_VERSION, DatasetKey
from recordings_schema.reader import Recording

SHORTEST_NS: Final = 1_000_000_000
_log = logging.getLogger(__name__)


class ReplayError(SessionError):
    """A recording cannot be replayed; the text says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayEvents:
    """What the detector found, and by which detector."""

    rows: Rows  # FIXATION rows of all kinds, in order of onset
    fixations: Rows  # those of them that are fixations
    origin: str  # "recorded live, adaptive 1" ...


class ReplaySource:
    """One recording while it is looked at. `open` and `load` block; the rest returns at once.

    The recording is only ever read under the lock of `blocks`.
    """

    def __init__(self, recording: Recording) -> None:
        self.path: Path = recording.path
        self._recording = recording
        self.metadata = recording.metadata
        self.tracker = recording.tracker_info
        geometry, self.geometry_note = believed_geometry(
            geometry_of(recording),
            recording.tracker_info.display_area_mm,
            is_assumed=is_size_assumed(recording),
        )
        self.geometry: ViewingGeometry = geometry
        self.eye: Eye = signal_of(recording)
        model = recording.clock_model() if recording.tracker_info.has_device_clock else None
        self._is_envelope = recording.tracker_info.has_device_clock and model is None
        self.blocks = GazeBlocks(recording, model)
        self.rate_hz = self._rate_hz()
        latest_ns = max(self.blocks.last_ns, self.blocks.first_ns)
        self.tables: ReplayTables = read_tables(recording, latest_ns)
        self.first_ns, self.end_ns = self._span(latest_ns)
        self.columns = SignalColumns(self.blocks, geometry, self.eye, self.rate_hz)
        self.images = ImageSearch(recording, self.blocks, self.tables.rows[DatasetKey.IMAGES])
        self._unfinished = "" if recording.is_finished else unfinished_words(self.path)
        self.study = find_study_of(self.path, recording.metadata.settings.settings)
        self.sound: SoundStretches = find_sound(recording, self.path)
        self.waveform = Waveform(self.sound.stretches)
        stored = self.tables.rows[DatasetKey.FIXATIONS]
        self.recorded = replay_events(stored, self._origin() if len(stored) else "")
        self._chosen: ReplayEvents | None = None
        self.other: ReplayEvents | None = None  # of a layer that is compared with
        self._recorded_columns = self.columns
        self._correction: DriftCorrection | None = None
        self.revision = 0  # counts what is shown: maps of another analysis are made anew
        self._is_detecting = not len(stored) and self.blocks.count > 0
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._is_begun = False  # samples are read once
        self.loading_problem = ""

    @classmethod
    def open(cls, path: Path) -> ReplaySource:
        """Open a recording of any version, finished or not.

        Raises
        ------
        ReplayError
            If it cannot be looked at, not even in part.
        """
        try:
            recording = Recording.open(path)
        except RecordingError as err:
            raise ReplayError(refusal_words(path, err)) from err
        try:
            source = cls(recording)
        except (RecordingError, ValueError) as err:
            recording.close()
            raise ReplayError(str(err)) from err
        if not source.blocks.count and not len(source.tables.rows[DatasetKey.VIEWPORT]):
            source.close()
            raise ReplayError(f"{path} holds neither gaze nor images, so there is nothing to replay.")
        return source

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person has to know about this recording, in sentences."""
        recording, found = self._recording, []
        if not recording.is_finished:
            found.append(self._unfinished)
        elif recording.closing is not None and recording.closing.is_recovered:
            found.append("This recording was recovered after it had been cut off.")
        if recording.stored_version < FORMAT_VERSION:
            found.append(
                f"It has the older format {recording.stored_version} and is read as {FORMAT_VERSION}."
            )
        origin = self.metadata.settings.settings.get(IMPORTED_FROM, "")
        if origin:
            found.append(f"It was imported from {origin}: what that dataset does not hold is empty.")
        if not self.blocks.count:
            found.append("It holds no gaze.")
        if self.geometry_note:
            found.append(self.geometry_note)
        found += self.tables.problems
        if self._correction is not None:
            found.append("Gaze is drawn drift-corrected by a layer; the recording holds it as measured.")
        if self.blocks.damaged:
            found.append(self._damaged_words())
        found += [each for each in (self.waveform.problem, self.loading_problem) if each]
        return tuple(found)

    @property
    def events(self) -> ReplayEvents:
        """The events that are shown: those of the layer that was chosen, else the recorded ones."""
        return self.recorded if self._chosen is None else self._chosen

    def show_analysis(
        self,
        events: ReplayEvents | None,
        correction: DriftCorrection | None = None,
        columns: SignalColumns | None = None,
    ) -> None:
        """Show other events and gaze; called where frames are made.

        Parameters
        ----------
        events
            None: the recorded ones.
        correction
            Taken away from the gaze that is drawn; None: gaze as recorded.
        columns
            The signals with that correction, from `SignalColumns.corrected`; None: as recorded.
        """
        self._chosen, self._correction = events, correction
        self.columns = self._recorded_columns if columns is None else columns
        self.revision += 1

    def show_other(self, events: ReplayEvents | None) -> None:
        """Show the events of another layer below those that are shown; None: none."""
        self.other = events

    @property
    def recorded_columns(self) -> SignalColumns:
        """The signals as recorded, whatever is shown."""
        return self._recorded_columns

    def shown(self, timed: TimedRows) -> TimedRows:
        """Return samples as they are drawn: with the drift taken away where a layer says so."""
        if self._correction is None or not len(timed.gaze):
            return timed
        gaze = self._correction.corrected(timed.gaze, timed.t_host_ns, self.geometry)
        return TimedRows(gaze, timed.t_host_ns)

    @property
    def is_loaded(self) -> bool:
        """Whether all samples were read for the timeline."""
        return self.columns.is_whole and not self._is_detecting

    @property
    def loaded_share(self) -> float:
        """How far the worker is, 0..1."""
        return self.columns.loaded / max(self.blocks.count, 1) if self.blocks.count else 1.0

    @property
    def background_grey(self) -> int:
        """Grey around the images, 0..255."""
        text = self.metadata.settings.settings.get("background_grey", "")
        return min(int(text), 255) if text.isdigit() else 64

    def start_loading(self) -> None:
        """Let a thread read all samples for the timeline; nothing happens the second time."""
        if not self._is_begun:
            self._is_begun = True
            self._thread = threading.Thread(target=self._load, name="replay-signals", daemon=True)
            self._thread.start()

    def load(self) -> None:
        """Read all samples here and now, some seconds for an hour; nothing happens the second time."""
        if not self._is_begun:
            self._is_begun = True
            self._load()

    def close(self) -> None:
        """Stop reading and close the file; idempotent."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        with self.blocks.lock:
            self._recording.close()

    def seconds(self, t_ns: int) -> float:
        """Return a host time in seconds since the beginning of the replay."""
        return (t_ns - self.first_ns) * 1e-9

    def step_times(self, kind: str) -> npt.NDArray[np.int64]:
        """Return the times one can step to: of fixations, events or cases."""
        if kind == "fixation":
            return np.asarray(self.events.fixations["onset_host_ns"], np.int64)
        if kind == "case":
            openings = (self.tables.opening_ns(case) for case in self.tables.cases)
            return np.array(sorted(openings), np.int64)
        return np.array([each.t_ns for each in self.tables.moments], np.int64)

    def stepped(self, t_ns: int, kind: str, direction: int) -> int:
        """Return the time of the next sample, fixation, event or case, or of the one before; else `t_ns`."""
        if kind == "sample":
            row = self.blocks.row_at(t_ns)
            beside = row + 1 if direction > 0 else row if self._time_of(row) < t_ns else row - 1
            return self._time_of(beside) if 0 <= beside < self.blocks.count else t_ns
        times = self.step_times(kind)
        place = np.searchsorted(times, t_ns, side="right" if direction > 0 else "left") - (direction < 0)
        return int(times[place]) if 0 <= place < len(times) else t_ns

    def _time_of(self, row: int) -> int:
        timed = self.blocks.rows(row, row + 1)
        return int(timed.t_host_ns[0]) if len(timed.t_host_ns) else self.first_ns

    def _load(self) -> None:
        try:
            if self.columns.load(is_envelope=self._is_envelope, is_given_up=self._stop.is_set):
                self.waveform.load(self._stop.is_set)
                self._detect()
        except Exception:  # noqa: BLE001  # the top of a thread: the replay itself reads what it shows
            _log.exception("The signals of a recording could not be read")
            self.loading_problem = "The timeline is not complete; details are in the log."
        finally:
            self._is_detecting = False

    def _detect(self) -> None:
        """Find events where the recording holds none."""
        if not self._is_detecting:
            return
        rows = self.tables.rows
        with self.blocks.lock:
            sync = self._recording.rows(DatasetKey.CLOCK_SYNC)
        found = find_events(
            self.blocks, sync, rows[DatasetKey.VIEWPORT], rows[DatasetKey.TRIALS], self.geometry, self.eye,
            self._stop.is_set,
        )  # fmt: skip
        self.recorded = replay_events(
            found, "found for this replay by the adaptive detector; the file holds none"
        )

    def _rate_hz(self) -> float:
        declared = self.tracker.rate_hz
        if math.isfinite(declared) and declared > 0:
            return float(declared)
        steps = np.diff(self.blocks.rows(0, 600).t_host_ns)
        steps = steps[steps > 0]
        return 1e9 / float(np.median(steps)) if len(steps) else math.nan

    def _span(self, latest_ns: int) -> tuple[int, int]:
        """Return what can be shown: the samples, and images without samples."""
        viewport = self.tables.rows[DatasetKey.VIEWPORT]["t_presented_host_ns"]
        ends = [case.end_ns for case in self.tables.cases]
        if self.blocks.count:
            return self.blocks.first_ns, max(latest_ns, self.blocks.first_ns + 1)
        first_ns = int(viewport[0]) if len(viewport) else 0
        return first_ns, max([first_ns + SHORTEST_NS, *ends])

    def _origin(self) -> str:
        runs = self.tables.rows[DatasetKey.RUNS]
        if not len(runs):
            return "recorded"
        name, version = (bytes(runs[part][-1]).decode("ascii", "replace") for part in ("detector", "version"))
        return f"recorded live, {name} {version}" if runs["is_live"][-1] else f"recorded, {name} {version}"

    def _damaged_words(self) -> str:
        starts = sorted(self.blocks.damaged)
        lost = sum(min(start + BLOCK_ROWS, self.blocks.count) - start for start in starts)
        seconds = lost / self.rate_hz if math.isfinite(self.rate_hz) else math.nan
        length = f", {seconds:.1f} s of gaze," if math.isfinite(seconds) else ""
        return f"{lost} samples{length} are damaged in the file and stay empty, the first at row {starts[0]}."


def replay_events(rows: Rows, origin: str) -> ReplayEvents:
    """Return FIXATION rows of all kinds as a replay shows them."""
    ordered = rows[np.argsort(rows["onset_host_ns"], kind="stable")]
    return ReplayEvents(rows=ordered, fixations=events_of_kind(ordered, EventKind.FIXATION), origin=origin)
