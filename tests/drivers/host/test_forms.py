"""What travels between the interpreters comes out as it went in, and nothing else is believed."""

from __future__ import annotations

import dataclasses
import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.contract import (
    Batch,
    Capabilities,
    DriverError,
    DriverOptionError,
    Notice,
    NoticeKind,
    Scene,
    ScenePane,
    TrackerLostError,
    ViewingSetup,
)
from drivers.host import json_forms as forms
from drivers.host import messages as m
from drivers.host.batches import BatchAssembly, batch_messages
from drivers.host.failures import error_of, kind_of
from drivers.registry import FoundTracker
from drivers.testing import gaze_rows
from gaze_core.frames import FrameError
from gaze_core.rows import GAZE, MARKER
from gaze_core.streams import PupilUnit, RawChannel, TrackerInfo

RAW = np.dtype([("stamp", "<i8"), ("name", "S8"), ("xyz", "<f8", (3,))])
INFO = TrackerInfo(
    driver="lab",
    model="Lab é",
    rate_hz=60.0,
    raw_dtype=RAW,
    raw_channels=(RawChannel(name="stamp", unit="us", mapped_to="t_device_ns"),),
    pupil_unit=PupilUnit.MM,
    display_area_mm=(527.5, 296.0),
    settings={"mode": "human"},
)
numbers = st.floats(allow_nan=False)
panes = st.builds(
    ScenePane,
    image_id=st.integers(-1, 10**6),
    src_image_px=st.tuples(numbers, numbers, numbers, numbers),
    dst_norm=st.tuples(numbers, numbers, numbers, numbers),
    places_image_px=st.lists(st.tuples(numbers, numbers, numbers), max_size=4).map(tuple),
    luminance=numbers,
)


def through_json(form):
    return json.loads(json.dumps(form))


def test_a_description_comes_over():
    dtype = forms.raw_dtype_from_json(through_json(forms.raw_dtype_to_json(RAW)))
    assert forms.info_from_json(through_json(forms.info_to_json(INFO)), dtype) == INFO


@given(
    scene=st.builds(
        Scene,
        t_host_ns=st.integers(-(2**63), 2**63 - 1),
        panes=st.lists(panes, max_size=3).map(tuple),
        targets_norm=st.lists(st.tuples(numbers, numbers), max_size=3).map(tuple),
        luminance=numbers,
    )
)
def test_a_scene_comes_over(scene):
    assert forms.scene_from_json(through_json(dataclasses.asdict(scene))) == scene


def test_a_screen_comes_over():
    setup = ViewingSetup(width_px=1920, height_px=1080, width_mm=528.0, height_mm=297.0, distance_mm=650.0)
    assert forms.setup_from_json(through_json(dataclasses.asdict(setup))) == setup


def test_a_found_tracker_comes_over():
    found = FoundTracker(driver="lab", title="Lab", options={"serial": "1"}, rates_hz=(60.0,), rate_hz=60.0)
    assert forms.found_from_json(through_json(forms.found_to_json(found))) == found


def test_what_a_driver_can_do_comes_over():
    capabilities = Capabilities(rates_hz=(60.0,), modes=("human",), set_scene=print, cpu_s=lambda: 0.0)
    there = forms.capabilities_from_json(through_json(forms.capabilities_to_json(capabilities)))
    expected = forms.HostedCapabilities(
        rates_hz=(60.0,), modes=("human",), takes_scenes=True, counts_cpu=True
    )
    assert there == expected


