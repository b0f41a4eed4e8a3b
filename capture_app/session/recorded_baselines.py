"""The pupil baselines of a recording, read back from its events."""

from __future__ import annotations

from dataclasses import dataclass

from calibration import PupilBaseline
from capture_app.session.event_json import EventContent, events_of
from capture_app.session.study_desk.side_runs_baseline import BASELINE_EVENT
from gaze_core.eyes import Eye
from gaze_core.rows import Rows
from gaze_core.streams import PupilUnit


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedBaseline:
    """One baseline and when it was measured, ns of the host clock."""

    t_host_ns: int  # when it was decided
    t_first_host_ns: int  # the cross was presented
    t_last_host_ns: int  # end of the stretch
    background_grey: int | None  # 0..255
    baseline: PupilBaseline


def baselines_of(event_rows: Rows) -> tuple[RecordedBaseline, ...]:
    """Return the baselines of a recording from its EVENT rows, in order; damaged ones are left out."""
    found = []
    for event in events_of(event_rows, BASELINE_EVENT):
        try:
            found.append(_recorded(event))
        except (KeyError, TypeError, ValueError):
            continue  # what was written by hand or cut off is none
    return tuple(found)


def _recorded(event: EventContent) -> RecordedBaseline:
    content = event.content
    grey = content.get("grey")
    return RecordedBaseline(
        t_host_ns=event.t_host_ns,
        t_first_host_ns=int(content["t_first_host_ns"]),
        t_last_host_ns=int(content["t_last_host_ns"]),
        background_grey=None if grey is None else int(grey),
        baseline=PupilBaseline(
            eye=Eye(content["eye"]),
            area=float(content["area"]),
            area_unit=str(content["unit"]),
            source_unit=PupilUnit(content["source_unit"]),
            fixation_count=int(content["fixations"]),
            duration_s=float(content["duration_s"]),
        ),
    )
