"""Detected events, mapped onto the screen, the image and the host clock: what the file keeps of them.

A fixation is detected in screen degrees. Where the viewport changed while it lasted it is flagged, and it is
split there when the change moved the looked-at place of the image by more than `SPLIT_DEG`, because then
one centroid in the image would be a place nobody looked at. The centroid in the image is the mean of the
mapped samples. Live view, replay and exporters call this one function.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gaze_core.directions import screen_gaze
from gaze_core.eyes import Eye
from gaze_core.geometry import ViewingGeometry
from gaze_core.mapping import map_to_image
from gaze_core.rows import FIXATION, GAZE_EVENT, NO_TIME, EventFlag, EventKind, Rows, join_rows

SPLIT_DEG = 0.5
"""A viewport change that moves the image under a fixation by more than this splits it; half the usual merge
angle doubled would hide a changed target, a smaller value would cut at every step of a slow pan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What events are mapped with; rows of the whole recording or of the part still of interest."""

    geometry: ViewingGeometry
    eye: Eye
    viewport: Rows  # VIEWPORT rows
    trials: Rows  # TRIAL rows in order of time


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    """The viewport changed between two samples of an event."""

    sample: int  # index of the first sample after it
    row_before: int  # index of the viewport row, -1 where no image was in force
    row_after: int


def describe_events(
    events: Rows,
    gaze: Rows,
    t_host_ns: npt.NDArray[np.int64],
    surroundings: Surroundings,
    *,
    run: int,
    first_row: int = 0,
) -> Rows:
    """Return the FIXATION rows of `events`: one per event, or one per part of a split fixation.

    Parameters
    ----------
    events
        GAZE_EVENT rows of one detector run.
    gaze
        GAZE rows that hold the samples of `events`. A live buffer that no longer holds the beginning of
        an event that lasts minutes gives the centroid of what it still holds; times are exact all the same.
    t_host_ns
        Host time of each of these samples by the clock fit, shape (n,).
    surroundings
        Geometry, eye, viewport and trials.
    run
        Row of the table of detector runs.
    first_row
        Index, since the detector began, of the first of the `gaze` rows.

    Raises
    ------
    ValueError
        If the last sample of an event, or the one before a loss without samples, is not in `gaze`.
    """
    described = [_describe(event, gaze, t_host_ns, surroundings, run, first_row) for event in events]
    return join_rows(described) if described else FIXATION.empty(0)


def _describe(
    event: np.void,
    gaze: Rows,
    t_host_ns: npt.NDArray[np.int64],
    surroundings: Surroundings,
    run: int,
    first_row: int,
) -> Rows:
    first = max(int(event["first_row"]) - first_row, 0)
    last = int(event["last_row"]) - first_row
    if not 0 <= last < len(gaze):
        raise ValueError(f"event {event['event_id']} reaches outside the {len(gaze)} gaze rows given")
    if first > last:
        return _hole(event, int(gaze["t_device_ns"][last]), int(t_host_ns[last]), surroundings.trials, run)
    samples, times = gaze[first : last + 1], t_host_ns[first : last + 1]
    x_norm, y_norm = screen_gaze(samples, surroundings.eye)
    mapped = map_to_image(x_norm, y_norm, times, surroundings.viewport, surroundings.geometry.screen)
    changes = _viewport_changes(mapped, np.isfinite(x_norm) & np.isfinite(y_norm))
    cuts: set[int] = set()
    if event["kind"] == EventKind.FIXATION:
        cuts = {
            change.sample
            for change in changes
            if _is_jump(change, x_norm[change.sample], y_norm[change.sample], surroundings)
        }
    parts = np.split(np.arange(len(samples)), sorted(cuts))
    # Within one event the device clock and the host clock differ by an offset: drift is below 0.1 us per s.
    onset_host_ns = int(times[0]) - (int(samples["t_device_ns"][0]) - int(event["onset_ns"]))
    rows = FIXATION.empty(len(parts))
    for number, part in enumerate(parts):
        row = rows[number]
        for name in GAZE_EVENT.dtype.names or ():
            row[name] = event[name]
        row["run"], row["part"] = run, number
        _place(row, samples[part], x_norm[part], y_norm[part], mapped[part])
        row["onset_host_ns"] = onset_host_ns if number == 0 else times[part[0]]
        _end(row, event, samples, times, part, is_whole=len(parts) == 1)
        row["trial"] = trial_at(surroundings.trials, int(row["onset_host_ns"]))
        if changes:
            row["flags"] |= EventFlag.VIEWPORT_CHANGED
        if len(parts) > 1:
            row["flags"] |= EventFlag.VIEWPORT_SPLIT
        if event["kind"] == EventKind.FIXATION and _began_before_image(
            row, onset_host_ns, surroundings.viewport
        ):
            row["flags"] |= EventFlag.BEFORE_IMAGE
    return rows


def _hole(event: np.void, t_device_ns: int, t_host_ns: int, trials: Rows, run: int) -> Rows:
    """Return the row of a loss without any sample: nothing arrived after the sample with these times."""
    rows = FIXATION.empty(1)
    for name in GAZE_EVENT.dtype.names or ():
        rows[name] = event[name]
    rows["run"], rows["part"] = run, 0
    rows["onset_host_ns"] = t_host_ns + int(event["onset_ns"]) - t_device_ns
    rows["offset_host_ns"] = t_host_ns + int(event["offset_ns"]) - t_device_ns
    rows["duration_ms"] = (int(event["offset_ns"]) - int(event["onset_ns"])) / 1e6
    rows["trial"] = trial_at(trials, int(rows["onset_host_ns"][0]))
    return rows


def _viewport_changes(mapped: Rows, is_seen: npt.NDArray[np.bool_]) -> list[_Change]:
    """Return the changes of the viewport row under the gaze, pane by pane.

    An image that appears or goes is a change too. Samples without gaze say nothing: a change that falls into
    a gap, or while the gaze is on another pane, is seen at the first sample after it.
    """
    changes = []
    for pane in np.unique(mapped["pane"][is_seen & (mapped["pane"] >= 0)]):
        own = np.flatnonzero(is_seen & ((mapped["pane"] == pane) | (mapped["pane"] < 0)))
        rows = mapped["viewport_row"][own]
        changes += [
            _Change(sample=int(own[index]), row_before=int(rows[index - 1]), row_after=int(rows[index]))
            for index in (np.flatnonzero(np.diff(rows)) + 1).tolist()
        ]
    return changes


def _is_jump(change: _Change, x_norm: float, y_norm: float, surroundings: Surroundings) -> bool:
    """Tell whether a change moved the image under the gaze by more than `SPLIT_DEG`."""
    if change.row_before < 0 or change.row_after < 0:
        return True
    viewport, screen = surroundings.viewport, surroundings.geometry.screen
    before, after = viewport[change.row_before], viewport[change.row_after]
    if before["image_id"] != after["image_id"] or before["slice"] != after["slice"]:
        return True
    # The same image point is sought on the screen under both rows: the distance is the jump.
    x_px, y_px = x_norm * screen.width_px, y_norm * screen.height_px
    jump_px = np.hypot(
        _on_screen(after, before, x_px, "x", "w") - x_px, _on_screen(after, before, y_px, "y", "h") - y_px
    )
    return bool(jump_px > SPLIT_DEG * surroundings.geometry.px_per_deg_centre)


def _on_screen(after: np.void, before: np.void, value_px: float, axis: str, extent: str) -> float:
    """Return where, under `after`, the image point is that `before` showed at a screen coordinate."""
    image = before[f"src_{axis}_image_px"] + (value_px - before[f"dst_{axis}_screen_px"]) * (
        before[f"src_{extent}_image_px"] / before[f"dst_{extent}_screen_px"]
    )
    scale = after[f"dst_{extent}_screen_px"] / after[f"src_{extent}_image_px"]
    return float(after[f"dst_{axis}_screen_px"] + (image - after[f"src_{axis}_image_px"]) * scale)


def _place(
    row: np.void,
    samples: Rows,
    x_norm: npt.NDArray[np.float64],
    y_norm: npt.NDArray[np.float64],
    mapped: Rows,
) -> None:
    seen = np.isfinite(x_norm) & np.isfinite(y_norm)
    if seen.any():
        row["x_norm"], row["y_norm"] = x_norm[seen].mean(), y_norm[seen].mean()
        # The image of most samples: a fixation on the border of two panes belongs to one of them.
        pane = np.bincount(mapped["pane"][seen].clip(0)).argmax()
        own = seen & (mapped["pane"] == pane)
        on_image = own & (mapped["image_id"] >= 0)
        chosen = on_image if 2 * on_image.sum() > own.sum() else own & ~on_image
        if chosen.any():
            first = np.flatnonzero(chosen)[0]
            for name in ("image_id", "pane", "slice"):
                row[name] = mapped[name][first]
            row["x_image_px"] = mapped["x_image_px"][chosen].mean()
            row["y_image_px"] = mapped["y_image_px"][chosen].mean()
    pupils = np.concatenate(
        [samples[f"{side}_pupil"][samples[f"{side}_pupil_valid"] == 1] for side in ("left", "right")]
    )
    if len(pupils):
        row["pupil_mean"] = pupils.mean(dtype=np.float64)


def _end(
    row: np.void,
    event: np.void,
    samples: Rows,
    times: npt.NDArray[np.int64],
    part: npt.NDArray[np.intp],
    *,
    is_whole: bool,
) -> None:
    """Fill in the end and the length of a part."""
    is_last = part[-1] == len(samples) - 1
    offset_host_ns = int(times[-1]) + int(event["offset_ns"]) - int(samples["t_device_ns"][-1])
    row["offset_host_ns"] = offset_host_ns if is_last else times[part[-1] + 1]
    if is_whole:
        row["duration_ms"] = (int(event["offset_ns"]) - int(event["onset_ns"])) / 1e6
    else:
        row["duration_ms"] = (int(row["offset_host_ns"]) - int(row["onset_host_ns"])) / 1e6


def trial_at(trials: Rows, t_host_ns: int) -> int:
    """Return the trial that was open at a host time, or -1."""
    position = int(np.searchsorted(trials["t_host_ns"], t_host_ns, side="right")) - 1
    if position < 0 or bytes(trials["state"][position]) not in (b"open", b"resumed"):
        return -1
    return int(trials["trial"][position])


def _began_before_image(row: np.void, t_begin_host_ns: int, viewport: Rows) -> bool:
    """Tell whether the event began before its image was put into its pane, for the first time or again."""
    if row["image_id"] < 0:
        return False
    t_presented = viewport["t_presented_host_ns"]
    of_pane = (viewport["pane"] == row["pane"]) & (t_presented != NO_TIME)
    before = viewport[of_pane & (t_presented <= t_begin_host_ns)]
    if not len(before) or before["image_id"][before["t_presented_host_ns"].argmax()] != row["image_id"]:
        return True
    inside = viewport[of_pane & (t_presented > t_begin_host_ns) & (t_presented <= row["onset_host_ns"])]
    return bool(((inside["image_id"] != row["image_id"]) | (inside["cause"] == b"show")).any())
