"""The LSL driver against real outlets in a second process, over loopback."""

from __future__ import annotations

import json
import time

import numpy as np
import pytest

from drivers.contract import (
    DriverError,
    DriverOptionError,
    NoticeKind,
    TrackerLostError,
    TrackerNotFoundError,
)
from drivers.lsl import create
from gaze_core.rows import GazeFlag

pytestmark = pytest.mark.processes

EYELINK_LABELS = (
    "leftEyeX", "leftEyeY", "rightEyeX", "rightEyeY", "leftPupilArea", "rightPupilArea",
    "pixelsPerDegreeX", "pixelsPerDegreeY", "eyelink_timestamp", "LSL_timestamp",
)  # fmt: skip
GAZEPOINT_LABELS = ("CNT", "FPOGX", "FPOGY", "LPOGX", "LPOGY", "LPOGV", "RPOGX", "RPOGY", "RPOGV")
PIXELS = {"unit": "pixels", "coordinate_system": "world"}


@pytest.fixture
def open_tracker(session_id, setup):
    """Opens and starts LSL trackers of the test session; all are closed with the test."""
    trackers = []

    def open_and_start(**options):
        tracker = create({"session_id": session_id, **options}, setup)
        trackers.append(tracker)
        info = tracker.open()
        tracker.start()
        return tracker, info

    yield open_and_start
    for tracker in trackers:
        tracker.close()


def read_until(tracker, is_enough, limit_s: float = 10.0):
    """Read until the joined batches are enough; fails the test after the limit."""
    batches = []
    deadline = time.perf_counter() + limit_s
    while not is_enough(batches):
        assert time.perf_counter() < deadline, f"not enough arrived: {batches}"
        batches.append(tracker.read(0.2))
    return batches


def read_samples(tracker, count: int):
    batches = read_until(tracker, lambda got: sum(len(batch.gaze) for batch in got) >= count)
    return np.concatenate([b.gaze for b in batches]), np.concatenate([b.raw for b in batches])


def kinds(batches) -> list[NoticeKind]:
    return [notice.kind for batch in batches for notice in batch.notices]


def convention(label, eye, kind, unit, frame="display-area, origin top-left"):
    return {"label": label, "eye": eye, "type": kind, "unit": unit, "coordinate_system": frame}


