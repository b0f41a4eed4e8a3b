"""Our LSL streams, heard by a second process that knows nothing of this program, against the recording."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from capture_app.session.cases import cases_of
from capture_app.session.port import ScreenFacts
from capture_app.session.settings import Settings
from capture_app.session.signal_settings import OutletSettings
from drivers.lsl_config import configuration_text
from gaze_core.rows import NO_TIME, Rows, decode_text
from recordings_schema.findings import Severity
from recordings_schema.layout import DatasetKey
from recordings_schema.reader import Recording
from recordings_schema.validate import validate

pytestmark = pytest.mark.processes

FACTS = ScreenFacts(
    name="screen", width_px=1920, height_px=1080, width_mm=528.0, height_mm=297.0, refresh_hz=60.0
)
CONVENTION_TYPES = {
    "ScreenX", "ScreenY", "PositionX", "PositionY", "PositionZ", "Diameter", "FrameNumber",
}  # fmt: skip


class OtherProgram:
    """The second process, and the session that it talks about."""

    def __init__(self, folder: Path) -> None:
        self.session_id = f"test-{uuid.uuid4().hex[:16]}"
        configuration = folder / "lsl_api.cfg"
        configuration.write_text(configuration_text(session_id=self.session_id, is_network_allowed=False))
        self._file = folder / "heard.npz"
        self._process = subprocess.Popen(
            [sys.executable, Path(__file__).with_name("lsl_listener.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "LSLAPICFG": str(configuration)},
        )

    def tell(self, command: str) -> None:
        self._process.stdin.write(command + "\n")
        self._process.stdin.flush()

    def answered(self) -> None:
        assert self._process.stdout.readline() == "done\n", "the other program died"

    def heard(self) -> dict[str, np.ndarray]:
        self.tell(f"save {self._file}")
        self.answered()
        with np.load(self._file) as content:
            return dict(content)

    def end(self) -> None:
        self._process.kill()
        self._process.communicate()


def settings_of(other: OtherProgram) -> Settings:
    outlet = OutletSettings(is_on=True, name="Room 3", session_id=other.session_id)
    return Settings(distance_mm=650.0, outlet=outlet)


@pytest.fixture
def other(tmp_path: Path) -> Iterator[OtherProgram]:
    program = OtherProgram(tmp_path)
    yield program
    program.end()


@pytest.fixture
def reading(start_reading: Callable, other: OtherProgram):
    """A session with the simulated tracker whose streams are offered."""
    reading = start_reading(FACTS)
    reading.session.apply_settings(settings_of(other))
    reading.connect("mock", rate_hz="1200", seed="4")
    reading.until(lambda: reading.session.link.streams is not None)
    assert reading.session.link.streams.is_on, reading.session.link.streams.text
    return reading


def listen(reading, other: OtherProgram) -> None:
    """Let the other program connect while the session goes on."""
    other.tell("listen")
    reading.until(lambda: reading.session.link.streams.has_consumers)
    other.answered()


def step_for(reading, seconds: float) -> None:
    ends_ns = int(reading.session.link.status.t_host_ns + seconds * 1e9)
    reading.until(lambda: reading.session.link.status.t_host_ns > ends_ns)


def described(xml: np.ndarray) -> ElementTree.Element:
    return ElementTree.fromstring(str(xml))  # noqa: S314  # what this program itself has just written


def labels(heard: dict[str, np.ndarray]) -> list[str]:
    channels = described(heard["gaze_xml"]).iterfind("desc/channels/channel")
    return [channel.findtext("label") for channel in channels]


def assert_equals_recording(heard: dict[str, np.ndarray], recording: Recording) -> np.ndarray:
    """Compare every heard sample that was recorded, column by column and bit by bit; return which were."""
    gaze = recording.gaze()
    names = labels(heard)
    seq = heard["values"][:, names.index("seq")].astype(np.int64)
    is_recorded = (seq >= gaze["seq"][0]) & (seq <= gaze["seq"][-1])
    values, stamps = heard["values"][is_recorded], heard["stamps"][is_recorded]
    rows = gaze[seq[is_recorded] - gaze["seq"][0]]
    for number, name in enumerate(names):
        if name == "device_time_s":
            expected = rows["t_device_ns"] // 1_000_000_000
        elif name == "device_time_ns":
            expected = rows["t_device_ns"] % 1_000_000_000
        else:
            expected = rows[name]
        assert values[:, number].tobytes() == expected.astype(np.float64).tobytes(), name
    assert_stamped_by_rule(stamps, rows, recording.rows(DatasetKey.CLOCK_SYNC))
    return seq[is_recorded]


def assert_stamped_by_rule(stamps: np.ndarray, rows: Rows, clocks: Rows) -> None:
    """Each stamp is the vendor's host stamp plus one offset, and the recorded clock readings agree."""
    assert (rows["t_vendor_host_ns"] != NO_TIME).all()
    offset_ns = round(stamps[0] * 1e9) - int(rows["t_vendor_host_ns"][0])
    assert stamps.tolist() == ((rows["t_vendor_host_ns"] + offset_ns) / 1e9).tolist()
    readings = clocks[clocks["clock_id"] == b"lsl_local"]
    assert len(readings) >= 1
    earliest_ns = readings["remote_ns"] - readings["host_after_ns"]
    latest_ns = readings["remote_ns"] - readings["host_before_ns"]
    tolerance_ns = 20_000  # the width of the bracket in which the offset itself was read
    assert (earliest_ns - tolerance_ns <= offset_ns).all()
    assert (offset_ns <= latest_ns + tolerance_ns).all()


