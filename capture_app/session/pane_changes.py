"""Changes of the reader's screen that wait for the frame that shows them, and their VIEWPORT rows."""

from __future__ import annotations

from dataclasses import dataclass

from capture_app.session.viewport import PanePlacement, empty_pane_row, viewport_row
from gaze_core.rows import Rows
from recordings_schema.stimuli import Window


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One pane as it was asked to look."""

    revision: int
    pane: int
    t_asked_host_ns: int
    cause: str
    trial: int
    image_id: int
    placement: PanePlacement | None
    window: Window | None
    luminance_mean: float  # of the whole screen as asked for, 0..1


def row_of(change: Change, t_presented_host_ns: int, frame: int, frames_late: int) -> Rows:
    """Return the VIEWPORT row of a change; a time of `NO_TIME` says that no frame showed it."""
    if change.placement is None or change.window is None:
        return empty_pane_row(
            t_asked_host_ns=change.t_asked_host_ns,
            t_presented_host_ns=t_presented_host_ns,
            trial=change.trial,
            pane=change.pane,
            luminance_mean=change.luminance_mean,
            frame=frame,
            frames_late=frames_late,
        )
    return viewport_row(
        change.placement,
        change.window,
        t_asked_host_ns=change.t_asked_host_ns,
        t_presented_host_ns=t_presented_host_ns,
        trial=change.trial,
        image_id=change.image_id,
        pane=change.pane,
        luminance_mean=change.luminance_mean,
        frame=frame,
        frames_late=frames_late,
        cause=change.cause,
    )
