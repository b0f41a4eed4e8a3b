"""Several attempts of one calibration, kept and chosen from; and a correction that changes nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from calibration_chair import Chair

from calibration import CorrectionOrder, corrected_gaze
from capture_app.acquisition import messages as m
from capture_app.session.calibration_states import CalibrationStage
from capture_app.session.port import SessionError
from capture_app.session.recorded_corrections import corrections_of
from gaze_core.eyes import Eye
from gaze_core.rows import GAZE, Rows


@pytest.fixture
def chair(make_run: Any) -> Chair:
    return Chair(make_run(GAZE.empty(0)))


@pytest.fixture
def recorded(make_run: Any, make_image: Any, tmp_path: Path) -> Chair:
    make_image("images/1.png")
    made = Chair(make_run(GAZE.empty(0)))
    made.run.session.show_folder(tmp_path / "images")
    made.run.until_shown()
    made.run.record(tmp_path / "a.gazeh5")
    made.run.until_shown()
    return made


def two_attempts(chair: Chair) -> None:
    chair.offset_norm = 0.01
    chair.desk.begin(5)
    chair.until(CalibrationStage.REVIEW)
    chair.offset_norm = 0.05
    chair.desk.start_over()
    chair.until(CalibrationStage.REVIEW)


def test_each_attempt_is_listed_with_the_figures_of_its_own_validation(chair: Chair) -> None:
    two_attempts(chair)
    first, second = chair.state.attempts
    assert [each.number for each in (first, second)] == [1, 2]
    assert first.mean_deg < 0.6 < 2.0 < second.mean_deg
    assert (first.is_in_use, second.is_in_use) == (False, True)
    assert (first.can_be_used, second.can_be_used) == (True, False)
    assert (first.points, first.missed) == (5, 0)


def test_an_earlier_attempt_is_given_back_and_validated_in_full(recorded: Chair) -> None:
    two_attempts(recorded)
    recorded.offset_norm = 0.01
    before = len(recorded.calls())
    recorded.desk.choose(1)
    assert recorded.state.stage is CalibrationStage.CALIBRATING
    state = recorded.until(CalibrationStage.REVIEW)
    assert recorded.calls()[before:] == ["apply"]
    applied = recorded.run.acquisition.all_sent(m.CalibrationCall)[-1]
    assert bytes.fromhex(applied.data_hex) == b"\x00"  # as the first attempt had it
    assert [each.is_in_use for each in state.attempts] == [True, False]
    assert len(state.result.targets) == 4
    assert state.result.number == 3
    recorded.desk.accept()
    validation, judgement = recorded.written("validation"), recorded.written("judgement")
    assert [int(validation["calibration"][15 * each]) for each in range(3)] == [0, 1, 2]
    assert judgement["is_accepted"].tolist() == [0, 0, 1]
    assert judgement["reason"][1] == b"attempt 1 chosen instead"


def test_a_tracker_that_does_not_take_it_back_keeps_the_newest_with_its_figures(chair: Chair) -> None:
    two_attempts(chair)
    chair.refused = {"apply"}
    result = chair.state.result
    chair.desk.choose(1)
    state = chair.until(CalibrationStage.REVIEW)
    assert state.text == "apply said so."
    assert state.result is result
    assert [each.is_in_use for each in state.attempts] == [False, True]


def test_where_the_tracker_hands_nothing_out_only_the_last_is_offered(chair: Chair) -> None:
    chair.hands_out_data = False
    two_attempts(chair)
    first = chair.state.attempts[0]
    assert not first.can_be_used
    assert "does not hand out its calibrations" in first.text
    for attempt, sentence in ((1, "does not hand out"), (2, "uses attempt 2 already"), (7, "no attempt 7")):
        with pytest.raises(SessionError, match=sentence):
            chair.desk.choose(attempt)
    assert chair.state.stage is CalibrationStage.REVIEW


def test_an_attempt_that_was_not_computed_is_listed_and_cannot_be_used(chair: Chair) -> None:
    chair.desk.begin(5)
    chair.until(CalibrationStage.REVIEW)
    chair.refused = {"compute"}
    chair.desk.redo((1,))
    state = chair.until(CalibrationStage.REVIEW)
    assert state.result is None
    assert [each.is_in_use for each in state.attempts] == [True, False]
    assert "computed nothing" in state.attempts[1].text
    assert np.isnan(state.attempts[1].mean_deg)


def corrected(chair: Chair) -> Rows:
    chair.offset_norm = 0.03
    chair.desk.begin(0)
    chair.until(CalibrationStage.REVIEW)
    assert chair.state.can_correct
    chair.desk.fit_correction()
    chair.frame()
    assert chair.state.stage is CalibrationStage.CORRECTING
    assert chair.state.target_count == 9
    chair.until(CalibrationStage.REVIEW)
    return chair.written("event")


def test_a_correction_is_fitted_judged_on_other_targets_and_kept_with_the_recording(recorded: Chair) -> None:
    events = corrected(recorded)
    view = recorded.state.correction
    assert view.judgement.is_better
    assert view.before_mean_deg > 1.0
    assert view.after_mean_deg < 0.05
    (found,) = corrections_of(events)
    assert found.correction.order is CorrectionOrder.AFFINE
    assert found.correction.signal is Eye.AVERAGE
    assert found.is_better
    assert found.before_mean_deg == pytest.approx(view.before_mean_deg, rel=1e-5)
    assert found.after_worst_deg == pytest.approx(view.after_worst_deg, rel=1e-5)
    targets = recorded.written("target")
    assert [bytes(each) for each in targets["procedure"]] == [b"validation"] * 4 + [b"correction"] * 9
    fitted_on = {(each.x_norm, each.y_norm) for each in found.correction.fitted_on}
    judged_on = {(row["x_norm"], row["y_norm"]) for row in targets[:4]}
    assert not fitted_on & judged_on


def test_the_correction_that_is_read_back_corrects_as_the_fitted_one(recorded: Chair) -> None:
    (found,) = corrections_of(corrected(recorded))
    geometry = recorded.run.session.feed.live.geometry
    gaze = recorded.run.acquisition.stream[-500:]
    fitted = recorded.state.correction.judgement.correction
    ours, read = (corrected_gaze(gaze, each, geometry) for each in (fitted, found.correction))
    for column in ("left_x_norm", "left_y_norm", "right_x_norm", "right_y_norm"):
        assert read[column] == pytest.approx(ours[column], abs=1e-6)


def test_nothing_live_is_changed_by_a_correction(recorded: Chair) -> None:
    corrected(recorded)
    result = recorded.state.result
    assert result.gate.decides.mean_offset_deg == recorded.state.correction.before_mean_deg
    recorded.desk.start_over()
    state = recorded.until(CalibrationStage.REVIEW)
    assert state.correction is None  # it was judged by the validation before
    assert state.result.gate.decides.mean_offset_deg == pytest.approx(
        result.gate.decides.mean_offset_deg, rel=1e-3
    )


def test_a_correction_made_before_a_recording_is_written_when_that_begins(
    chair: Chair, tmp_path: Path
) -> None:
    assert len(corrections_of(corrected(chair))) == 0
    chair.desk.accept("as it comes")
    chair.run.record(tmp_path / "a.gazeh5")
    assert len(corrections_of(chair.written("event"))) == 1


def test_eyes_that_are_not_seen_allow_none_and_the_sentence_says_why(chair: Chair) -> None:
    chair.desk.begin(0)
    chair.until(CalibrationStage.REVIEW)
    chair.unseen = ("left_", "right_")
    chair.desk.fit_correction()
    state = chair.until(CalibrationStage.REVIEW)
    assert state.correction is None
    assert "was seen at 0 targets" in state.text


def test_a_calibrated_tracker_and_a_closing_validation_have_no_correction(chair: Chair) -> None:
    chair.desk.begin(5)
    chair.until(CalibrationStage.REVIEW)
    assert not chair.state.can_correct
    with pytest.raises(SessionError, match="only validated here"):
        chair.desk.fit_correction()
    chair.desk.accept()
    chair.until(CalibrationStage.ACCEPTED)
    chair.desk.begin_closing("block_end")
    chair.until(CalibrationStage.REVIEW)
    assert not chair.state.can_correct
    with pytest.raises(SessionError, match="only validated here"):
        chair.desk.fit_correction()
