"""The drift check on made gaze and on a simulated reader."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibration import AbortReason, DriftCheck, DriftSettings, DriftState, Target, is_reading
from gaze_core.eyes import Eye
from gaze_core.geometry import Screen, ViewingGeometry
from gaze_core.rows import GAZE, TARGET, Rows

GEOMETRY = ViewingGeometry(Screen(width_px=1920, height_px=1080, width_mm=528.0, height_mm=297.0), 650.0)
INTERVAL_NS = 4_000_000
DEG = np.tan(np.radians(1.0)) * 650.0 / 528.0  # of the screen's width, at the centre


def gaze_along(*stops: tuple[float, float], seed: int = 3) -> Rows:
    """Gaze that rests at places (deg to the right of the centre) for so many seconds each, at 250 Hz."""
    azimuth = np.concatenate([np.full(round(lasts_s * 250), place) for place, lasts_s in stops])
    rows = GAZE.empty(len(azimuth))
    noise = np.random.default_rng(seed).standard_normal((2, len(rows))) * 0.03
    for side in ("left", "right"):
        rows[f"{side}_x_norm"] = 0.5 + (azimuth + noise[0]) * DEG
        rows[f"{side}_y_norm"] = 0.5 + noise[1] * DEG
        rows[f"{side}_valid"] = 1
    rows["t_device_ns"] = np.arange(len(rows)) * INTERVAL_NS + 5_000_000_000
    rows["t_host_ns"] = np.arange(len(rows)) * INTERVAL_NS
    return rows


def checked(gaze: Rows, *, cuts: tuple[int, ...] = (), **settings) -> DriftCheck:
    check = DriftCheck(GEOMETRY, Eye.AVERAGE, settings=DriftSettings(**settings))
    check.begin(0)
    check.presented(check.tick(0).dot.showing, 0)
    for part in np.split(gaze, sorted(cuts)):
        check.take(part)
    check.tick(int(gaze["t_host_ns"][-1]))
    return check


def test_the_first_stable_fixation_near_the_target_is_measured_with_its_sign() -> None:
    check = checked(gaze_along((9.0, 0.6), (1.5, 0.9), (0.0, 1.0)))
    assert check.state is DriftState.MEASURED
    across, down = check.result.offset_deg
    assert across == pytest.approx(1.5, abs=0.05)
    assert down == pytest.approx(0.0, abs=0.05)
    assert [each.eye for each in check.result.eyes] == [Eye.LEFT, Eye.RIGHT, Eye.AVERAGE]
    assert check.result.counted.sample_count == pytest.approx(75, abs=2)


def test_a_fixation_too_short_to_be_stable_is_passed_over() -> None:
    check = checked(gaze_along((3.0, 0.2), (-1.0, 0.9)))
    assert check.result.offset_deg[0] == pytest.approx(-1.0, abs=0.05)


def test_the_decision_comes_afterwards_a_large_offset_is_measured_not_waited_away() -> None:
    check = checked(gaze_along((4.0, 0.9), (0.0, 2.0)))
    assert check.result.offset_deg[0] == pytest.approx(4.0, abs=0.1)


def test_a_fixation_that_misses_the_study_s_limit_is_kept_and_the_next_is_waited_for() -> None:
    gaze = gaze_along((2.5, 0.9), (0.5, 1.0))
    missed = checked(gaze[:240], pass_deg=1.5)
    assert missed.state is DriftState.SHOWING
    assert missed.result.offset_deg[0] == pytest.approx(2.5, abs=0.1)
    missed.override(10**9)
    assert missed.state is DriftState.OVERRIDDEN
    assert missed.result is not None
    passed = checked(gaze, pass_deg=1.5)
    assert passed.state is DriftState.MEASURED
    assert passed.result.offset_deg[0] == pytest.approx(0.5, abs=0.05)


def test_a_check_that_never_passes_ends_in_time_with_what_it_measured() -> None:
    check = checked(gaze_along((2.5, 3.0)), pass_deg=1.5, patience_s=2.0)
    assert check.state is DriftState.TIMED_OUT
    assert "within 1.5 deg" in check.tick(4 * 10**9).text
    assert check.result.offset_deg[0] == pytest.approx(2.5, abs=0.1)


@settings(max_examples=25)
@given(cuts=st.lists(st.integers(1, 620), max_size=12).map(tuple))
def test_how_the_samples_were_chunked_changes_nothing(cuts: tuple[int, ...]) -> None:
    gaze = gaze_along((8.0, 0.4), (2.0, 0.31), (1.0, 0.8), (0.0, 1.0))
    whole, parts = checked(gaze), checked(gaze, cuts=cuts)
    assert parts.result == whole.result


def test_gaze_from_before_the_target_was_presented_is_left_out() -> None:
    check = DriftCheck(GEOMETRY, Eye.LEFT)
    check.begin(0)
    gaze = gaze_along((3.0, 1.0), (0.5, 1.5))
    check.take(gaze[:100])
    check.presented(check.tick(0).dot.showing, 1_000_000_000)
    check.take(gaze)
    check.tick(2_500_000_000)
    assert check.result.offset_deg[0] == pytest.approx(0.5, abs=0.05)


def test_nobody_looking_at_the_target_ends_in_a_time_out_with_what_to_do() -> None:
    check = checked(gaze_along((12.0, 2.0)), patience_s=5.0)
    assert check.state is DriftState.SHOWING
    step = check.tick(6_000_000_000)
    assert check.state is DriftState.TIMED_OUT
    assert check.result is None
    assert "calibrate anew" in step.text
    assert len(step.targets) == 1


def test_the_operator_goes_on_without_a_figure_and_an_abort_has_its_reason() -> None:
    overridden, aborted = (DriftCheck(GEOMETRY, Eye.LEFT) for _ in range(2))
    overridden.begin(0)
    overridden.override(10)
    aborted.begin(0)
    aborted.abort(AbortReason.TRACKER_LOST, 10)
    aborted.override(20)
    assert (overridden.state, overridden.result) == (DriftState.OVERRIDDEN, None)
    assert (aborted.state, aborted.reason) == (DriftState.ABORTED, AbortReason.TRACKER_LOST)


def test_a_window_that_never_shows_the_target_times_out() -> None:
    check = DriftCheck(GEOMETRY, Eye.LEFT)
    check.begin(0)
    check.tick(9_000_000_000)
    assert (check.state, check.reason) == (DriftState.ABORTED, AbortReason.TIMED_OUT)


@pytest.mark.parametrize(
    "changes", [{"radius_deg": 0.0}, {"stable_ms": 10.0}, {"patience_s": 0.2}, {"patience_s": 1e9}]
)
def test_impossible_checks_are_refused(changes: dict) -> None:
    with pytest.raises(ValueError, match="drift check"):
        DriftSettings(**changes)


def test_samples_of_targets_are_not_part_of_the_reading() -> None:
    targets = TARGET.empty(2)
    targets["t_on_host_ns"], targets["t_off_host_ns"] = (10, 40), (20, 50)
    assert is_reading(np.arange(0, 60, 5), targets).tolist() == [
        True, True, False, False, True, True, True, True, False, False, True, True,
    ]  # fmt: skip


def test_a_simulated_reader_s_check_agrees_with_the_true_error(lab, steady) -> None:
    for seed in range(4):
        room = lab("typical", seed=seed, blinks_per_min=0.0, **steady)
        check = DriftCheck(
            room.geometry,
            Eye.LEFT,
            settings=DriftSettings(target=Target(target_id=0, x_norm=0.3, y_norm=0.6)),
        )
        room.run_drift(check)
        assert check.state is DriftState.MEASURED
        gaze, truth = room.rows("gaze"), room.rows("truth")
        late = gaze["t_device_ns"] >= check.result.fixation_first_device_ns
        error = np.nanmean(gaze["left_x_norm"][late]) - np.mean(
            truth["x_norm"][truth["t_device_ns"] >= check.result.fixation_first_device_ns]
        )
        assert check.result.offset_deg[0] == pytest.approx(error / DEG, abs=0.45)
        assert bytes(check.shown["procedure"][0]) == b"drift"