KNOWN_SENDERS = {
    "reading-station": (
        "float32",
        [
            convention("left_x_norm", "left", "ScreenX", "normalized"),
            convention("left_y_norm", "left", "ScreenY", "normalized"),
            convention("left_pupil", "left", "Diameter", "mm"),
        ],
        [[0.25, 0.75, 3.5]],
        {"left_x_norm": 0.25, "left_y_norm": 0.75, "left_valid": 1, "left_pupil": 3.5},
    ),
    "tobii-pro-app": (
        "float32",
        [
            {"label": f"{eye}_{name}", "eye": eye, "type": kind, "unit": unit}
            for eye in ("left", "right")
            for name, kind, unit in (
                ("x", "ScreenX", "screencoords"),
                ("y", "ScreenY", "screencoords"),
                ("pupil", "pupilsize", ""),
            )
        ],
        [[0.5, 0.25, 3.0, np.nan, np.nan, np.nan]],
        {"left_x_norm": 0.5, "left_y_norm": 0.25, "left_valid": 1, "left_pupil": 3.0, "right_valid": 0},
    ),
    "tobii-stream-engine": (
        "float32",
        [{"label": axis, "type": "screen", "unit": "normalized"} for axis in "xy"],
        [[0.125, 1.5]],
        {"x_norm": 0.125, "y_norm": 1.5, "valid": 1, "left_valid": 0},
    ),
    "pupil-glasses": (
        "double64",
        [{"label": axis, "eye": "both", "metatype": f"Screen{axis.upper()}", **PIXELS} for axis in "xy"],
        [[812.0, 604.0]],
        {"valid": 0, "left_valid": 0, "right_valid": 0},
    ),
    "pupil-capture": (
        "double64",
        [
            convention("confidence", "both", "Confidence", "normalized", ""),
            convention("norm_pos_x", "both", "ScreenX", "normalized", "world"),
            convention("norm_pos_y", "both", "ScreenY", "normalized", "world"),
            convention("diameter0_3d", "right", "Diameter", "mm", "eye0"),
            convention("diameter1_3d", "left", "Diameter", "mm", "eye1"),
        ],
        [[0.9, 0.25, 0.75, 3.0, 4.0]],
        {"x_norm": 0.25, "y_norm": 0.25, "valid": 1, "right_pupil": 3.0, "left_pupil": 4.0},
    ),
    "eyelink": (
        "double64",
        [
            {"label": label, "type": "eyetracking"}
            for label in EYELINK_LABELS
        ],
        [[960.0, 270.0, -32768.0, -32768.0, 1200.0, 0.0, 35.0, 35.0, 1000.0, 2000.0]],
        {"left_x_norm": 0.5, "left_y_norm": 0.25, "left_valid": 1, "right_valid": 0, "left_pupil": 1200.0,
         "left_pupil_valid": 1, "right_pupil_valid": 0},
    ),
    "gazepoint": (
        "float32",
        [{"label": label} for label in GAZEPOINT_LABELS],
        [[7.0, 0.9, 0.9, 0.5, 0.25, 1.0, 0.1, 0.2, 0.0]],
        {"left_x_norm": 0.5, "left_y_norm": 0.25, "left_valid": 1, "right_valid": 0},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", KNOWN_SENDERS)
def test_a_known_sender_is_understood(shared_sender, open_tracker, name):
    number_format, channels, values, expected = KNOWN_SENDERS[name]
    dtype = "<f4" if number_format == "float32" else "<f8"
    shared_sender.open(
        name,
        channels=channels,
        format=number_format,
        source_id=name,
        type="gaze" if "engine" in name else "Gaze",
    )
    tracker, info = open_tracker(source_id=name)
    shared_sender.tell("await_consumer", name)
    shared_sender.push(name, np.array(values, dtype), [100.25])
    gaze, raw = read_samples(tracker, 1)
    shared_sender.tell("close", name)
    assert info.settings["sender"] == name
    assert {column: float(gaze[column][0]) for column in expected} == expected
    assert gaze["t_device_ns"][0] == 100_250_000_000
    assert [raw[channel["label"]][0] for channel in channels] == pytest.approx(values[0], nan_ok=True, abs=0)


def test_every_channel_and_stamp_is_kept_bit_for_bit_in_its_own_type(sender, open_tracker):
    generator = np.random.default_rng(3)
    values = np.frombuffer(generator.bytes(400 * 3 * 4), "<f4").reshape(400, 3)
    stamps = list(1000.0 + np.arange(400) / 600 + generator.normal(0, 1e-4, 400))
    channels = [{"label": label, "unit": "normalized"} for label in ("x", "y", "battery")]
    sender.open("bits", channels=channels, format="float32", source_id="bits", rate=600.0)
    tracker, info = open_tracker(source_id="bits")
    sender.tell("await_consumer", "bits")
    sender.push("bits", values, stamps)
    gaze, raw = read_samples(tracker, 400)
    assert raw.dtype == info.raw_dtype == np.dtype(
        [("lsl_timestamp", "<f8"), ("x", "<f4"), ("y", "<f4"), ("battery", "<f4")]
    )  # fmt: skip
    delivered = np.stack([raw[label] for label in ("x", "y", "battery")], axis=1)
    assert delivered.tobytes() == values.tobytes()
    assert raw["lsl_timestamp"].tobytes() == np.array(stamps).tobytes()
    assert np.array_equal(gaze["seq"], np.arange(400))
    assert np.isnan(info.rate_hz)


def test_clock_readings_and_markers_come_beside_the_samples(sender, open_tracker):
    sender.open("eye", channels=[{"label": axis, "unit": "normalized"} for axis in "xy"], source_id="eye")
    sender.open("task", count=1, type="Markers", format="string", source_id="task")
    tracker, _ = open_tracker(source_id="eye")
    sender.tell("await_consumer", "task")
    sender.tell("push", "task", texts=["Überblick", "x" * 300], stamp=55.5)
    sender.open("later", count=1, type="Events", format="string")
    batches = read_until(tracker, lambda got: sum(len(batch.markers) for batch in got) >= 2)
    clock_sync = np.concatenate([batch.clock_sync for batch in batches])
    markers = np.concatenate([batch.markers for batch in batches])
    assert list(clock_sync["clock_id"]) == [b"lsl_local", b"lsl"]
    assert abs(clock_sync["remote_ns"][1] - clock_sync["host_before_ns"][1]) < 50_000_000
    assert abs(clock_sync["remote_raw"][1]) < 0.05
    assert markers["text"][0].decode() == "Überblick"
    assert list(markers["t_device_ns"]) == [55_500_000_000] * 2
    assert any("300 bytes" in notice.text for batch in batches for notice in batch.notices)
    read_until(tracker, lambda got: any("'later'" in n.text for b in got for n in b.notices))


@pytest.mark.parametrize("source_id", ["eye-1", ""])
def test_a_sender_that_dies_and_is_started_again_is_taken_up_again(new_sender, open_tracker, source_id):
    channels = [{"label": axis, "unit": "normalized"} for axis in "xy"]
    first = new_sender()
    first.open("phoenix", channels=channels, source_id=source_id)
    tracker, _ = open_tracker(stream="phoenix")
    first.tell("await_consumer", "phoenix")
    first.push("phoenix", np.array([[0.1, 0.2]]), [time.perf_counter()])
    read_samples(tracker, 1)
    first.end()
    read_until(tracker, lambda got: NoticeKind.CONNECTION_LOST in kinds(got))
    second = new_sender()
    second.open("phoenix", channels=channels, source_id=source_id)
    read_until(tracker, lambda got: len(got) >= 2)
    batches = []
    for _ in range(200):
        second.push("phoenix", np.array([[0.3, 0.4]]), [time.perf_counter()])
        batches.append(tracker.read(0.05))
        if len(batches[-1].gaze):
            break
    gaze = np.concatenate([batch.gaze for batch in batches])
    assert kinds(batches) == [NoticeKind.CONNECTION_RESTORED]
    assert gaze["flags"][0] & GazeFlag.RECONNECTED
    assert gaze["x_norm"][0] == 0.3
    assert gaze["seq"][0] == 1


@pytest.mark.parametrize("source_id", ["eye-2", ""])
def test_a_stream_that_comes_back_with_other_channels_ends_in_words(sender, open_tracker, source_id):
    sender.open(
        "changeling", channels=[{"label": a, "unit": "normalized"} for a in "xy"], source_id=source_id
    )
    tracker, _ = open_tracker(stream="changeling")
    sender.tell("await_consumer", "changeling")
    sender.push("changeling", np.array([[0.1, 0.2]]), [time.perf_counter()])
    read_samples(tracker, 1)
    sender.tell("close", "changeling")
    read_until(tracker, lambda got: NoticeKind.CONNECTION_LOST in kinds(got))
    sender.open(
        "changeling", channels=[{"label": a, "unit": "normalized"} for a in "yx"], source_id=source_id
    )

    def send_and_read():
        for _ in range(200):
            sender.push("changeling", np.array([[0.3, 0.4]]), [time.perf_counter()])
            tracker.read(0.05)

    with pytest.raises(TrackerLostError, match="came back with other channels"):
        send_and_read()


def test_two_gaze_streams_are_listed_and_one_can_be_chosen(sender, open_tracker):
    for name in ("tracker A", "tracker B"):
        sender.open(name, channels=[{"label": axis, "unit": "normalized"} for axis in "xy"])
    with pytest.raises(DriverError, match=r"2 gaze streams: 'tracker A'.*'tracker B'.*stream=NAME"):
        open_tracker()
    _, info = open_tracker(stream="tracker B")
    assert info.settings["lsl_name"] == "tracker B"


def test_unknown_labels_are_listed_with_a_mapping_file_to_fill_in(sender, open_tracker, tmp_path):
    sender.open("homemade", ["gx", "gy", "gx", ""], source_id="homemade", format="int32")
    with pytest.raises(DriverError, match=r"gx, gy, gx_2, channel_3.*mapping=FILE") as refusal:
        open_tracker(source_id="homemade")
    lines = str(refusal.value).splitlines()
    skeleton = json.loads("\n".join(lines[1:-1]))
    skeleton["channels"]["gx"] = {"column": "x_norm", "unit": "pixels-from-centre"}
    skeleton["channels"]["gy"] = {"column": "y_norm", "unit": "pixels-from-centre"}
    path = tmp_path / "zuordnung ä.json"
    path.write_text(json.dumps(skeleton), encoding="utf-8")
    tracker, info = open_tracker(source_id="homemade", mapping=str(path))
    sender.tell("await_consumer", "homemade")
    sender.push("homemade", np.array([[480, -270, 5, 6]], "<i4"), [1.0])
    gaze, raw = read_samples(tracker, 1)
    assert (gaze["x_norm"][0], gaze["y_norm"][0]) == (0.75, 0.25)
    assert list(raw[0].tolist()) == [1.0, 480, -270, 5, 6]
    assert info.raw_channels[1].mapped_to == "x_norm"


def test_a_mapping_file_that_does_not_fit_is_refused_in_words(sender, open_tracker, tmp_path):
    sender.open("odd", ["a", "b"], source_id="odd")
    path = tmp_path / "mapping.json"
    path.write_text('{"channels": {"c": null}}')
    with pytest.raises(DriverOptionError, match="channel 'c', which is not there; the channels are: a, b"):
        open_tracker(source_id="odd", mapping=str(path))
    with pytest.raises(DriverOptionError, match="cannot be read"):
        open_tracker(source_id="odd", mapping=str(tmp_path / "absent.json"))


def test_no_stream_is_a_sentence_that_says_what_to_do(open_tracker):
    with pytest.raises(
        TrackerNotFoundError, match=r"'nobody' was found on this computer within 0\.3 s.*network"
    ):
        open_tracker(stream="nobody", wait_s="0.3")


def test_another_session_in_the_same_process_is_refused(sender, open_tracker, session_id):
    sender.open("settled", channels=[{"label": axis, "unit": "normalized"} for axis in "xy"], source_id="s")
    open_tracker(source_id="s")
    with pytest.raises(DriverError, match="only once"):
        open_tracker(source_id="s", session_id=f"{session_id}-other")
