from __future__ import annotations

import pytest

from drivers.lsl_channels import SENDERS, ChannelDescription, map_channels
from gaze_core.channels import ChannelMappingError


def channel(label, **values):
    return ChannelDescription(field=label, label=label, **values)


def mapped(*channels):
    understood = map_channels("stream", channels)
    return {use.channel: (use.column, use.unit.value) for use in understood.mapping.uses}


def test_no_table_contradicts_itself_or_names_a_label_twice():
    for sender in SENDERS:
        labels = [known.label.casefold() for known in sender.channels]
        assert len(labels) == len(set(labels)), sender.name
        if sender.channels:
            assert {label.casefold() for label in sender.recognised_by} <= set(labels), sender.name


def test_the_convention_is_followed_where_no_sender_is_known():
    both = {"kind": "ScreenX", "eye": "left", "unit": "pixels"}
    assert mapped(
        channel("a", **both),
        channel("b", **{**both, "kind": "ScreenY"}),
        channel("c", kind="Diameter", eye="left", unit="mm"),
        channel("d", kind="PositionX", eye="left", unit="mm"),
    ) == {"a": ("left_x_norm", "pixels"), "b": ("left_y_norm", "pixels"), "c": ("left_pupil", "mm")}


def test_label_patterns_serve_where_only_the_unit_is_declared():
    names = ("gaze_l_x", "gaze_l_y", "GazeRight_X", "GazeRight_Y", "pupil_r")
    units = ("normalized",) * 4 + ("mm",)
    assert mapped(*(channel(name, unit=unit) for name, unit in zip(names, units, strict=True))) == {
        "gaze_l_x": ("left_x_norm", "normalized"),
        "gaze_l_y": ("left_y_norm", "normalized"),
        "GazeRight_X": ("right_x_norm", "normalized"),
        "GazeRight_Y": ("right_y_norm", "normalized"),
        "pupil_r": ("right_pupil", "mm"),
    }


@pytest.mark.parametrize("labels", [("x", "y"), ("left_x", "left_y", "right_x", "right_y")])
def test_a_unit_that_is_not_declared_is_never_guessed(labels):
    with pytest.raises(ChannelMappingError, match=f"are not known: {', '.join(labels)}"):
        map_channels("stream", tuple(channel(label) for label in labels))


def test_a_known_label_in_another_unit_is_not_taken_for_the_known_sender():
    labels = ("left_x", "left_y", "right_x", "right_y")
    understood = map_channels("stream", tuple(channel(label, unit="pixels") for label in labels))
    assert understood.sender == "by metadata"
    assert {use.unit.value for use in understood.mapping.uses} == {"pixels"}


def test_gaze_of_a_scene_camera_is_never_taken_for_gaze_on_the_screen():
    understood = map_channels(
        "neon",
        tuple(channel(a, kind=f"Screen{a}", unit="pixels", coordinate_system="world") for a in "xy"),
    )
    assert understood.mapping.uses == ()
    assert understood.frame == "scene camera"
    assert "not on the screen" in understood.caution


def test_the_best_point_of_gazepoint_serves_only_where_single_eyes_are_missing():
    best = (channel("BPOGX"), channel("BPOGY"), channel("BPOGV"))
    assert {column for column, _ in mapped(*best).values()} == {"x_norm", "y_norm", "valid"}
    right = (*best, channel("RPOGX"), channel("RPOGY"), channel("FPOGX"), channel("FPOGY"))
    assert set(mapped(*right)) == {"RPOGX", "RPOGY"}


def test_one_axis_alone_is_no_gaze():
    with pytest.raises(ChannelMappingError):
        map_channels("stream", (channel("x", unit="pixels"), channel("battery", unit="percent")))


def test_labels_that_repeat_fit_no_table():
    labels = ("left_x", "left_y", "right_x", "right_y", "left_x")
    with pytest.raises(ChannelMappingError):
        map_channels("stream", tuple(channel(label, unit="screencoords") for label in labels))