def test_what_another_program_hears_equals_the_recording_sample_by_sample(
    reading, other: OtherProgram, pictures: Path, tmp_path: Path
) -> None:
    listen(reading, other)
    path = tmp_path / "heard.gazeh5"
    reading.session.show_cases(cases_of(pictures))
    reading.begin(path)
    reading.show_case(0)
    step_for(reading, 1.0)
    reading.session.mark('a mark with "quotes" and ümlauts')
    reading.show_case(1)
    step_for(reading, 1.0)
    reading.session.pause()
    reading.session.resume()
    step_for(reading, 0.5)
    reading.end()
    step_for(reading, 0.5)
    heard = other.heard()

    with Recording.open(path) as recording:
        gaze = recording.gaze()
        events, trials = recording.rows(DatasetKey.EVENTS), recording.rows(DatasetKey.TRIALS)
        assert len(gaze) > 2000
        assert assert_equals_recording(heard, recording).tolist() == gaze["seq"].tolist()

    markers = [json.loads(text) for text in heard["marker_texts"]]
    told = {(marker["event"], marker["t_host_ns"], marker.get("text", "")) for marker in markers}
    for row in events:
        assert (decode_text(row["kind"]), row["t_host_ns"], decode_text(row["text"])) in told
    for row in trials:
        assert (f"trial_{decode_text(row['state'])}", row["t_host_ns"], "") in told
    shown = [marker for marker in markers if marker["event"] == "image_shown"]
    assert [marker["image_id"] for marker in shown][:2] == [0, 1]
    assert {marker["case"] for marker in shown} <= {decode_text(row["case_id"]) for row in trials}
    assert [marker["event"] for marker in markers].count("recording_started") == 1
    assert "recording_ended" in [marker["event"] for marker in markers]
    shift_ns = {
        round(stamp * 1e9) - marker["t_host_ns"]
        for stamp, marker in zip(heard["marker_stamps"], markers, strict=True)
    }
    assert max(shift_ns) - min(shift_ns) <= 1  # each is stamped with the time of its own event
    assert all(len(text.encode()) <= 255 for text in heard["marker_texts"])


