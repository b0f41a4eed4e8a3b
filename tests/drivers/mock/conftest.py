from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pytest

from drivers.contract import NoticeKind, Scene, ScenePane, TrackerLostError, ViewingSetup
from drivers.mock import MockSettings, MockTracker, Simulated, simulate
from gaze_core.rows import Rows

SETUP = ViewingSetup(width_px=1920, height_px=1080, width_mm=528.0, height_mm=297.0, distance_mm=650.0)


@dataclass
class Received:
    """Everything a tracker sent until it finished or was lost."""

    batches: list = field(default_factory=list)
    is_lost: bool = False

    def rows(self, name: str) -> Rows:
        return np.concatenate([getattr(batch, name) for batch in self.batches])

    @property
    def notices(self) -> list:
        return [notice for batch in self.batches for notice in batch.notices]

    @property
    def kinds(self) -> list[NoticeKind]:
        return [notice.kind for notice in self.notices]


@pytest.fixture
def drain() -> Callable[[MockTracker], Received]:
    """Read an opened and started tracker to its end."""

    def read_all(tracker: MockTracker, timeout_s: float = 0.05) -> Received:
        received = Received()
        while NoticeKind.FINISHED not in received.kinds[-1:]:
            try:
                received.batches.append(tracker.read(timeout_s))
            except TrackerLostError:
                received.is_lost = True
                break
        return received

    return read_all


@pytest.fixture(scope="session")
def reading() -> Simulated:
    """Three minutes of undisturbed fixations and saccades on the empty screen, true to the settings."""
    settings = MockSettings.for_scenario(
        "ideal",
        rate_hz=120.0,
        seed=11,
        scrutiny_trend=0.0,
        corrective_share=0.0,
        blinks_per_min=0.0,
        head_sway_rms_mm=0.0,
        head_distance_drift_mm=0.0,
    )
    return simulate(settings, 180.0, SETUP)


@pytest.fixture(scope="session")
def target_scene() -> Scene:
    """One target in the middle of the screen."""
    return Scene(t_host_ns=0, targets_norm=((0.5, 0.5),))


@pytest.fixture(scope="session")
def image_scene() -> Scene:
    """One image in the middle third of the screen with two places."""
    pane = ScenePane(
        image_id=4,
        src_image_px=(0.0, 0.0, 1000.0, 1000.0),
        dst_norm=(0.3, 0.1, 0.4, 0.8),
        places_image_px=((250.0, 300.0, 1.0), (700.0, 650.0, 3.0)),
    )
    return Scene(t_host_ns=0, panes=(pane,))


@pytest.fixture(scope="session")
def steady() -> dict[str, float]:
    """Settings of an eye that does not move, before a head that does not move."""
    return {
        "blinks_per_min": 0.0,
        "drift_deg_s": 0.0,
        "drift_walk_deg_per_root_s": 0.0,
        "microsaccades_per_s": 0.0,
        "head_sway_rms_mm": 0.0,
        "head_distance_drift_mm": 0.0,
    }


@pytest.fixture(scope="session")
def eye_directions() -> Callable[[Rows, str], tuple[np.ndarray, np.ndarray]]:
    """Azimuth and elevation in deg of one eye's gaze, from the position delivered with each sample."""

    def directions(gaze: Rows, side: str) -> tuple[np.ndarray, np.ndarray]:
        across = (gaze[f"{side}_x_norm"] - 0.5) * SETUP.width_mm - gaze[f"{side}_origin_x_mm"]
        down = (gaze[f"{side}_y_norm"] - 0.5) * SETUP.height_mm - gaze[f"{side}_origin_y_mm"]
        away = gaze[f"{side}_origin_z_mm"]
        return np.degrees(np.arctan2(across, away)), np.degrees(np.arctan2(down, np.hypot(across, away)))

    return directions
