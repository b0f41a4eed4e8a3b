"""Measures of a whole recording, against the report's fixations and pandas on the raw rows."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest
import report_rig as rigs
from reading_rig import preset_study, quiet, some_reference

from capture_app.session.layers import LayerChoice, make_layer
from capture_app.session.measures import (
    EventLayer,
    KeptArea,
    MeasuredRecording,
    MeasureError,
    MeasureOptions,
    areas_path,
    measure_recording,
    save_areas,
)
from capture_app.session.measures.missed import missed_findings
from capture_app.session.measures.replay_measures import measure_replayed, open_replay_measures
from capture_app.session.replay import ReplaySource
from capture_app.session.report.gathering import gather
from capture_app.session.report.source import source_of
from capture_app.session.study import OpenedStudy, ReferenceEntry
from gaze_core.fixations import DetectorName, IvtParameters
from gaze_core.measures import Area, AreaKind, MissClass, MissRule
from gaze_core.rows import FIXATION, WORD, join_rows
from recordings_schema.layers import LayerStore
from recordings_schema.layers import source_of as source_of_layers
from recordings_schema.layout import DatasetKey
from recordings_schema.reader import Recording


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> OpenedStudy:
    study = quiet(preset_study("reflacx"), cases=2, are_practised=True)
    return rigs.opened_study(tmp_path_factory.mktemp("study"), study, count=2, practice=1)


@pytest.fixture(scope="module")
def path(opened: OpenedStudy, tmp_path_factory: pytest.TempPathFactory) -> Path:
    rig = rigs.session(opened)
    screens = rig.recording["screen"]
    is_image = (screens["trial"] == 1) & (screens["kind"] == b"image")
    first_ns = int(screens["t_presented_host_ns"][is_image][0])
    said = ("No", "effusion.", "A", "lung", "nodule", "is", "seen.")
    rig.add(
        DatasetKey.WORDS,
        join_rows(
            [
                WORD.row(trial=1, attempt=0, version=1, index=index, text=text, kind="aligned", score=0.9,
                         t_onset_host_ns=first_ns + index * rigs.S // 4,
                         t_offset_host_ns=first_ns + index * rigs.S // 4 + 1)
                for index, text in enumerate(said)
            ]
        ),
    )  # fmt: skip
    return rigs.write(tmp_path_factory.mktemp("session") / "R01_p1_s001.gazeh5", rig, opened)


@pytest.fixture(scope="module")
def reference(opened: OpenedStudy) -> tuple[ReferenceEntry, ...]:
    return some_reference(opened.cases)


@pytest.fixture(scope="module")
def measured(path: Path, opened: OpenedStudy, reference: tuple[ReferenceEntry, ...]) -> MeasuredRecording:
    return measure_recording(path, opened, reference, MeasureOptions(margin_deg=1.0))


def test_fixations_are_those_of_the_report_and_of_every_export(
    measured: MeasuredRecording, path: Path, opened: OpenedStudy
) -> None:
    import pandas

    with Recording.open(path) as recording:
        report = gather(source_of(recording, opened))
    assert len(measured.cases) == len(report.cases) == 3
    for case, reported in zip(measured.cases, report.cases, strict=True):
        rows = pandas.DataFrame({"ms": reported.fixations["duration_ms"].astype(float)})
        assert case.figures.fixation_count == len(rows) > 3
        assert case.figures.fixation_duration_mean_ms == pytest.approx(rows.ms.mean())
        assert case.figures.fixation_duration_median_ms == pytest.approx(rows.ms.median())
        assert case.case.accuracy_deg == pytest.approx(reported.accuracy.worse_mean_offset_deg)


def test_figures_are_those_that_pandas_finds_in_the_raw_rows(measured: MeasuredRecording, path: Path) -> None:
    import pandas

    with Recording.open(path) as recording:
        gaze = recording.gaze()
    frame = pandas.DataFrame({"t": gaze["t_host_ns"]})
    for axis in "xy":
        eyes = {side: gaze[f"{side}_{axis}_norm"].astype(float) for side in ("left", "right")}
        frame[axis] = pandas.DataFrame(eyes).mean(axis=1, skipna=False)
    for case in measured.cases:
        stretch = case.case.stretches[0]
        own = frame[(frame.t >= stretch.first_ns) & (frame.t < stretch.end_ns)]
        assert case.figures.visible_s == pytest.approx((stretch.end_ns - stretch.first_ns) * 1e-9)
        valid_s = own.x.notna().sum() / 60.0
        assert case.figures.valid_share == pytest.approx(valid_s / case.figures.visible_s, abs=0.02)
        area = case.areas[0].plain.area if case.areas else None
        if area is None:
            continue
        width = 1080 * rigs.WIDTH_PX / rigs.HEIGHT_PX
        x_px = (own.x * 1920 - (1920 - width) / 2) * rigs.WIDTH_PX / width
        y_px = own.y * 1080 * rigs.HEIGHT_PX / 1080
        along = (x_px - area.x_image_px) / (area.width_image_px / 2)
        across = (y_px - area.y_image_px) / (area.height_image_px / 2)
        inside = along**2 + across**2 <= 1
        assert case.areas[0].plain.sample_dwell_s == pytest.approx(inside.sum() / 60.0, abs=0.02)


def test_saccades_and_paths_follow_from_the_fixations(measured: MeasuredRecording) -> None:
    for case in measured.cases:
        figures = case.figures
        assert 0 < figures.saccade_count <= figures.fixation_count + 1
        assert figures.scanpath_deg > figures.saccade_amplitude_median_deg > 0.5
        assert 0 < figures.coverage_2_deg < figures.coverage_2_5_deg < figures.coverage_3_deg < 1


def test_areas_are_measured_as_they_are_by_the_accuracy_and_with_the_margin(
    measured: MeasuredRecording,
) -> None:
    (margined, *_) = measured.cases[1].areas
    names = [name for name, _ in margined.all]
    assert names == ["none", "accuracy", "chosen"]
    dwell = [each.fixation_dwell_s for _, each in margined.all]
    assert dwell[0] <= dwell[1]
    assert dwell[0] <= dwell[2]
    assert margined.by_accuracy is not None
    assert margined.by_accuracy.margin_deg == pytest.approx(measured.cases[1].case.accuracy_deg)


def test_a_finding_with_a_mark_on_it_is_found_and_its_mention_is_timed(measured: MeasuredRecording) -> None:
    (found,) = measured.cases[1].findings.results
    assert (found.is_present, found.is_found, found.found_by) == (True, True, "shape")
    assert found.does_label_agree is True
    assert found.certainty == 5
    assert found.mention_s == pytest.approx(0.75)
    assert measured.cases[1].missed == ()


def test_an_absent_finding_is_no_miss_and_a_mark_elsewhere_is_a_false_one(
    measured: MeasuredRecording, path: Path, opened: OpenedStudy, reference: tuple[ReferenceEntry, ...]
) -> None:
    (absent,) = measured.cases[2].findings.results
    assert absent.is_present is False
    assert absent.is_missed is False
    moved = tuple(
        replace(each, region=replace(each.region, x_image_px=800.0))
        if each.finding and each.is_present
        else each
        for each in reference
    )
    again = measure_recording(path, opened, moved, MeasureOptions())
    case = again.cases[1]
    assert [each.is_missed for each in case.findings.results] == [True]
    assert len(case.findings.false_marks) == 1
    (missed,) = case.missed
    judged = missed.judged(MissRule())
    likely = judged.probabilities
    assert likely.target_count == 8
    assert likely.search + likely.recognition + likely.decision == pytest.approx(1.0)
    assert missed.judged(MissRule(radius_deg=0.1)).miss is MissClass.SEARCH
    assert missed.judged(MissRule(radius_deg=20.0, dwell_s=0.05)).miss is MissClass.DECISION
    nothing = replace(missed.gaze, fixations=missed.gaze.fixations[:0])
    assert missed_findings(again.recorded, case.case, nothing, case.findings) == ()


def test_the_replay_shows_the_very_numbers_of_the_command(
    path: Path, opened: OpenedStudy, reference: tuple[ReferenceEntry, ...]
) -> None:
    options = MeasureOptions(layer=EventLayer.RECORDED, margin_deg=0.5)
    recorded = measure_recording(path, opened, reference, options)
    source = ReplaySource.open(path)
    try:
        source.load()
        measures = replace(open_replay_measures(path), opened=opened, reference=reference)
        events = FIXATION.empty(0)  # this recording holds none
        for case in recorded.cases:
            shown = measure_replayed(source, measures, case.case.entry.trial, events, (), options)
            assert shown is not None
            assert repr(shown.figures) == repr(case.figures)
            assert repr(shown.areas) == repr(case.areas)
    finally:
        source.close()


def test_areas_beside_the_recording_are_measured_too_and_it_stays_as_it_was(
    path: Path, opened: OpenedStudy, tmp_path: Path
) -> None:
    copy = tmp_path / path.name
    copy.write_bytes(path.read_bytes())
    before = copy.read_bytes()
    with Recording.open(copy) as recording:
        sha256 = bytes(recording.rows(DatasetKey.IMAGES)["sha256"][0]).decode()
    area = Area(
        name="whole image", image_id=-1, kind=AreaKind.BOX, x_image_px=500.0, y_image_px=600.0,
        width_image_px=1000.0, height_image_px=1200.0,
    )  # fmt: skip
    save_areas(areas_path(copy), [KeptArea(image_sha256=sha256, area=area)])
    again = measure_recording(copy, opened, (), MeasureOptions())
    names = [[each.plain.area.name for each in case.areas] for case in again.cases]
    assert [("whole image" in each) for each in names] == [False, True, False]
    whole = next(each.plain for each in again.cases[1].areas if each.plain.area.name == "whole image")
    assert whole.dwell_share == pytest.approx(1.0)
    assert copy.read_bytes() == before


def test_a_recording_that_goes_on_is_refused_in_words(opened: OpenedStudy, tmp_path: Path) -> None:
    unfinished = rigs.write(tmp_path / "open.gazeh5", rigs.session(opened), opened, is_closed=False)
    with pytest.raises(MeasureError, match="unfinished"):
        measure_recording(unfinished, opened, (), MeasureOptions())


def test_another_study_is_refused(path: Path, opened: OpenedStudy) -> None:
    other = replace(opened, study=replace(opened.study, study=replace(opened.study.study, study_id="other")))
    with pytest.raises(MeasureError, match="Name the study it belongs to"):
        measure_recording(path, other, (), MeasureOptions())


def test_a_file_that_is_no_recording_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "text.gazeh5"
    file.write_text("not a recording")
    with pytest.raises(MeasureError):
        measure_recording(file, None, (), MeasureOptions())


def test_numbers_that_are_not_known_are_nan(measured: MeasuredRecording) -> None:
    assert all(math.isnan(case.figures.pupil_relative) for case in measured.cases)


def test_a_recording_of_many_blocks_is_measured_as_its_cases_are(
    path: Path, opened: OpenedStudy, measured: MeasuredRecording, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("capture_app.session.measures.recording_measures.BLOCK_ROWS", 97)
    for layer in (EventLayer.STUDY, EventLayer.RECORDED):
        parts = measure_recording(path, opened, (), MeasureOptions(layer=layer))
        assert [each.figures.visible_s for each in parts.cases] == [
            each.figures.visible_s for each in measured.cases
        ]
        if layer is EventLayer.STUDY:
            assert [repr(each.figures) for each in parts.cases] == [
                repr(each.figures) for each in measured.cases
            ]


def test_a_layer_that_was_kept_is_counted_and_one_that_is_not_there_is_told(
    path: Path, opened: OpenedStudy, measured: MeasuredRecording, tmp_path: Path
) -> None:
    copy = tmp_path / path.name
    copy.write_bytes(path.read_bytes())
    with Recording.open(copy) as recording:
        made = make_layer(
            recording, "again", LayerChoice(detector=DetectorName.IVT, parameters=IvtParameters())
        )
        assert made is not None
        LayerStore(copy).add(made, source_of_layers(recording))
    kept = measure_recording(copy, opened, (), MeasureOptions(layer=EventLayer.SAVED, layer_name="again"))
    assert kept.layer_words.startswith("ivt 1")
    for case, same in zip(kept.cases, measured.cases, strict=True):
        assert case.figures.fixation_count == same.figures.fixation_count
        assert case.figures.fixation_duration_mean_ms == pytest.approx(same.figures.fixation_duration_mean_ms)
        assert case.figures.saccade_count == same.figures.saccade_count
    with pytest.raises(MeasureError, match="nothing"):
        measure_recording(copy, opened, (), MeasureOptions(layer=EventLayer.SAVED, layer_name="nothing"))
