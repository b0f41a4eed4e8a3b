"""The samples and events of a case as the measures take them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibration import relative_area
from capture_app.session.measures.case_tables import RecordedCase, RecordedCases
from capture_app.session.report.found_fixations import viewport_between
from gaze_core.directions import screen_gaze
from gaze_core.geometry import FloatArray
from gaze_core.mapping import map_to_image
from gaze_core.measures import CaseGaze, sample_weights_s, views_of_fixations
from gaze_core.rows import VIEWPORT, EventFlag, EventKind, Rows

Times = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SampleColumns:
    """What measures need of samples; all arrays have one length."""

    t_host_ns: Times
    ends_ns: Times  # end of the visible stretch each lies in
    x_norm: FloatArray  # the analysed signal; NaN where invalid
    y_norm: FloatArray
    pupil_relative: FloatArray  # area over the baseline's; NaN where unknown


def columns_of_case(
    recorded: RecordedCases, case: RecordedCase, gaze: Rows, t_host_ns: Times
) -> SampleColumns:
    """Return what measures need of those GAZE rows that lie in the visible time of a case."""
    is_own, ends_ns = _inside(case, t_host_ns)
    place = np.flatnonzero(is_own)
    is_one_run = len(place) > 0 and place[-1] - place[0] + 1 == len(place)
    # A run is looked at where it lies: copying whole rows costs more than all that is taken from them.
    own = gaze[place[0] : place[-1] + 1] if is_one_run else gaze[is_own]
    x_norm, y_norm = screen_gaze(own, recorded.signal)
    return SampleColumns(
        t_host_ns=t_host_ns[is_own],
        ends_ns=ends_ns[is_own],
        x_norm=x_norm,
        y_norm=y_norm,
        pupil_relative=_pupil_relative(recorded, case, own),
    )


def join_columns(parts: Sequence[SampleColumns]) -> SampleColumns:
    """Return parts one after the other."""
    no_times, nothing = np.empty(0, np.int64), np.empty(0)
    return SampleColumns(
        t_host_ns=np.concatenate([no_times, *(part.t_host_ns for part in parts)]),
        ends_ns=np.concatenate([no_times, *(part.ends_ns for part in parts)]),
        x_norm=np.concatenate([nothing, *(part.x_norm for part in parts)]),
        y_norm=np.concatenate([nothing, *(part.y_norm for part in parts)]),
        pupil_relative=np.concatenate([nothing, *(part.pupil_relative for part in parts)]),
    )


def gaze_of_case(
    recorded: RecordedCases, case: RecordedCase, samples: SampleColumns, events: Rows
) -> CaseGaze:
    """Return the gaze of a case.

    Parameters
    ----------
    recorded, case
        The recording and one of its cases.
    samples
        Those of the case, in order.
    events
        FIXATION rows of all kinds, of the whole recording or of this case, in any order.
    """
    viewport = _viewport(recorded, case)
    fixations, amplitudes_deg = _events(case, events)
    sizes = {each: recorded.image_size_px(each) for each in dict.fromkeys(case.entry.image_ids)}
    return CaseGaze(
        t_host_ns=samples.t_host_ns,
        x_norm=samples.x_norm,
        y_norm=samples.y_norm,
        mapped=map_to_image(
            samples.x_norm, samples.y_norm, samples.t_host_ns, viewport, recorded.geometry.screen
        ),
        weight_s=sample_weights_s(samples.t_host_ns, recorded.interval_s, samples.ends_ns),
        pupil_relative=samples.pupil_relative,
        fixations=fixations,
        fixation_views=views_of_fixations(fixations, viewport, recorded.geometry),
        saccade_amplitudes_deg=amplitudes_deg,
        viewport=viewport,
        geometry=recorded.geometry,
        shown_ns=case.first_ns,
        visible_s=case.visible_s,
        image_sizes_px={image_id: size for image_id, size in sizes.items() if size is not None},
    )


def _inside(case: RecordedCase, t_host_ns: Times) -> tuple[npt.NDArray[np.bool_], Times]:
    """Return which samples lie in a visible stretch, and the end of that stretch."""
    is_own, ends_ns = np.zeros(len(t_host_ns), np.bool_), np.zeros(len(t_host_ns), np.int64)
    for stretch in case.stretches:
        inside = (t_host_ns >= stretch.first_ns) & (t_host_ns < stretch.end_ns)
        is_own |= inside
        ends_ns[inside] = stretch.end_ns
    return is_own, ends_ns


def _viewport(recorded: RecordedCases, case: RecordedCase) -> Rows:
    if not case.stretches:
        return VIEWPORT.empty(0)
    return viewport_between(recorded.viewport, case.stretches[0].first_ns, case.stretches[-1].end_ns)


def _events(case: RecordedCase, events: Rows) -> tuple[Rows, FloatArray]:
    """Return the fixations of a case, and the amplitudes of its saccades."""
    is_own, _ = _inside(case, np.asarray(events["onset_host_ns"], np.int64))
    own = events[is_own]
    own = own[np.argsort(own["onset_host_ns"], kind="stable")]
    is_fixation = (own["kind"] == EventKind.FIXATION) & (own["flags"] & EventFlag.BEFORE_IMAGE == 0)
    amplitudes_deg = own["amplitude_deg"][own["kind"] == EventKind.SACCADE]
    return own[is_fixation], np.asarray(amplitudes_deg, np.float64)


def _pupil_relative(recorded: RecordedCases, case: RecordedCase, gaze: Rows) -> FloatArray:
    """Return the pupil's area over that of the last baseline before the case; NaN where there is none."""
    before = [each.baseline for each in recorded.baselines if each.t_host_ns <= case.first_ns]
    usable = [each for each in before if each.area > 0]
    if not usable or usable[-1].source_unit is not recorded.pupil_unit:
        return np.full(len(gaze), np.nan)
    return np.asarray(relative_area(gaze, usable[-1], recorded.pupil_unit), np.float64)
