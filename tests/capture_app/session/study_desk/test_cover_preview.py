"""The operator sees what the eyes cover, while the image that is to be covered is before the reader."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from study_run import StudyRun

from capture_app.session.calibration_states import CalibrationStage
from capture_app.session.cover_mask import LEAST_RADIUS_DEG
from capture_app.session.event_json import events_of
from capture_app.session.mask_progress import MASK_EVENT
from capture_app.session.reading import Stage
from capture_app.session.study_desk.cover_preview import REFRESH_NS
from gaze_core.rows import EVENT


@pytest.fixture
def study(tmp_path: Path) -> Iterator[StudyRun]:
    run = StudyRun(tmp_path, "gazemedseg")
    run.begin()
    run.desk.calibrate()
    run.chair.until(CalibrationStage.REVIEW)
    run.chair.desk.accept("tested")
    yield run
    run.run.session.close()


def go_to(study: StudyRun, screen: str) -> None:
    """Go on, screen by screen, until one is before the reader."""
    for _ in range(30):
        study.until(lambda: study.stage is Stage.CASE and study.state.view.is_presented)  # type: ignore[union-attr]
        if study.state.view.screen.name == screen:  # type: ignore[union-attr]
            return
        study.desk.next()
    raise AssertionError(f"{screen} does not come")


def test_nothing_is_covered_while_the_target_is_only_looked_for(study):
    go_to(study, "locate")
    for _ in range(60):
        study.chair.frame()
    assert study.live.reader.panes
    assert study.live.cover_masks == ()


def test_a_look_covers_a_disc_of_one_degree_where_it_lies(study):
    go_to(study, "cover")
    study.until(lambda: study.live.cover_masks != ())
    pane, mask = study.live.reader.panes[0], study.live.cover_masks[0]
    assert mask.image_id == pane.image_id
    rows, columns = np.nonzero(mask.rgba[..., 3])
    per_mask_px = pane.image_width_px / mask.rgba.shape[1]
    presentation = study.run.session.presentation
    placement = presentation.placement_of(pane.image_id)
    x_px, y_px = placement.screen_to_image(0.5 * study.live.screen_px[0], 0.5 * study.live.screen_px[1])
    radius_px = LEAST_RADIUS_DEG * placement.image_px_per_deg(study.run.session.measured_geometry())
    assert (columns.mean() + 0.5) * per_mask_px == pytest.approx(x_px, abs=1.0)
    assert (rows.mean() + 0.5) * per_mask_px == pytest.approx(y_px, abs=1.0)
    across_px = (columns.max() - columns.min() + 1) * per_mask_px
    assert across_px == pytest.approx(2 * radius_px, abs=2.5)


def test_the_mask_grows_with_the_eyes_and_stands_still_with_them(study):
    go_to(study, "cover")
    study.until(lambda: study.live.cover_masks != ())
    before = np.count_nonzero(study.live.cover_masks[0].rgba[..., 3])
    study.chair.offset_norm = 0.05
    frames = 2 * REFRESH_NS // 10_000_000
    for _ in range(frames):
        study.chair.frame()
    grown = study.live.cover_masks[0]
    assert np.count_nonzero(grown.rgba[..., 3]) > 1.5 * before


def test_gaze_that_is_not_valid_covers_nothing(study):
    go_to(study, "locate")
    study.chair.unseen = ("left_", "right_")
    study.desk.next()
    study.until(lambda: study.state.view.screen.name == "cover" and study.state.view.is_presented)
    for _ in range(60):
        study.chair.frame()
    assert all(not mask.rgba[..., 3].any() for mask in study.live.cover_masks)


def test_the_mask_is_gone_with_its_screen(study):
    go_to(study, "cover")
    study.until(lambda: study.live.cover_masks != ())
    study.desk.next()
    study.chair.frame()
    assert study.live.cover_masks == ()


def masks_written(study: StudyRun) -> list:
    """Return what the recording was told of masks."""
    return list(events_of(study.run.acquisition.appended(EVENT.name), MASK_EVENT))


def test_the_operator_sees_when_more_looking_changes_nothing(study):
    go_to(study, "cover")
    assert not any(mask.has_settled for mask in study.state.masks)
    study.until(lambda: any(mask.has_settled for mask in study.state.masks))
    mask = study.state.masks[0]
    assert mask.gaze_s >= 5.0
    assert mask.visible_s >= mask.settled_s >= 5.0
    assert 0.0 < mask.covered_share < 1.0
    study.chair.offset_norm = 0.1
    study.until(lambda: not study.state.masks[0].has_settled)
    assert study.state.masks[0].dice_change > 0.01


def test_the_time_of_a_mask_is_written_when_its_screen_is_left(study):
    go_to(study, "cover")
    study.until(lambda: any(mask.gaze_s > 1.0 for mask in study.state.masks))
    mask = study.state.masks[0]
    assert masks_written(study) == []
    study.desk.next()
    study.chair.frame()
    event = masks_written(study)[0]
    assert event.content["screen"] == "cover"
    assert event.content["gaze_s"] == pytest.approx(mask.gaze_s, abs=0.25)
    assert event.content["visible_s"] == pytest.approx(mask.visible_s, abs=0.3)
    assert event.value == pytest.approx(event.content["visible_s"], abs=1e-3)
    assert event.content["settled_s"] is None
    for _ in range(30):
        study.chair.frame()
    assert len(masks_written(study)) == 1


def test_a_mask_is_written_when_the_reader_leaves_in_the_middle(study):
    go_to(study, "cover")
    study.until(lambda: study.live.cover_masks != ())
    study.desk.leave_now()
    assert len(masks_written(study)) == 1
