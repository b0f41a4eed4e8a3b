from __future__ import annotations

import math

import numpy as np
import pytest

from calibration import smallest_lesion
from gaze_core.geometry import Placement, Rect, Screen, ViewingGeometry

GEOMETRY = ViewingGeometry(Screen(width_px=1920, height_px=1080, width_mm=480.0, height_mm=270.0), 650.0)


def test_the_diameter_follows_the_formula_into_every_unit() -> None:
    placement = Placement(
        src_image_px=Rect(0.0, 0.0, 2000.0, 2000.0), dst_screen_px=Rect(400.0, 0.0, 1000.0, 1000.0)
    )
    found = smallest_lesion(0.5, 0.2, GEOMETRY, placement=placement, spacing_mm=0.15)
    assert found.diameter_deg == pytest.approx(2.0 * (0.5 + 0.2 * math.sqrt(1.13943)), rel=1e-4)
    assert found.diameter_screen_mm == pytest.approx(1300.0 * math.tan(math.radians(found.diameter_deg / 2)))
    assert found.diameter_image_px == pytest.approx(found.diameter_screen_mm * 4.0 * 2.0)
    assert found.diameter_mm == pytest.approx(found.diameter_image_px * 0.15)


def test_the_precision_part_holds_the_share_of_isotropic_scatter_that_it_claims() -> None:
    scatter = np.random.default_rng(4).standard_normal((2, 200_000)) * 0.3 / math.sqrt(2.0)
    radius = smallest_lesion(0.0, 0.3, GEOMETRY).diameter_deg / 2.0
    assert np.mean(np.hypot(*scatter) < radius) == pytest.approx(0.68, abs=0.005)


def test_zooming_in_resolves_smaller_lesions() -> None:
    sizes = [
        smallest_lesion(
            0.5,
            0.2,
            GEOMETRY,
            placement=Placement(
                src_image_px=Rect(0.0, 0.0, shown, shown), dst_screen_px=Rect(0.0, 0.0, 1000.0, 1000.0)
            ),
            spacing_mm=0.15,
        ).diameter_mm
        for shown in (2000.0, 1000.0)
    ]
    assert sizes[1] == pytest.approx(sizes[0] / 2.0)


def test_what_is_not_known_stays_unknown() -> None:
    assert math.isnan(smallest_lesion(math.nan, 0.2, GEOMETRY).diameter_screen_mm)
    found = smallest_lesion(0.5, 0.2, GEOMETRY, spacing_mm=0.15)
    assert found.diameter_screen_mm > 0.0
    assert math.isnan(found.diameter_mm)