def test_a_program_that_comes_late_leaves_and_returns_misses_only_its_own_absence(
    reading, other: OtherProgram, tmp_path: Path
) -> None:
    path = tmp_path / "visited.gazeh5"
    reading.begin(path)
    step_for(reading, 0.6)
    listen(reading, other)
    step_for(reading, 0.6)
    other.tell("leave")
    other.answered()
    step_for(reading, 0.6)
    listen(reading, other)
    step_for(reading, 0.8)
    reading.end()
    heard = other.heard()

    with Recording.open(path) as recording:
        gaze = recording.gaze()
        seq = assert_equals_recording(heard, recording)
    assert (np.diff(gaze["seq"]) == 1).all()
    assert [finding for finding in validate(path) if finding.severity is Severity.ERROR] == []
    steps = np.diff(seq)
    assert seq[0] > gaze["seq"][0]
    assert seq[-1] == gaze["seq"][-1]
    assert len(heard["stays"]) == 2
    assert np.flatnonzero(steps != 1).tolist() == [heard["stays"][0] - 1]
    assert steps.max() > 300


def test_the_streams_describe_themselves_by_the_convention_of_the_field(reading, other: OtherProgram) -> None:
    listen(reading, other)
    heard = other.heard()
    gaze = described(heard["gaze_xml"])
    assert (gaze.findtext("name"), gaze.findtext("type")) == ("Room 3", "Gaze")
    assert (gaze.findtext("channel_format"), float(gaze.findtext("nominal_srate"))) == ("double64", 1200.0)
    assert gaze.findtext("source_id").startswith("reading-station-gaze-")
    channels = gaze.findall("desc/channels/channel")
    assert len(channels) == int(gaze.findtext("channel_count")) == heard["values"].shape[1]
    assert {channel.findtext("type") for channel in channels} >= CONVENTION_TYPES
    for channel in channels:
        assert channel.findtext("label")
        assert channel.findtext("unit")
        if channel.findtext("type").startswith("Screen"):
            assert channel.findtext("eye") in ("left", "right")
            assert channel.findtext("unit") == "normalized"
            assert channel.findtext("coordinate_system") == "display-area, origin top-left"
    assert gaze.findtext("desc/acquisition/manufacturer")
    assert gaze.findtext("desc/acquisition/model")
    markers = described(heard["markers_xml"])
    assert (markers.findtext("name"), markers.findtext("type")) == ("Room 3Markers", "Markers")
    assert (markers.findtext("channel_format"), float(markers.findtext("nominal_srate"))) == ("string", 0.0)


def test_switching_the_streams_off_and_on_again_leaves_the_tracker_alone(
    reading, other: OtherProgram
) -> None:
    session, on = reading.session, settings_of(other)
    session.apply_settings(replace(on, outlet=replace(on.outlet, is_on=False)))
    reading.until(lambda: not session.link.streams.is_on)
    session.apply_settings(on)
    reading.until(lambda: session.link.streams.is_on)
    session.apply_settings(replace(on, outlet=replace(on.outlet, session_id="another")))
    reading.until(lambda: not session.link.streams.is_on)
    assert "restart the program" in session.link.streams.text
    reading.until(lambda: reading.state.verdict.word == "no LSL streams")
    assert session.link.tracker is not None


def test_a_recording_from_the_command_line_says_what_it_offers(run_process: Callable, tmp_path: Path) -> None:
    out = tmp_path / "offered.gazeh5"
    said = run_process(
        "record", "--seconds", "1", "--out", out, "--lsl-out",
        "--lsl-session", f"test-{uuid.uuid4().hex[:16]}",
    )  # fmt: skip
    assert said.code == 0, said.err
    assert "announced on this computer only" in said.err
    with Recording.open(out) as recording:
        clocks = recording.rows(DatasetKey.CLOCK_SYNC)
    assert (clocks["clock_id"] == b"lsl_local").any()


def test_a_recording_whose_streams_cannot_be_offered_is_not_begun(
    run_process: Callable, tmp_path: Path
) -> None:
    out = tmp_path / "refused.gazeh5"
    said = run_process("record", "--seconds", "1", "--out", out, "--lsl-out", "--lsl-session", "no spaces")
    assert said.code == 3
    assert "use 1 to 64 letters" in said.err
    assert not out.exists()
