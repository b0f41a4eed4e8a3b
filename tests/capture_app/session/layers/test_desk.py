"""The desk of a replay's layers: what it shows, tries out, keeps and refuses; nothing waits for it."""

from __future__ import annotations

import hashlib
import shutil
import time

import h5py
import numpy as np
import pytest

from capture_app.session.layers import (
    LIVE_LAYER,
    TRIED,
    DriftSettings,
    LayerChoice,
    LayerDesk,
    OffsetSource,
    Span,
)
from capture_app.session.layers.latest_work import LatestWork
from capture_app.session.replay import ReplaySource
from gaze_core.directions import screen_gaze
from gaze_core.eyes import Eye
from gaze_core.fixations import AdaptiveParameters, DetectorName, IvtParameters
from recordings_schema.layout import LAYOUT_BY_KEY, DatasetKey

IVT = LayerChoice(detector=DetectorName.IVT, parameters=IvtParameters())
CORRECTED = LayerChoice(
    detector=DetectorName.ADAPTIVE, parameters=AdaptiveParameters(), drift=DriftSettings()
)


@pytest.fixture
def source(written, tmp_path):
    shutil.copytree(written.path.parent, tmp_path / "reading")
    opened = ReplaySource.open(tmp_path / "reading" / written.path.name)
    opened.load()
    yield opened
    opened.close()


@pytest.fixture
def desk(source):
    made = LayerDesk(source)
    yield made
    made.close()


def settled(desk: LayerDesk) -> LayerDesk:
    end = time.monotonic() + 20.0
    while desk.is_busy and time.monotonic() < end:
        if not desk.poll():
            time.sleep(0.001)
    assert not desk.is_busy
    return desk


def whole(source: ReplaySource) -> Span:
    return Span(first_ns=source.first_ns, end_ns=source.end_ns)


def test_what_is_tried_out_is_shown_and_the_live_layer_comes_back(source, desk):
    live = source.events
    desk.try_out(IVT, desk.span_at(source.tables.cases[0].first_ns))
    assert source.events is live  # until it is worked out
    settled(desk)
    assert desk.shown == TRIED
    assert "tried out here, ivt" in source.events.origin
    case = source.tables.cases[0]
    onsets = source.events.rows["onset_host_ns"]
    assert len(onsets) > 5
    assert onsets.min() >= case.first_ns
    assert onsets.max() <= case.end_ns
    desk.show(LIVE_LAYER)
    assert source.events is live


def test_a_kept_layer_is_shown_and_there_again_after_opening(source, desk):
    before = hashlib.sha256(source.path.read_bytes()).digest()
    desk.save("  my  ivt ", "", IVT)
    settled(desk)
    assert (desk.problem, desk.shown) == ("", "my ivt")
    assert desk.saved_share == 1.0
    assert source.events.origin == "layer my ivt, ivt 1"
    assert [each.name for each in LayerDesk(source).layers] == ["my ivt"]
    assert hashlib.sha256(source.path.read_bytes()).digest() == before


def test_only_the_last_of_many_tries_is_shown(source, desk):
    span = desk.span_at(source.first_ns)
    for threshold in range(10, 60, 2):
        parameters = IvtParameters(threshold_deg_s=float(threshold))
        desk.try_out(LayerChoice(detector=DetectorName.IVT, parameters=parameters), span)
    settled(desk)
    assert desk.tried.parameters.threshold_deg_s == 58.0
    assert source.revision < 25


def test_corrected_gaze_is_drawn_said_and_laid_on_heatmaps(source, desk):
    recorded = source.columns.values["x"].copy()
    desk.save("drift", "", CORRECTED)
    settled(desk)
    assert desk.problem == ""
    timed = source.blocks.rows(1000, 1010)
    drawn = screen_gaze(source.shown(timed).gaze, Eye.AVERAGE)[0]
    assert np.all(np.abs((screen_gaze(timed.gaze, Eye.AVERAGE)[0] - drawn) * 528.0 - 3.4) < 0.4)
    assert np.allclose(source.columns.values["x"][1000:1010], drawn, atol=1e-6)
    assert np.array_equal(source.recorded_columns.values["x"], recorded, equal_nan=True)
    assert any("drift-corrected" in note for note in source.notes)
    desk.show(LIVE_LAYER)
    assert source.columns is source.recorded_columns
    assert not any("drift-corrected" in note for note in source.notes)


