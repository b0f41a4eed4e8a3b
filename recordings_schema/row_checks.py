"""Checks that rows of a recording agree with each other and with what the recorder counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gaze_core.rows import NO_TIME, GazeFlag, decode_text
from recordings_schema.findings import Finding, error, note, warning
from recordings_schema.layout import LAYOUT_BY_KEY, DatasetKey
from recordings_schema.reader import Recording

RowCheck = Callable[[Recording], Iterator[Finding]]

_CHANGED: Final = "The file was changed after it was recorded, or the recorder has a fault; use another copy."
_TRIAL_ENDS: Final = ("done", "interrupted", "discarded")
_NEXT_STATES: Final[dict[str, tuple[str, ...]]] = {
    "": ("open",),
    "open": ("paused", *_TRIAL_ENDS),
    "paused": ("resumed", *_TRIAL_ENDS),
    "resumed": ("paused", *_TRIAL_ENDS),
    "done": ("discarded",),
    "interrupted": ("open", "resumed", "discarded"),
    "discarded": ("open",),
}


def check_sample_counts(recording: Recording) -> Iterator[Finding]:
    """Gaze and raw rows must be equally many, and as many as the recorder was handed."""
    gaze, raw = recording.count(DatasetKey.GAZE), recording.count(DatasetKey.RAW)
    if gaze != raw:
        yield error(
            "/tracker",
            f"There are {gaze} gaze rows and {raw} raw rows; row i of both is one sample.",
            _CHANGED,
        )
    closing = recording.closing
    if closing is None:
        return
    if closing.samples_dropped > 0:
        yield warning(
            "/closing@samples_dropped",
            f"The program itself lost {closing.samples_dropped} samples on the way to the file.",
            "Use a faster computer or close other programs; treat the gaps as lost data.",
        )
    stored = closing.samples_delivered - closing.samples_dropped
    if closing.samples_delivered >= 0 and not closing.is_recovered and stored != gaze:
        yield error(
            "/closing@samples_delivered",
            f"The tracker delivered {closing.samples_delivered} samples, {closing.samples_dropped} were "
            f"dropped, but {gaze} are stored.",
            _CHANGED,
        )


def check_sample_numbers(recording: Recording) -> Iterator[Finding]:
    """Sample numbers rise unless the tracker came back; their holes must be those the recorder counted."""
    where = f"{LAYOUT_BY_KEY[DatasetKey.GAZE].path}.seq"
    steps = np.diff(_column(recording, DatasetKey.GAZE, "seq"))
    restarts = GazeFlag.RECONNECTED | GazeFlag.CLOCK_RESET
    is_restart = (_column(recording, DatasetKey.GAZE, "flags")[1:] & restarts) != 0
    late = int(np.count_nonzero((steps < 1) & ~is_restart))
    if late:
        yield warning(
            where,
            f"The sample number does not rise at {late} places: samples came late or twice.",
            "Sort by device time before computing speeds; check the connection of the tracker.",
        )
    if late or np.any(steps < 1):
        return  # the numbers began anew: holes cannot be told from them alone
    missing = int((steps - 1).sum())
    closing = recording.closing
    is_counted = closing is not None and not closing.is_recovered and closing.samples_missing >= 0
    counted = (
        closing.samples_missing + closing.samples_dropped if closing is not None and is_counted else missing
    )
    if counted != missing:
        yield error(
            where, f"{missing} samples are missing by number, the recorder counted {counted}.", _CHANGED
        )
    elif missing:
        yield note(where, f"{missing} samples never arrived; the tracker or the connection lost them.")


def check_sample_times(recording: Recording) -> Iterator[Finding]:
    """Arrival must not run backwards; device time only where the row says so."""
    path = LAYOUT_BY_KEY[DatasetKey.GAZE].path
    arrivals_back = int(np.count_nonzero(np.diff(_column(recording, DatasetKey.GAZE, "t_host_ns")) < 0))
    if arrivals_back:
        yield error(f"{path}.t_host_ns", f"Arrival runs backwards at {arrivals_back} places.", _CHANGED)
    is_back = np.diff(_column(recording, DatasetKey.GAZE, "t_device_ns")) <= 0
    explained = GazeFlag.DEVICE_TIME_BACKWARD | GazeFlag.CLOCK_RESET
    is_explained = (_column(recording, DatasetKey.GAZE, "flags")[1:] & explained) != 0
    unexplained = int(np.count_nonzero(is_back & ~is_explained))
    if unexplained:
        yield error(
            f"{path}.t_device_ns",
            f"Device time does not rise at {unexplained} places that carry no flag for it.",
            _CHANGED,
        )


def check_images(recording: Recording) -> Iterator[Finding]:
    """Image numbers must be unique, and rows may name known images only."""
    table = LAYOUT_BY_KEY[DatasetKey.IMAGES].path
    known = _column(recording, DatasetKey.IMAGES, "image_id")
    if len(np.unique(known)) != len(known):
        yield error(table, "Two images have the same number.", _CHANGED)
    for key in (DatasetKey.VIEWPORT, DatasetKey.FIXATIONS):
        used = np.unique(_column(recording, key, "image_id"))
        unknown = [int(image) for image in used if image != -1 and image not in known]
        if unknown:
            yield error(
                LAYOUT_BY_KEY[key].path,
                f"Rows name image {unknown[0]}, which is not in {table}.",
                "Gaze on that image cannot be mapped; recover the image table from another copy.",
            )


def check_viewport(recording: Recording) -> Iterator[Finding]:
    """A pane's changes must be in order of presentation and belong to known trials."""
    path = LAYOUT_BY_KEY[DatasetKey.VIEWPORT].path
    panes = _column(recording, DatasetKey.VIEWPORT, "pane")
    presented_ns = _column(recording, DatasetKey.VIEWPORT, "t_presented_host_ns")
    is_presented = presented_ns != NO_TIME  # a change replaced before any frame showed it has no time
    for pane in np.unique(panes):
        if np.any(np.diff(presented_ns[is_presented & (panes == pane)]) < 0):
            yield error(path, f"The changes of pane {pane} are not in order of presentation.", _CHANGED)
    trials = np.unique(_column(recording, DatasetKey.VIEWPORT, "trial"))
    unknown = sorted(
        set(trials.tolist()) - set(_column(recording, DatasetKey.TRIALS, "trial").tolist()) - {-1}
    )
    if unknown:
        yield error(path, f"Rows name trial {unknown[0]}, which is not in /trials.", _CHANGED)


