"""What a finished recording shows, from a recording whose numbers are known."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from session_fakes import FACTS, reading

from capture_app.session.live import LiveAnalysis
from capture_app.session.port import ScreenFacts
from capture_app.session.results import (
    eye_of,
    geometry_of,
    heatmap_of,
    heatmap_picture,
    results_of,
    shown_images,
)
from capture_app.session.session_metadata import screen_of
from drivers.mock.raw import RAW_DTYPE
from gaze_core.eyes import Eye
from gaze_core.geometry import ViewingGeometry
from gaze_core.rows import FIXATION, TRIAL, VIEWPORT, EventFlag, EventKind
from recordings_schema.layout import DatasetKey
from recordings_schema.metadata import DisplayRecord
from recordings_schema.reader import Recording
from recordings_schema.stimuli import load_image
from recordings_schema.testing import METADATA, TRACKER
from recordings_schema.writer import RecordingWriter

WIDTH_PX, HEIGHT_PX = 1500, 1800
INFO = replace(TRACKER, raw_dtype=RAW_DTYPE, raw_channels=(), rate_hz=600.0)
SHOWN = VIEWPORT.row(
    t_asked_host_ns=0, t_presented_host_ns=1, trial=0, image_id=0, pane=0, slice=0,
    src_x_image_px=0.0, src_y_image_px=0.0, src_w_image_px=1500.0, src_h_image_px=1800.0,
    dst_x_screen_px=680.0, dst_y_screen_px=0.0, dst_w_screen_px=1200.0, dst_h_screen_px=1440.0, cause="show",
)  # fmt: skip


def display_of(facts: ScreenFacts) -> DisplayRecord:
    return replace(
        METADATA.display,
        width_px=facts.width_px,
        height_px=facts.height_px,
        width_mm=facts.width_mm,
        height_mm=facts.height_mm,
    )


def fixation(x_norm: float, flags: int = 0, image_id: int = 0) -> Any:
    return FIXATION.row(
        run=0, part=0, event_id=0, kind=EventKind.FIXATION, flags=flags, image_id=image_id, trial=0, pane=0,
        x_norm=x_norm, y_norm=0.5, duration_ms=400.0, onset_host_ns=10**8, offset_host_ns=5 * 10**8,
    )  # fmt: skip


def written(path: Path, rows: dict[DatasetKey, Any]) -> Path:
    writer = RecordingWriter.create(path, METADATA, INFO)
    for key, part in rows.items():
        writer.append(key, part)
    return writer.close("the session ended").path


def test_the_live_fixations_of_a_simulated_reader_agree_with_its_truth(tmp_path: Path) -> None:
    simulated = reading(600.0, 8.0, "ideal")
    path = tmp_path / "a.gazeh5"
    trials = np.concatenate(
        [TRIAL.row(t_host_ns=t, trial=0, case_id="c", state=s) for t, s in ((2, "open"), (10**11, "done"))]
    )
    metadata = replace(METADATA, display=display_of(FACTS))
    writer = RecordingWriter.create(path, metadata, INFO)
    live = LiveAnalysis(ViewingGeometry(screen_of(FACTS), 650.0), Eye.AVERAGE)
    writer.append(DatasetKey.RUNS, live.begin_run(0, 1))
    found = np.concatenate(
        [live.push(simulated.gaze, SHOWN, trials).fixations, live.flush(SHOWN, trials).fixations]
    )
    for key, rows in (
        (DatasetKey.RAW, simulated.raw),
        (DatasetKey.GAZE, simulated.gaze),
        (DatasetKey.TRUTH, simulated.truth),
        (DatasetKey.TRUTH_EVENTS, simulated.truth_events),
        (DatasetKey.VIEWPORT, SHOWN),
        (DatasetKey.TRIALS, trials),
        (DatasetKey.FIXATIONS, found),
    ):
        writer.append(key, rows)
    writer.close("the session ended")
    with Recording.open(path) as opened:
        results = results_of(opened, ("a finding",))
    assert results.samples == len(simulated.gaze)
    assert results.trials == 1
    assert results.findings == ("a finding",)
    assert 0.8 < results.valid_share <= 1.0
    assert results.duration_s == pytest.approx(8.0, abs=0.1)
    assert 0 < results.fixations <= np.count_nonzero(found["kind"] == EventKind.FIXATION)
    assert results.scores is not None
    assert results.scores.kappa > 0.8


def test_the_geometry_and_the_signal_are_those_of_the_recording(tmp_path: Path) -> None:
    with Recording.open(written(tmp_path / "a.gazeh5", {})) as recording:
        geometry = geometry_of(recording)
        assert eye_of(recording) is Eye.AVERAGE
    assert (geometry.screen.width_px, geometry.screen.width_mm, geometry.distance_mm) == (2560, 597.0, 650.0)


def test_only_fixations_on_images_begun_after_the_onset_are_of_the_reading(tmp_path: Path) -> None:
    rows = np.concatenate([fixation(0.5), fixation(0.5, EventFlag.BEFORE_IMAGE), fixation(0.05, image_id=-1)])
    path = written(tmp_path / "a.gazeh5", {DatasetKey.VIEWPORT: SHOWN, DatasetKey.FIXATIONS: rows})
    with Recording.open(path) as recording:
        results = results_of(recording, ())
    assert results.fixations == 1
    assert results.scores is None
    assert np.isnan(results.valid_share)


def test_the_heatmap_holds_the_seconds_of_the_fixations_at_their_place(tmp_path: Path) -> None:
    rows = np.concatenate([fixation(0.5), fixation(0.5, EventFlag.BEFORE_IMAGE)])
    path = written(tmp_path / "a.gazeh5", {DatasetKey.VIEWPORT: SHOWN, DatasetKey.FIXATIONS: rows})
    with Recording.open(path) as recording:
        geometry = geometry_of(recording)
        density = heatmap_of(recording, geometry, 0, WIDTH_PX, HEIGHT_PX)
        elsewhere = heatmap_of(recording, geometry, 1, WIDTH_PX, HEIGHT_PX)
    px_per_deg = geometry.px_per_deg_centre * 1500 / 1200
    assert density.sum() / px_per_deg**2 == pytest.approx(0.4, rel=0.01)
    peak = np.unravel_index(density.argmax(), density.shape)
    assert peak == pytest.approx((900, 750), abs=2)
    assert elsewhere.max() == 0.0


def test_the_picture_is_the_image_where_nobody_looked(make_image: Any) -> None:
    stimulus = load_image(make_image("a.png", level=80))
    density = np.zeros((48, 60), np.float32)
    density[10, 20] = 1.0
    picture = heatmap_picture(stimulus, density)
    assert picture.shape == (48, 60, 3)
    assert (picture[40, 50] == 80).all()
    assert not (picture[10, 20] == 80).all()


def test_an_image_that_was_decoded_ahead_was_not_shown(tmp_path: Path) -> None:
    before = SHOWN.copy()
    before["image_id"], before["trial"] = 1, -1
    path = written(tmp_path / "a.gazeh5", {DatasetKey.VIEWPORT: np.concatenate([before, SHOWN])})
    with Recording.open(path) as recording:
        assert shown_images(recording) == {0}