def test_a_correction_that_the_recording_does_not_allow_is_told(source, desk):
    wanted = DriftSettings(source=OffsetSource.VALIDATIONS)
    desk.try_out(
        LayerChoice(detector=DetectorName.IVT, parameters=IvtParameters(), drift=wanted), whole(source)
    )
    settled(desk)
    assert "holds no validations" in desk.problem
    assert desk.shown == LIVE_LAYER


def test_layers_are_renamed_noted_and_deleted(source, desk):
    desk.save("a", "", IVT)
    settled(desk)
    desk.rename("a", "b")
    desk.set_note("b", "for the paper")
    assert (desk.shown, desk.facts("b").note) == ("b", "for the paper")
    desk.rename("nothing", "c")
    assert "no layer 'nothing'" in desk.problem
    desk.delete("b")
    assert (desk.shown, desk.layers, desk.problem) == (LIVE_LAYER, (), "")


def test_a_name_that_is_taken_is_told_before_the_work_is_done(desk):
    desk.save("a", "", IVT)
    settled(desk)
    desk.save("A", "", IVT)
    settled(desk)
    assert "Choose another name" in desk.problem
    assert len(desk.layers) == 1


def test_two_layers_agree_by_figures_and_the_other_is_marked(source, desk):
    desk.try_out(IVT, whole(source))
    settled(desk)
    desk.compare(LIVE_LAYER, whole(source))
    settled(desk)
    assert 0.7 < desk.comparison.kappa < 1.0
    assert desk.comparison.first.count == len(source.events.fixations)
    assert source.other.rows is not source.events.rows
    desk.leave_comparison()
    assert (desk.comparison, source.other) == (None, None)


def test_a_damaged_file_of_layers_leaves_the_replay_as_it_is(source):
    source.path.with_name(source.path.name + ".layers.h5").write_bytes(b"nothing of ours")
    desk = LayerDesk(source)
    try:
        assert "The recording beside it is not touched" in desk.problem
        assert desk.layers == ()
        assert len(source.events.fixations) > 5
    finally:
        desk.close()


def test_layers_of_other_samples_are_not_shown(source, desk, written, tmp_path):
    desk.save("a", "", IVT)
    settled(desk)
    other = tmp_path / "reading" / "other.gazeh5"
    shutil.copy(written.path, other)
    place = LAYOUT_BY_KEY[DatasetKey.GAZE].path
    with h5py.File(other, "r+") as file:
        rows = file[place][:1]
        rows["left_x_norm"] = 0.123
        file[place][:1] = rows
    shutil.copy(
        source.path.with_name(source.path.name + ".layers.h5"), other.with_name("other.gazeh5.layers.h5")
    )
    changed = ReplaySource.open(other)
    second = LayerDesk(changed)
    try:
        second.show("a")
        settled(second)
        assert "not those its layers were made from" in second.problem
        assert second.shown == LIVE_LAYER
    finally:
        second.close()
        changed.close()


def test_work_that_failed_says_so_and_the_next_is_done():
    work, answers = LatestWork("test"), []

    def broken(_is_given_up):
        raise ZeroDivisionError

    work.ask("a", broken, answers.append)
    work.ask("b", lambda _is_given_up: 7, answers.append)
    end = time.monotonic() + 5.0
    problems = set()
    while work.is_busy and time.monotonic() < end:
        work.poll()
        problems.add(work.problem)
    work.close()
    assert answers == [7]
    assert "It could not be done; details are in the log." in problems
