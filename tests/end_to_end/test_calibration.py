"""A calibration with the simulated tracker in its own process, recorded and computed again from the file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from calibration import Pace
from capture_app.session.calibration_states import SHOWING, CalibrationStage
from capture_app.session.port import ScreenFacts
from capture_app.session.recorded_corrections import corrections_of
from recordings_schema.layout import DatasetKey
from recordings_schema.reader import Recording

pytestmark = pytest.mark.processes

FACTS = ScreenFacts(name="DP-1", width_px=1920, height_px=1080, width_mm=528.0, height_mm=297.0)
QUICK = Pace(travel_s=0.1, dwell_s=0.8, settle_s=0.4)


@pytest.fixture
def reading(start_reading):
    made = start_reading(FACTS)
    made.session.calibration_desk.pace = QUICK
    made.connect("mock", scenario="ideal", rate_hz="300", seed="3")
    return made


def stage(reading) -> CalibrationStage:
    return reading.session.calibration_desk.state.stage


def until_review(reading) -> None:
    reading.until(lambda: stage(reading) not in SHOWING)
    assert stage(reading) is CalibrationStage.REVIEW, reading.session.calibration_desk.state.text


def accept(reading) -> None:
    desk = reading.session.calibration_desk
    result = desk.state.result
    desk.accept("" if result.gate.is_accepted else "a test of the file")
    reading.until(lambda: stage(reading) is CalibrationStage.ACCEPTED)


def test_what_the_operator_saw_is_what_accuracy_computes_from_the_file(
    reading, tmp_path: Path, pictures: Path, run_command
) -> None:
    session = reading.session
    session.show_folder(pictures)
    path = tmp_path / "a.gazeh5"
    reading.begin(path)
    reading.show_case(0)
    session.calibration_desk.begin(5)
    reading.step()
    assert reading.state.reader.panes == ()
    until_review(reading)
    seen = session.calibration_desk.state.result
    accept(reading)
    reading.show_case(0)  # the case that made way is back
    reading.end()

    said = run_command("accuracy", path, "--json")
    document = json.loads(said.out)
    assert (document["validation"], document["validation_count"]) == (0, 1)
    for told, eye in zip(document["eyes"], seen.result.eyes, strict=True):
        assert told["mean_offset_deg"] == eye.mean_offset_deg
        assert told["worst_offset_deg"] == eye.worst_offset_deg
        assert told["mean_rms_s2s_deg"] == eye.mean_rms_s2s_deg
        assert told["mean_loss_percent"] == eye.mean_loss_percent
    for told, target in zip(document["targets"], seen.result.targets, strict=True):
        assert told["offset_deg"] == target.accuracy.offset_deg
        assert told["bcea_deg2"] == target.bcea_deg2
        assert told["sample_count"] == target.sample_count > 80
    with Recording.open(path) as recording:
        targets = recording.rows(DatasetKey.TARGETS)
        assert [bytes(each) for each in targets["procedure"]] == [b"calibration"] * 5 + [b"validation"] * 4
        rows = recording.rows(DatasetKey.VALIDATIONS)
        assert set(rows["purpose"].tolist()) == {b"opening"}
        assert rows["offset_deg"][-1] == seen.result.eyes[-1].mean_offset_deg
        computed = recording.rows(DatasetKey.CALIBRATION_SAMPLES)
        assert set(rows["calibration"].tolist()) == set(computed["attempt"].tolist()) == {0}
        judgement = recording.rows(DatasetKey.JUDGEMENTS)
        assert judgement["is_accepted"].tolist() == [1]
        states = [bytes(state) for state in recording.rows(DatasetKey.TRIALS)["state"]]
        assert states == [b"open", b"paused", b"resumed", b"done"]
    assert run_command("validate", path).code == 0


def test_a_validation_before_the_recording_is_written_with_its_own_times(
    reading, tmp_path: Path, run_command
) -> None:
    session = reading.session
    session.calibration_desk.begin(0)
    reading.step()
    until_review(reading)
    seen = session.calibration_desk.state.result
    accept(reading)
    path = tmp_path / "b.gazeh5"
    reading.begin(path)
    reading.end()
    with Recording.open(path) as recording:
        rows = recording.rows(DatasetKey.VALIDATIONS)
        assert len(rows) == 15
        assert set(rows["t_ended_host_ns"].tolist()) == {seen.t_ended_host_ns}
        assert seen.t_ended_host_ns < recording.gaze()["t_host_ns"][0]
        assert set(rows["calibration"].tolist()) == {-1}
        assert recording.rows(DatasetKey.JUDGEMENTS)["number"].tolist() == [0]
        assert len(recording.rows(DatasetKey.TARGETS)) == 0
    said = run_command("accuracy", path)
    assert said.code != 0
    assert "before the recording began; its figures then: left mean" in said.err + said.out
    assert run_command("validate", path).code == 0


def test_the_earlier_of_two_attempts_can_be_used_again_and_the_file_says_which(
    reading, tmp_path: Path, pictures: Path, run_command
) -> None:
    desk = reading.session.calibration_desk
    reading.session.show_folder(pictures)
    path = tmp_path / "c.gazeh5"
    reading.begin(path)
    desk.begin(5)
    reading.step()
    until_review(reading)
    desk.redo((1,))
    reading.step()
    until_review(reading)
    desk.choose(1)
    reading.step()
    until_review(reading)
    assert [each.is_in_use for each in desk.state.attempts] == [True, False]
    accept(reading)
    reading.end()
    with Recording.open(path) as recording:
        data = recording.rows(DatasetKey.CALIBRATION_DATA)
        content = {
            attempt: b"".join(data["content_hex"][data["attempt"] == attempt].tolist())
            for attempt in range(3)
        }
        assert content[2] == content[0] != content[1]
        rows = recording.rows(DatasetKey.VALIDATIONS)
        assert rows["calibration"].tolist() == [0] * 15 + [1] * 15 + [2] * 15
        judgement = recording.rows(DatasetKey.JUDGEMENTS)
        assert judgement["is_accepted"].tolist() == [0, 0, 1]
    assert run_command("validate", path).code == 0


def test_a_correction_for_a_tracker_that_comes_calibrated_is_in_the_file_and_nothing_is_changed(
    start_reading, tmp_path: Path, pictures: Path, run_command
) -> None:
    reading = start_reading(FACTS)
    desk = reading.session.calibration_desk
    desk.pace = Pace(travel_s=0.1, dwell_s=0.6, settle_s=0.2)
    reading.connect("mock", scenario="typical", rate_hz="300", seed="3", calibrates="no")
    reading.session.show_folder(pictures)
    path = tmp_path / "d.gazeh5"
    reading.begin(path)
    desk.begin(0)
    reading.step()
    until_review(reading)
    seen = desk.state.result
    desk.fit_correction()
    reading.step()
    until_review(reading)
    assert desk.state.correction is not None, desk.state.text
    accept(reading)
    reading.end()
    with Recording.open(path) as recording:
        (found,) = corrections_of(recording.rows(DatasetKey.EVENTS))
        assert found.before_mean_deg == pytest.approx(seen.gate.decides.mean_offset_deg, rel=1e-4)
        assert found.is_better is desk.state.correction.judgement.is_better
        targets = recording.rows(DatasetKey.TARGETS)
        assert [bytes(each) for each in targets["procedure"]] == [b"validation"] * 4 + [b"correction"] * 9
    document = json.loads(run_command("accuracy", path, "--json").out)
    assert document["eyes"][2]["mean_offset_deg"] == seen.result.eyes[2].mean_offset_deg
    assert run_command("validate", path).code == 0
