"""Pauses, breaks, calibrations and drift checks between and in the middle of cases."""

from __future__ import annotations

from dataclasses import replace

import pytest
from reading_rig import Rig, preset_study, quiet

from capture_app.session.reading import By, Prompt, ReadingError, Stage
from capture_app.session.study import Study
from gaze_core.rows import DRIFT, JUDGEMENT, Rows, decode_text


def reflacx(cases: int = 3) -> Study:
    return quiet(preset_study("reflacx"), cases=cases)


def at(screen: str, study: Study | None = None) -> Rig:
    rig = Rig(study if study is not None else reflacx())
    rig.run_to_screen(screen)
    return rig


def words(rows: Rows, *columns: str) -> list[tuple[object, ...]]:
    return [
        tuple(decode_text(row[name]) if row[name].dtype.kind == "S" else row[name].item() for name in columns)
        for row in rows
    ]


def drift_row(trial: int, offset_deg: float, running_deg: float) -> Rows:
    return DRIFT.row(
        t_host_ns=10**12, trial=trial, azimuth_offset_deg=offset_deg, elevation_offset_deg=0.0,
        running_deg=running_deg, outcome="measured",
    )  # fmt: skip


def calibration_row(*, is_accepted: bool) -> Rows:
    return JUDGEMENT.row(t_host_ns=10**12, subject="calibration", is_accepted=is_accepted, figures="{}")


# pauses, breaks, calibration, drift


def test_a_pause_hides_the_image_and_the_reading_goes_on_as_another_visit() -> None:
    rig = at("image")
    rig.wait(1.0)
    rig.do("pause")
    rig.wait(60.0)
    rig.do("go_on")
    rig.wait(1.0)
    rig.run_to_screen("labels")

    assert words(rig.recording["trial"], "state")[-2:] == [("paused",), ("resumed",)]
    loss = rig.loop.state.open_attempt.loss
    assert 2e9 < loss.visible_ns < 20e9
    assert loss.share_percent(rig.study.gates.loss_counted) == 0.0


def test_a_screen_asked_for_just_before_a_pause_is_shown_after_it() -> None:
    rig = at("before-image")
    rig.loop.next(rig.now_ns)
    rig.made += rig.loop.pause(rig.now_ns)

    rig.do("go_on")

    assert rig.loop.view.screen.name == "image"


def test_after_a_break_gaze_is_calibrated_before_reading_goes_on() -> None:
    rig = at("labels")

    rig.do("start_break")
    assert rig.loop.stage is Stage.BREAK
    rig.do("end_break")
    assert rig.loop.stage is Stage.CALIBRATION
    rig.loop.observe("judgement", calibration_row(is_accepted=True))
    assert rig.loop.stage is Stage.PAUSED
    rig.do("go_on")

    assert rig.loop.view.screen.name == "labels"


def test_a_required_break_comes_when_it_is_due_and_lasts_its_time() -> None:
    study = reflacx()
    breaks = replace(study.breaks, after_cases=1, are_required=True, shortest_minutes=5.0)
    rig = Rig(replace(study, breaks=breaks))
    rig.run(until=Stage.BREAK_DUE)
    rig.do("start_break")

    with pytest.raises(ReadingError, match="5 minutes at least"):
        rig.do("end_break")
    rig.wait(301.0)
    rig.do("end_break")

    assert rig.loop.stage is Stage.CALIBRATION


def test_a_break_is_offered_after_minutes_of_reading_alone() -> None:
    study = reflacx()
    rig = at("image", replace(study, breaks=replace(study.breaks, after_minutes=1.0)))
    rig.do("pause")
    rig.wait(300.0)
    rig.do("go_on")
    rig.do("pause")
    assert Prompt.BREAK not in rig.loop.view.prompts
    rig.do("go_on")
    rig.wait(61.0)
    rig.do("pause")

    assert Prompt.BREAK in rig.loop.view.prompts


def test_recalibrating_in_a_case_brings_the_reader_back_to_its_screen() -> None:
    rig = at("labels")

    rig.do("recalibrate", By.OPERATOR, "The reader moved.")
    assert rig.loop.stage is Stage.CALIBRATION
    rig.loop.observe("judgement", calibration_row(is_accepted=False))
    assert rig.loop.stage is Stage.CALIBRATION
    rig.do("go_on_uncalibrated", "The tracker cannot be calibrated.")
    rig.do("go_on")

    assert rig.loop.view.screen.name == "labels"


def test_a_drift_check_beyond_its_limit_keeps_the_next_case_waiting() -> None:
    rig = Rig(reflacx())
    rig.run(until=Stage.DRIFT_CHECK)
    trial = rig.loop.view.trial

    rig.loop.observe("drift", drift_row(trial, 2.4, 2.4))
    assert rig.loop.stage is Stage.DRIFT_CHECK
    assert set(rig.loop.view.prompts) == {Prompt.RUNNING_DRIFT, Prompt.SINGLE_DRIFT}
    rig.loop.observe("drift", drift_row(trial, 0.4, 0.4))

    assert rig.loop.stage is Stage.READY


def test_a_calibration_forgets_the_drift_before_it() -> None:
    rig = Rig(reflacx())
    rig.run(until=Stage.DRIFT_CHECK)
    rig.loop.observe("drift", drift_row(rig.loop.view.trial, 2.4, 2.4))

    rig.do("recalibrate", By.OPERATOR, "Drift.")
    rig.loop.observe("judgement", calibration_row(is_accepted=True))

    assert rig.loop.view.prompts == ()
    assert rig.loop.stage is Stage.DRIFT_CHECK


def test_recalibration_is_advised_after_so_many_cases() -> None:
    study = reflacx()
    rig = Rig(replace(study, gates=replace(study.gates, recalibrate_after_cases=2)))

    rig.run()

    assert Prompt.CASES in rig.loop.view.prompts
