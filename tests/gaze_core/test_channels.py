from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gaze_core.channel_json import (
    mapping_from_object,
    mapping_skeleton,
    mapping_to_object,
    parse_json_object,
)
from gaze_core.channels import (
    ChannelMapping,
    ChannelMappingError,
    ChannelUnit,
    ChannelUse,
    ScreenSize,
    mappable_columns,
    normalise_channels,
    units_of_column,
)
from gaze_core.streams import PupilUnit

SCREEN = ScreenSize(width_px=1920, height_px=1080)


def use(channel: str, column: str, unit: str) -> ChannelUse:
    return ChannelUse(channel=channel, column=column, unit=ChannelUnit(unit))


def position(unit: str, **options) -> ChannelMapping:
    return ChannelMapping(uses=(use("x", "x_norm", unit), use("y", "y_norm", unit)), **options)


def rows(**channels):
    names = list(channels)
    raw = np.zeros(len(channels[names[0]]), [(name, "<f8") for name in names])
    for name in names:
        raw[name] = channels[name]
    return raw


@pytest.mark.parametrize(
    ("unit", "x", "y"),
    [
        ("normalized", 0.25, 0.75),
        ("normalized-y-up", 0.25, 0.25),
        ("pixels", 480.0, 810.0),
        ("pixels-from-centre", -480.0, 270.0),
        ("pixels-from-centre-y-up", -480.0, -270.0),
    ],
)
def test_every_frame_leads_to_the_same_place_on_the_screen(unit, x, y):
    gaze = normalise_channels(rows(x=[x], y=[y]), position(unit), SCREEN)
    assert (gaze["x_norm"][0], gaze["y_norm"][0], gaze["valid"][0]) == (0.25, 0.75, 1)


def test_what_the_source_calls_missing_is_nan_with_validity_0():
    raw = rows(x=[0.0, 0.0, -32768.0, np.nan, 5.0], y=[0.0, 7.0, 3.0, 3.0, np.inf])
    gaze = normalise_channels(
        raw, position("pixels", missing_values=(-32768.0,), is_zero_missing=True), SCREEN
    )
    assert list(gaze["valid"]) == [0, 1, 0, 0, 0]
    assert list(np.isnan(gaze["x_norm"])) == [True, False, True, True, True]


def test_a_validity_channel_overrules_stale_values():
    mapping = ChannelMapping(uses=(*position("normalized").uses, use("v", "valid", "flag")))
    gaze = normalise_channels(rows(x=[0.5, 0.5], y=[0.5, 0.5], v=[1, 0]), mapping, SCREEN)
    assert list(gaze["valid"]) == [1, 0]
    assert np.isnan(gaze["x_norm"][1])


def test_confidence_counts_as_valid_from_the_threshold_on():
    mapping = ChannelMapping(
        uses=(*position("normalized").uses, use("c", "valid", "confidence")), confidence_threshold=0.6
    )
    gaze = normalise_channels(rows(x=[0.5] * 3, y=[0.5] * 3, c=[0.59, 0.6, np.nan]), mapping, SCREEN)
    assert list(gaze["valid"]) == [0, 1, 0]


def test_pupils_keep_their_unit_and_metres_become_millimetres():
    mapping = ChannelMapping(uses=(use("p", "left_pupil", "m"),))
    gaze = normalise_channels(rows(p=[0.0035, np.nan]), mapping, SCREEN)
    assert gaze["left_pupil"][0] == np.float32(3.5)
    assert list(gaze["left_pupil_valid"]) == [1, 0]
    assert mapping.pupil_unit() is PupilUnit.MM
    assert (
        ChannelMapping(uses=(use("p", "left_pupil", "arbitrary-area"),)).pupil_unit()
        is PupilUnit.ARBITRARY_AREA
    )


@pytest.mark.parametrize(
    ("uses", "message"),
    [
        ([("a", "seq", "flag")], "which is no name to map to"),
        ([("left_x", "lx", "pixels")], "names are exchanged"),
        ([("a", "x_norm", "mm")], "the units for that column are: normalized"),
        ([("a", "x_norm", "pixels")], "none to y_norm"),
        ([("a", "left_valid", "flag"), ("b", "left_valid", "flag")], "Several channels"),
        ([("a", "left_origin_x_mm", "mm")], "left_origin_y_mm, left_origin_z_mm"),
        ([("a", "left_pupil", "mm"), ("b", "right_pupil", "arbitrary-area")], "different units"),
        (
            [(f"{eye}{axis}", f"{eye}{axis}_norm", "pixels") for eye in ("", "left_") for axis in "xy"],
            "map the single eyes only",
        ),
    ],
)
def test_uses_that_contradict_each_other_are_refused(uses, message):
    with pytest.raises(ChannelMappingError, match=message):
        ChannelMapping(uses=tuple(use(*each) for each in uses))


@given(st.sampled_from(mappable_columns()), st.data())
def test_every_column_takes_each_of_its_units(column, data):
    unit = data.draw(st.sampled_from(units_of_column(column)))
    group = [column]
    if column.endswith("_norm"):
        group = [column[:-6] + axis + "_norm" for axis in "xy"]
    elif "_origin_" in column and column.endswith("_mm"):
        group = [column[:-4] + axis + "_mm" for axis in "xyz"]
    mapping = ChannelMapping(uses=tuple(ChannelUse(channel=each, column=each, unit=unit) for each in group))
    parsed = parse_json_object(json.dumps(mapping_to_object(mapping)), "The mapping")
    assert mapping_from_object(parsed, "The mapping", group) == mapping


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is not JSON"),
        ("[1]", "must be an object"),
        ('{"a": 1, "a": 2}', "'a' stands twice"),
        ("[" * 100_000, "nested too deeply|is not JSON"),
        ('{"channels": []}', "must be an object"),
        ('{"channels": {"x": 5}}', "must be an object"),
        ('{"channels": {"x": {"column": "x_norm"}}}', "lacks the key 'unit'"),
        ('{"channels": {"x": {"column": "x_norm", "unit": "px", "why": 1}}}', "unknown key 'why'"),
        ('{"channels": {"x": {"column": "x_norm", "unit": "furlong"}}}', "unknown unit 'furlong'"),
        ('{"channels": {"q": null}}', "the channels are: x, y"),
        ('{"channels": {}, "missing_values": 5}', "list of numbers"),
        ('{"channels": {}, "missing_values": [NaN]}', "must be a number"),
        ('{"channels": {}, "zero_is_missing": "no"}', "true or false"),
        ('{"channels": {}, "confidence_threshold": 2}', "from 0 to 1"),
    ],
)
def test_a_mapping_text_with_a_fault_is_refused_by_its_key(text, message):
    with pytest.raises(ChannelMappingError, match=message):
        mapping_from_object(parse_json_object(text, "The mapping"), "the mapping", ["x", "y"])


def test_the_skeleton_is_a_mapping_that_maps_nothing_yet():
    text = mapping_skeleton(["x", 'a "quoted" one'])
    parsed = parse_json_object(text, "The skeleton")
    assert mapping_from_object(parsed, "the skeleton", ["x", 'a "quoted" one']).uses == ()
