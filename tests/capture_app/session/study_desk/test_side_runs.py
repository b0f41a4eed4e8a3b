"""Drift checks and pupil baselines on a manual clock: what is shown, measured, written and refused."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from calibration_chair import Chair

from calibration import DriftPrompt
from capture_app.acquisition import messages as m
from capture_app.session.port import SessionError
from capture_app.session.recorded_baselines import baselines_of
from capture_app.session.study import Study
from capture_app.session.study.decode import Decoder
from capture_app.session.study.presets import preset_text
from capture_app.session.study.toml_lines import parse_toml
from capture_app.session.study_desk.parts import StudyAround
from capture_app.session.study_desk.side_runs import StudySideRuns
from capture_app.session.study_desk.states import SideRunKind
from gaze_core.eyes import Eye
from gaze_core.rows import EVENT, GAZE, Rows, decode_text

DEG = math.tan(math.radians(1.0)) * 650.0 / 528.0  # of the screen's width, at the centre
TRIAL = 3


def reflacx(**baseline: Any) -> Study:
    values, lines = parse_toml(preset_text("reflacx"))
    study = Decoder("reflacx.gazestudy", lines).record(Study, values)
    calibration = replace(
        study.calibration, pupil_baseline_s=2.0, is_grey_matched=True, background_grey=90, **baseline
    )
    return replace(study, calibration=calibration)


class FixedGrey:
    value = 77


class Side(Chair):
    """A reader in a chair whose drift is checked."""

    def __init__(self, run: Any, **options: Any) -> None:
        super().__init__(run)
        self.noise_norm = 0.0002
        self.pupil_mm = 4.0
        self.runs = StudySideRuns(options.pop("study", reflacx()), run.clock, **options)
        self.rows: list[tuple[str, Rows]] = []
        self.targets_seen = 0
        for _ in range(30):
            self.frame()

    def around(self) -> StudyAround:
        session = self.run.session
        return StudyAround(
            now_ns=self.run.clock.now_ns(),
            link=session.link,
            feed=session.feed,
            presentation=session.presentation,
            geometry=session.feed.live.geometry,
            settings=session.settings,
            trial=TRIAL,
        )

    def step(self, *, is_presented: bool = True) -> None:
        self.rows += self.runs.step(self.around())
        self.frame()
        if is_presented:
            self.targets_seen += self.runs.presented(self.run.shown, self.run.clock.now_ns())

    def until(self, is_reached: Callable[[], object], most: int = 5000, **options: Any) -> None:
        for _ in range(most):
            if is_reached():
                return
            self.step(**options)
        pytest.fail(f"not reached; {self.runs.state}, {self.runs.last_text}")

    def until_over(self, **options: Any) -> None:
        self.until(lambda: self.runs.state is None, **options)
        self.step()

    def drift(self) -> Rows:
        return np.concatenate([rows for name, rows in self.rows if name == "drift"])

    def events(self) -> Rows:
        return np.concatenate([EVENT.empty(0), *(rows for name, rows in self.rows if name == "event")])

    @property
    def reader(self) -> Any:
        return self.run.session.presentation.state


@pytest.fixture
def side(make_run: Any) -> Side:
    return Side(make_run(GAZE.empty(0)))


def test_a_look_at_the_target_passes_and_is_written_with_its_sign(side: Side) -> None:
    side.offset_norm = 0.8 * DEG
    side.runs.begin_drift_check(side.around())
    assert side.runs.state.kind is SideRunKind.DRIFT_CHECK
    side.step()
    assert side.reader.has_targets
    assert (side.reader.dot.x_norm, side.reader.dot.is_cross) == (0.5, False)
    side.until_over()
    (row,) = side.drift()
    assert (row["outcome"], row["trial"], row["eye"]) == (b"measured", TRIAL, b"average")
    assert row["azimuth_offset_deg"] == pytest.approx(0.8, abs=0.03)
    assert row["elevation_offset_deg"] == pytest.approx(0.0, abs=0.03)
    assert row["running_deg"] == pytest.approx(0.8, abs=0.03)
    assert not side.reader.has_targets
    assert side.targets_seen == 1
    (target,) = next(rows for name, rows in side.rows if name == "target")
    assert target["procedure"] == b"drift"
    assert 0.4e9 < target["t_off_host_ns"] - target["t_on_host_ns"] < 2e9
    assert side.runs.last_text == ""


def test_the_target_lies_on_the_study_s_grey_and_the_images_grey_comes_back(make_run: Any) -> None:
    for options, grey in (({}, 90), ({"matched_grey": FixedGrey()}, 77)):
        side = Side(make_run(GAZE.empty(0)), **options)
        before = side.reader.background_grey
        side.runs.begin_drift_check(side.around())
        side.step()
        assert side.reader.background_grey == grey
        scenes = side.run.acquisition.all_sent(m.ShowScene)
        assert scenes[-1].scene["luminance"] == pytest.approx(grey / 255.0)
        side.until_over()
        assert side.reader.background_grey == before


def test_an_offset_too_large_is_written_not_waited_away_and_the_next_look_may_pass(side: Side) -> None:
    side.offset_norm = 2.4 * DEG
    side.runs.begin_drift_check(side.around())
    side.until(lambda: any(name == "drift" for name, _ in side.rows))
    assert side.runs.state is not None
    assert side.runs.last_drift.offset_deg[0] == pytest.approx(2.4, abs=0.05)
    assert "2.4 deg from the target" in side.runs.state.text
    assert side.runs.state.can_be_passed_over
    side.offset_norm = 0.2 * DEG
    side.until_over()
    rows = side.drift()
    assert [bytes(each) for each in rows["outcome"]] == [b"measured", b"measured"]
    assert rows["azimuth_offset_deg"].tolist() == pytest.approx([2.4, 0.2], abs=0.05)
    assert rows["running_deg"].tolist() == pytest.approx([2.4, 1.3], abs=0.05)


def test_the_space_bar_goes_on_with_the_offset_that_was_measured(side: Side) -> None:
    side.offset_norm = 2.4 * DEG
    side.runs.begin_drift_check(side.around())
    side.until(lambda: side.runs.state.can_be_passed_over)
    side.runs.pass_over()
    side.until_over()
    rows = side.drift()
    assert [bytes(each) for each in rows["outcome"]] == [b"measured", b"overridden"]
    assert rows["azimuth_offset_deg"][1] == rows["azimuth_offset_deg"][0]
    assert side.runs.last_drift is None  # no figure that was not told already
    assert DriftPrompt.SINGLE in side.runs.advice.prompts


def test_without_a_look_it_is_passed_over_only_after_the_study_s_wait(side: Side) -> None:
    side.offset_norm = 9.0 * DEG
    side.runs.begin_drift_check(side.around())
    for _ in range(20):
        side.step()
    with pytest.raises(SessionError, match=r"passed over in \d s"):
        side.runs.pass_over()
    began = side.run.clock.now_ns()
    side.until(lambda: side.runs.state.can_be_passed_over)
    assert 3.0 < (side.run.clock.now_ns() - began) * 1e-9 < 5.0
    side.runs.pass_over()
    side.until_over()
    (row,) = side.drift()
    assert row["outcome"] == b"overridden"
    assert np.isnan(row["azimuth_offset_deg"])
    assert np.isnan(row["running_deg"])
    assert side.runs.advice.overridden_count == 1


def test_a_check_that_nobody_ends_ends_by_itself_and_the_next_can_be_passed_over_at_once(side: Side) -> None:
    side.offset_norm = 9.0 * DEG
    side.runs.begin_drift_check(side.around())
    side.until_over()
    assert side.drift()["outcome"].tolist() == [b"timed_out"]
    assert "No steady gaze came within 5 deg" in side.runs.last_text
    side.runs.begin_drift_check(side.around())
    assert side.runs.state.can_be_passed_over
    side.runs.abort()
    side.runs.calibrated()
    side.runs.begin_drift_check(side.around())
    assert not side.runs.state.can_be_passed_over


@pytest.mark.parametrize("begin", ["begin_drift_check", "begin_baseline"])
def test_a_tracker_that_sends_nothing_ends_it_with_a_sentence(side: Side, begin: str) -> None:
    getattr(side.runs, begin)(side.around())
    side.step()
    side.is_sending = False
    side.until_over(most=400)
    assert "sends no samples" in side.runs.last_text
    assert not side.reader.has_targets


@pytest.mark.parametrize("begin", ["begin_drift_check", "begin_baseline"])
def test_a_tracker_that_is_lost_ends_it_with_a_sentence(side: Side, begin: str) -> None:
    getattr(side.runs, begin)(side.around())
    side.step()
    lost = m.TrackerNotice(t_host_ns=0, kind="connection_lost", text="The cable is out.", value=0.0)
    side.run.acquisition.say(lost)
    side.until_over(most=5)
    assert "The tracker was lost" in side.runs.last_text


@pytest.mark.parametrize("begin", ["begin_drift_check", "begin_baseline"])
def test_a_window_that_shows_nothing_ends_it(side: Side, begin: str) -> None:
    getattr(side.runs, begin)(side.around())
    side.until_over(most=400, is_presented=False)
    assert "did not show" in side.runs.last_text


@pytest.mark.parametrize(("begin", "row_type"), [("begin_drift_check", "drift"), ("begin_baseline", "event")])
def test_it_can_be_stopped_at_any_moment_and_its_rows_are_kept(side: Side, begin: str, row_type: str) -> None:
    side.runs.abort()  # nothing runs
    getattr(side.runs, begin)(side.around())
    with pytest.raises(SessionError, match="runs already"):
        side.runs.begin_baseline(side.around())
    for _ in range(10):
        side.step()
    side.runs.abort()
    assert side.runs.state is None
    assert not side.reader.has_targets
    side.step()
    assert [name for name, _ in side.rows if name == row_type] == [row_type]
    with pytest.raises(SessionError, match="No drift check runs"):
        side.runs.pass_over()


def test_a_baseline_is_the_area_of_the_pupil_over_the_cross(side: Side) -> None:
    side.runs.begin_baseline(side.around())
    side.step()
    assert side.reader.dot.is_cross
    assert side.reader.background_grey == side.runs._study.calibration.pupil_baseline_grey
    with pytest.raises(SessionError, match=r"ends by itself in 2 s"):
        side.runs.pass_over()
    began = side.run.clock.now_ns()
    side.until_over()
    assert (side.run.clock.now_ns() - began) * 1e-9 == pytest.approx(2.0, abs=0.2)
    (found,) = baselines_of(side.events())
    assert found.baseline.area == pytest.approx(math.pi * 4.0, rel=1e-5)
    assert (found.baseline.area_unit, found.baseline.eye) == ("mm^2", Eye.AVERAGE)
    assert found.baseline == replace(
        side.runs.baseline, area=found.baseline.area, duration_s=found.baseline.duration_s
    )
    assert found.background_grey == side.runs._study.calibration.pupil_baseline_grey
    assert (found.t_last_host_ns - found.t_first_host_ns) * 1e-9 == pytest.approx(2.0)
    assert 1.5 < found.baseline.duration_s <= 2.0
    (row,) = side.events()
    assert row["trial"] == TRIAL
    assert row["value"] == side.runs.baseline.area
    assert json.loads(decode_text(row["text"]))["source_unit"] == "mm"


def test_without_pupils_there_is_no_figure_and_a_sentence(side: Side) -> None:
    side.pupil_mm = math.nan
    side.runs.begin_baseline(side.around())
    side.until_over()
    assert "no baseline" in side.runs.last_text
    assert baselines_of(side.events()) == ()
    (row,) = side.events()
    assert decode_text(row["kind"]) == "pupil_baseline_failed"
    assert side.runs.baseline is None


def test_a_tracker_without_pupils_is_not_measured_at_all(side: Side) -> None:
    side.run.session.link.tracker.info["pupil_unit"] = "none"
    side.runs.begin_baseline(side.around())
    side.until_over(most=2)
    assert side.targets_seen == 0
    assert "delivers no pupils" in side.runs.last_text
