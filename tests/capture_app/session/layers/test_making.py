"""Layers of a recording: the same events as live, other parameters, gaze with a drift taken away."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timezone

import numpy as np
import pytest

from capture_app.session.layers import (
    DriftSettings,
    LayerChoice,
    LayerError,
    OffsetSource,
    compare_layers,
    make_layer,
    measured_drift,
    parameter_specs,
    parameters_from_texts,
    settings_from_json,
)
from gaze_core.drift_correction import Between
from gaze_core.eyes import Eye
from gaze_core.fixations import (
    AdaptiveParameters,
    DetectorName,
    IvtParameters,
    ParameterError,
    create_detector,
)
from gaze_core.fixations.parameters import PARAMETER_TYPES
from gaze_core.rows import DRIFT, EVENT, FIXATION, VALIDATION, EventKind, Rows, join_rows
from recordings_schema.layers import LayersError
from recordings_schema.layout import DatasetKey
from recordings_schema.reader import Recording

S = 1_000_000_000
IVT = LayerChoice(detector=DetectorName.IVT, parameters=IvtParameters())
ADAPTIVE = LayerChoice(detector=DetectorName.ADAPTIVE, parameters=AdaptiveParameters())


@pytest.fixture(scope="module")
def recording(written):
    with Recording.open(written.path) as opened:
        yield opened


def test_the_live_detector_run_again_gives_the_live_events_bit_for_bit(recording):
    live = recording.rows(DatasetKey.FIXATIONS)
    found = make_layer(recording, "again", ADAPTIVE).events
    for name in live.dtype.names:
        assert np.array_equal(live[name], found[name], equal_nan=found[name].dtype.kind == "f"), name


def test_facts_say_what_made_a_layer(recording):
    now = datetime(2026, 11, 22, 17, 0, tzinfo=timezone.utc)
    facts = make_layer(recording, "fast", IVT, note="a try", now=lambda: now).facts
    assert (facts.name, facts.note, facts.detector, facts.gaze) == ("fast", "a try", "ivt", "recorded")
    assert facts.created == "2026-11-22T17:00:00Z"
    assert json.loads(facts.parameters)["threshold_deg_s"] == 30.0
    assert facts.detector_version == create_detector(DetectorName.IVT).version


def test_a_higher_threshold_finds_other_fixations(recording):
    slow = replace(IVT, parameters=IvtParameters(threshold_deg_s=8.0))
    first, second = (make_layer(recording, "x", each).events for each in (IVT, slow))
    assert len(first) != len(second)


def test_progress_is_told_and_work_can_be_given_up(recording):
    shares: list[float] = []
    make_layer(recording, "x", IVT, on_share=shares.append)
    assert shares[-1] == 1.0
    assert make_layer(recording, "x", IVT, is_given_up=lambda: True) is None


def test_the_name_of_the_live_layer_is_taken(recording):
    with pytest.raises(LayersError, match="Choose another name"):
        make_layer(recording, "recorded LIVE", IVT)


def test_corrected_gaze_moves_the_fixations_by_the_offset_of_the_check(recording):
    corrected = make_layer(recording, "x", replace(ADAPTIVE, drift=DriftSettings()))
    assert corrected.facts.gaze == "drift_corrected"
    live = recording.rows(DatasetKey.FIXATIONS)
    pairs = [
        (before, after)
        for before in live[live["kind"] == EventKind.FIXATION]
        for after in corrected.events[corrected.events["kind"] == EventKind.FIXATION]
        if before["onset_ns"] == after["onset_ns"] and before["onset_host_ns"] > S // 2
    ]
    assert len(pairs) > 10
    mm = [((b["x_norm"] - a["x_norm"]) * 528.0, (b["y_norm"] - a["y_norm"]) * 297.0) for b, a in pairs]
    # 0.3 and 0.4 deg at about 65 cm are 3.4 and 4.5 mm; the eye comes nearer and goes away.
    assert np.allclose(np.median(mm, axis=0), (3.4, 4.5), atol=0.3)


def test_without_an_offset_nothing_is_corrected(recording):
    with pytest.raises(LayerError, match="holds no validations"):
        make_layer(recording, "x", replace(IVT, drift=DriftSettings(source=OffsetSource.VALIDATIONS)))


class Tables:
    """The tables a correction is made of."""

    def __init__(self, **tables: Rows) -> None:
        empty = {"drift": DRIFT.empty(0), "validations": VALIDATION.empty(0), "events": EVENT.empty(0)}
        self._tables = empty | tables

    def rows(self, key: DatasetKey) -> Rows:
        return self._tables[key.value]


def check(t_s: float, x_deg: float, y_deg: float) -> Rows:
    return DRIFT.row(t_host_ns=round(t_s * S), azimuth_offset_deg=x_deg, elevation_offset_deg=y_deg)


def validated(
    t_s: float, number: int, calibration: int, *offsets: tuple[float, float], eye: str = "average"
) -> Rows:
    rows = [
        VALIDATION.row(
            t_ended_host_ns=round(t_s * S), validation=number, calibration=calibration, target_id=target,
            eye=eye, azimuth_offset_deg=x, elevation_offset_deg=y, offset_deg=float(np.hypot(x, y)),
        )
        for target, (x, y) in enumerate(offsets)
    ]  # fmt: skip
    rows.append(VALIDATION.row(t_ended_host_ns=round(t_s * S), validation=number, calibration=calibration, target_id=-1, eye=eye))  # fmt: skip  # noqa: E501
    return join_rows(rows)


def test_checks_are_judged_on_the_validations():
    tables = Tables(
        drift=join_rows([check(10, 0.3, 0.0), check(20, 0.5, 0.0)]),
        validations=join_rows(
            [
                validated(5, 0, 0, (0.9, 0.0), (0.9, 0.0)),
                validated(30, 1, 0, (0.5, 0.2), (0.7, -0.2)),
                validated(30, 1, 0, (9.0, 9.0), eye="left"),
            ]
        ),
    )
    found = measured_drift(tables, Eye.AVERAGE, DriftSettings())
    assert (found.measured_count, found.judged_count) == (2, 1)  # none is known yet at the first
    assert (found.before_deg, found.after_deg) == pytest.approx((0.6, 0.1))
    assert "lowers the offset at 1 validation: 0.60 deg as recorded, 0.10 deg corrected" in found.sentence


def test_validations_are_judged_on_the_checks():
    tables = Tables(drift=check(20, 0.5, 0.0), validations=validated(5, 0, 0, (0.4, 0.0), (0.2, 0.0)))
    found = measured_drift(tables, Eye.AVERAGE, DriftSettings(source=OffsetSource.VALIDATIONS))
    assert (found.before_deg, found.after_deg) == pytest.approx((0.5, 0.2))


def test_large_and_missing_offsets_are_left_out():
    nan = float("nan")
    tables = Tables(drift=join_rows([check(1, 0.2, 0.0), check(2, 3.0, 0.0), check(3, nan, nan)]))
    found = measured_drift(tables, Eye.AVERAGE, DriftSettings())
    assert (found.measured_count, found.left_out_count) == (1, 2)
    assert "Nothing judges it" in found.sentence
    assert measured_drift(Tables(), Eye.AVERAGE, DriftSettings()) is None


@pytest.mark.parametrize("is_told_by", ["tracker", "validation"])
def test_a_new_calibration_ends_what_is_known(is_told_by):
    told = EVENT.row(t_host_ns=15 * S, kind="calibration_apply", value=1.0)
    failed = EVENT.row(t_host_ns=12 * S, kind="calibration_apply", value=0.0)
    both = join_rows([validated(5, 0, 0, (0.1, 0.0)), validated(15, 1, 1, (0.1, 0.0))])
    tables = (
        Tables(drift=check(10, 0.3, 0.0), events=join_rows([failed, told]))
        if is_told_by == "tracker"
        else Tables(drift=check(10, 0.3, 0.0), validations=both)
    )
    found = measured_drift(tables, Eye.AVERAGE, DriftSettings())
    assert found.correction.at(np.array([13 * S, 16 * S]))[0].tolist() == [0.3, 0.0]


def test_settings_of_a_correction_are_checked():
    assert settings_from_json({"between": "linear"}).between is Between.LINEAR
    for wrong in ({"between": "x"}, {"largest_deg": "0"}, {"largest_deg": "nan"}, {"else": "1"}):
        with pytest.raises(ValueError, match="drift correction"):
            settings_from_json(wrong)


def test_parameters_typed_as_text_become_what_the_detector_takes():
    found = parameters_from_texts(
        DetectorName.IVT,
        {
            "threshold_deg_s": "45",
            "is_merged": "no",
            "moving_average_samples": "5",
            "noise_reduction": "median3",
        },
    )
    assert found == IvtParameters(
        threshold_deg_s=45.0, is_merged=False, moving_average_samples=5, noise_reduction="median3"
    )
    for name, text in (
        ("threshold_deg_s", "fast"),
        ("is_merged", "perhaps"),
        ("nothing", "1"),
        ("window_ms", "nan"),
    ):
        with pytest.raises(ParameterError):
            parameters_from_texts(DetectorName.IVT, {name: text})


@pytest.mark.parametrize("detector", list(DetectorName))
def test_a_form_has_every_parameter_of_a_detector_with_words_and_reach(detector):
    specs = parameter_specs(detector)
    assert {each.name for each in specs} == set(PARAMETER_TYPES[detector].__dataclass_fields__)
    for each in specs:
        assert each.label
        assert "_" not in each.label
        if each.high:
            assert each.low <= float(each.default) <= each.high


def intervals(*spans_ms: tuple[float, float]) -> Rows:
    rows = FIXATION.empty(len(spans_ms))
    rows["kind"] = EventKind.FIXATION
    rows["onset_host_ns"] = [round(first * 1e6) for first, _ in spans_ms]
    rows["offset_host_ns"] = [round(end * 1e6) for _, end in spans_ms]
    return rows


def test_two_layers_are_compared_by_sample_by_event_and_by_duration():
    times = np.arange(0, 1000, 10) * 1_000_000
    found = compare_layers(
        intervals((0, 300), (400, 800)), intervals((0, 300), (400, 500), (600, 1000)), times
    )
    # First 70 of 100 samples, second 80, both 60, neither 10: agreement 0.7, by chance 0.62.
    assert found.kappa == pytest.approx((0.7 - 0.62) / 0.38)
    assert found.f1 == pytest.approx(2 * 1 / 5)
    assert (found.first.count, found.second.count) == (2, 3)
    assert (found.first.median_ms, found.second.median_ms) == (350.0, 300.0)
    assert found.first.share == pytest.approx(0.7)
    assert sum(found.second.distribution) == 3


def test_a_comparison_is_the_same_the_other_way_round_and_complete_with_itself(recording):
    times = recording.host_times_ns()
    live, other = recording.rows(DatasetKey.FIXATIONS), make_layer(recording, "x", IVT).events
    there, back = compare_layers(live, other, times), compare_layers(other, live, times)
    assert (there.kappa, there.f1) == pytest.approx((back.kappa, back.f1))
    same = compare_layers(live, live, times)
    assert (same.kappa, same.f1) == (1.0, 1.0)


def test_a_stretch_without_anything_is_compared_without_complaint():
    found = compare_layers(FIXATION.empty(0), FIXATION.empty(0), np.zeros(0, np.int64))
    assert np.isnan([found.kappa, found.f1, found.first.median_ms, found.first.share]).all()