def check_image_screens(recording: Recording) -> Iterator[Finding]:
    """A screen of the protocol that shows an image must have had one: a pane on the screen at its time."""
    screens, viewport = recording.rows(DatasetKey.SCREENS), recording.rows(DatasetKey.VIEWPORT)
    images = screens[(screens["kind"] == b"image") & (screens["t_presented_host_ns"] != NO_TIME)]
    shown = viewport[(viewport["image_id"] >= 0) & (viewport["t_presented_host_ns"] != NO_TIME)]
    for row in images:
        is_there = (shown["trial"] == row["trial"]) & (
            shown["t_presented_host_ns"] <= row["t_presented_host_ns"]
        )
        if not is_there.any():
            yield error(
                LAYOUT_BY_KEY[DatasetKey.SCREENS].path,
                f"The screen {decode_text(row['screen'])} of trial {row['trial']} counts as shown, and no "
                "image was on the reader's screen.",
                "Do not use the gaze of this trial as a reading of its image.",
            )


def check_trials(recording: Recording) -> Iterator[Finding]:
    """Each trial must go from open to one end, over states that can follow each other."""
    path = LAYOUT_BY_KEY[DatasetKey.TRIALS].path
    known_images = {str(image) for image in _column(recording, DatasetKey.IMAGES, "image_id")}
    state_of: dict[int, str] = {}
    for row in recording.rows(DatasetKey.TRIALS):
        trial, state = int(row["trial"]), decode_text(row["state"])
        before = state_of.get(trial, "")
        if state not in _NEXT_STATES.get(before, ()):
            yield error(path, f"Trial {trial} goes from {before or 'nothing'} to {state!r}.", _CHANGED)
        state_of[trial] = state
        images = set(decode_text(row["image_ids"]).split(",")) - {""}
        if images - known_images:
            yield error(
                path, f"Trial {trial} names image {min(images - known_images)}, which is unknown.", _CHANGED
            )
    unended = [trial for trial, state in state_of.items() if state not in _TRIAL_ENDS]
    if unended and recording.is_finished:
        yield warning(
            path,
            f"Trial {unended[0]} has no end; the recording was closed in the middle of it.",
            "Treat the trial as interrupted.",
        )


def check_analysis(recording: Recording) -> Iterator[Finding]:
    """Every fixation must name a run of a detector."""
    runs = set(_column(recording, DatasetKey.RUNS, "run").tolist())
    unknown = sorted(set(_column(recording, DatasetKey.FIXATIONS, "run").tolist()) - runs)
    if unknown:
        yield error(
            LAYOUT_BY_KEY[DatasetKey.FIXATIONS].path,
            f"Fixations name detector run {unknown[0]}, which is not in /analysis/runs.",
            "Detect the fixations again; how these were made is not known.",
        )


def check_device_calibrations(recording: Recording) -> Iterator[Finding]:
    """A stored calibration of the device must be whole, else it cannot be applied again."""
    for attempt, content in recording.device_calibrations().items():
        if not content:
            yield warning(
                LAYOUT_BY_KEY[DatasetKey.CALIBRATION_DATA].path,
                f"Calibration {attempt} of the device is not whole and cannot be applied to it again.",
                "The samples are not touched by this; calibrate anew before the next session.",
            )


def check_circumstances(recording: Recording) -> Iterator[Finding]:
    """Say what a reader of the data has to know."""
    if recording.screen.onset_latency == "unmeasured":
        yield note(
            "/display@onset_latency",
            "The display's latency was not measured: image times are those of the software.",
            "Measure it with the corner patch and a photodiode.",
        )
    closing = recording.closing
    if closing is not None and closing.is_recovered:
        yield note("/closing@is_recovered", f"The recording was recovered ({closing.reason}).")
    if recording.count(DatasetKey.GAZE) == 0:
        yield warning("/tracker/gaze", "There are no samples.", "Check the tracker and record again.")


ROW_CHECKS: Final[tuple[RowCheck, ...]] = (
    check_sample_counts,
    check_sample_numbers,
    check_sample_times,
    check_images,
    check_viewport,
    check_image_screens,
    check_trials,
    check_analysis,
    check_device_calibrations,
    check_circumstances,
)


def _column(recording: Recording, key: DatasetKey, name: str) -> npt.NDArray[Any]:
    """Return one column of a whole dataset; only that column is kept in memory."""
    parts = [block[name].copy() for block in recording.blocks(key)]
    return np.concatenate(parts) if parts else recording.rows(key, 0, 0)[name]
