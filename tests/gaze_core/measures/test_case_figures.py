"""The figures of a case, against pandas or plain loops on the same rows."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from measures_rig import GEOMETRY, PX_PER_DEG, case_gaze, norm, view

from gaze_core.measures import FIGURES, coverage_shares, measure_case
from gaze_core.rows import join_rows

WALK = [(500, 500, 0.0, 0.3), (700, 500, 0.5, 0.5), (700, 800, 1.2, 0.1), (200, 300, 2.0, 0.7)]


def test_counts_durations_and_paths_are_those_of_a_plain_loop():
    figures = measure_case(case_gaze(WALK, saccades_deg=(2.0, 4.0, 9.0)))
    durations = [each[3] * 1e3 for each in WALK]
    assert figures.fixation_count == 4
    assert figures.fixation_duration_mean_ms == pytest.approx(sum(durations) / 4)
    assert figures.fixation_duration_median_ms == pytest.approx(400.0)
    assert figures.saccade_count == 3
    assert figures.saccade_amplitude_mean_deg == pytest.approx(5.0)
    assert figures.saccade_amplitude_median_deg == 4.0
    steps_px, steps_deg = 0.0, 0.0
    for (x0, y0, *_), (x1, y1, *_) in itertools.pairwise(WALK):
        steps_px += math.hypot(x1 - x0, y1 - y0)
        steps_deg += float(GEOMETRY.angle_between_deg(*norm(x0, y0), *norm(x1, y1)))
    assert figures.scanpath_image_px == pytest.approx(steps_px)
    assert figures.scanpath_deg == pytest.approx(steps_deg)
    assert figures.pupil_relative == pytest.approx(1.25)


def test_valid_share_and_time_lost_add_up_to_the_reading_time():
    figures = measure_case(case_gaze(WALK, seconds=5.0))
    assert figures.visible_s == 5.0
    assert figures.valid_share == pytest.approx(1.6 / 5.0)
    assert figures.lost_s == pytest.approx(3.4)


def test_nothing_to_count_is_not_known_and_not_zero():
    figures = measure_case(case_gaze([], seconds=2.0))
    assert figures.fixation_count == 0
    assert math.isnan(figures.fixation_duration_mean_ms)
    assert math.isnan(figures.saccade_amplitude_mean_deg)
    assert figures.scanpath_deg == 0.0
    assert figures.coverage_3_deg == 0.0


def test_one_fixation_covers_the_area_of_its_circle():
    gaze = case_gaze([(500, 500, 0.0, 0.5)])
    for radius, share in zip((2.0, 2.5, 3.0), coverage_shares(gaze, 0, (2.0, 2.5, 3.0)), strict=True):
        circle = math.pi * (radius * PX_PER_DEG) ** 2 / 1e6
        assert share == pytest.approx(circle, rel=0.02)


def test_coverage_is_that_of_every_cell_looked_at_singly():
    gaze = case_gaze([(300, 300, 0.0, 0.5), (380, 300, 1.0, 0.5), (980, 990, 2.0, 0.5)])
    cells = (np.arange(384) + 0.5) * (1000 / 384)
    x, y = np.meshgrid(cells, cells)
    near = np.zeros(x.shape, bool)
    for row in gaze.fixations:
        per_x, per_y = GEOMETRY.px_per_deg_at(row["x_norm"], row["y_norm"])
        near |= ((x - row["x_image_px"]) / per_x) ** 2 + ((y - row["y_image_px"]) / per_y) ** 2 <= 2.5**2
    assert coverage_shares(gaze, 0, (2.5,))[0] == pytest.approx(near.mean(), abs=1e-12)


def test_what_zoom_hid_is_not_covered():
    gaze = case_gaze([(500, 500, 0.0, 0.5)], viewport=join_rows([view(zoom=10.0)]))
    assert coverage_shares(gaze, 0, (30.0,))[0] == pytest.approx(0.01, rel=0.1)


def test_every_figure_says_unit_and_definition():
    assert all(each.unit and each.doc and each.title for each in FIGURES.values())