@given(gaze=gaze_rows(max_rows=30), texts=st.lists(st.text(max_size=20), max_size=3))
def test_a_batch_comes_over_in_one_piece(gaze, texts):
    raw = np.zeros(len(gaze), RAW)
    raw["stamp"] = gaze["seq"]
    notices = tuple(Notice(t_host_ns=1, kind=NoticeKind.WARNING, text=text, value=2.5) for text in texts)
    batch = Batch(gaze=gaze, raw=raw, notices=notices, markers=MARKER.row(text="now"))
    assembly, codec = BatchAssembly(), m.to_parent_codec(RAW)
    *parts, end = [codec.decode(codec.encode(each)) for each in batch_messages(batch, 5)]
    for part in parts:
        assert part.stream == 5
        assembly.add(part)
    arrived = assembly.complete(end, RAW)
    for field in dataclasses.fields(Batch):
        before, after = getattr(batch, field.name), getattr(arrived, field.name)
        assert before == after if field.name == "notices" else before.tobytes() == after.tobytes()


def test_rows_that_fill_more_than_one_frame_come_over(monkeypatch):
    monkeypatch.setattr("drivers.host.batches._MOST_PART_BYTES", 1000)
    gaze = GAZE.empty(50)
    gaze["seq"] = np.arange(50)
    assembly = BatchAssembly()
    *parts, end = batch_messages(Batch(gaze=gaze, raw=np.zeros(50, RAW)), 1)
    assert len(parts) > 5
    for part in parts:
        assembly.add(part)
    np.testing.assert_array_equal(assembly.complete(end, RAW).gaze["seq"], np.arange(50))


def test_nothing_is_sent_of_an_empty_batch():
    assert list(batch_messages(Batch.empty(INFO), 1)) == []


def test_a_batch_with_a_raw_row_too_few_is_refused():
    assembly = BatchAssembly()
    assembly.add(m.BatchPart(stream=1, row_type="gaze", rows=GAZE.empty(2)))
    with pytest.raises(FrameError, match="another number of raw rows"):
        assembly.complete(m.BatchEnd(stream=1, notices=[]), RAW)


def test_rows_that_no_batch_has_are_refused():
    with pytest.raises(FrameError, match="rows of type trial"):
        BatchAssembly().add(m.BatchPart(stream=1, row_type="trial", rows=GAZE.empty(0)))


@pytest.mark.parametrize(
    "change",
    [
        {"driver": 5},
        {"rate_hz": "fast"},
        {"rate_hz": 10**400},
        {"pupil_unit": "furlongs"},
        {"raw_channels": [{"name": "x"}]},
        {"display_area_mm": [1.0, 2.0, 3.0]},
        {"is_simulated": 1},
        {"settings": {"a": 1}},
        {"further": "field"},
    ],
)
def test_a_description_that_does_not_fit_is_refused(change):
    with pytest.raises(FrameError):
        forms.info_from_json({**through_json(forms.info_to_json(INFO)), **change}, RAW)


@pytest.mark.parametrize(
    "source",
    [
        [],
        "f8",
        [["x", "O", []]],
        [["x", "<f8", [-1]]],
        [["x", "<f8", []], ["x", "<f8", []]],
        [["x", "S999999", [900_000]]],
        [["x", "<f8"]],
        [[5, "<f8", []]],
        [["x", "f8, f8", []]],
    ],
)
def test_a_raw_row_type_that_is_none_is_refused(source):
    with pytest.raises(FrameError):
        forms.raw_dtype_from_json(source)


@pytest.mark.parametrize(
    "source",
    [
        None,
        {},
        {"t_host_ns": 1, "kind": "party", "text": "", "value": math.nan},
        {"t_host_ns": 2**63, "kind": "tracker_warning", "text": "", "value": math.nan},
    ],
)
def test_a_notice_that_is_none_is_refused(source):
    with pytest.raises(FrameError):
        forms.notice_from_json(source)


@pytest.mark.parametrize("error", [DriverError("a b"), TrackerLostError("a b"), DriverOptionError("a b")])
def test_an_error_comes_over_as_what_it_is(error):
    assert type(error_of(kind_of(error), str(error))) is type(error)


def test_an_error_of_a_kind_of_somebody_else_s_is_still_a_driver_error():
    class LabError(TrackerLostError):
        pass

    assert kind_of(LabError("gone")) == "TrackerLostError"
    assert type(error_of("SystemExit", "gone")) is DriverError
