"""The main job on real input: both public radiographs shown while real 600 Hz gaze arrives."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from replaying import assert_is_replayed

from calibration import RowRange, ValidationResult, validate_targets
from capture_app.cli.accuracy import accuracy_of
from capture_app.session.port import ScreenFacts
from capture_app.session.results import geometry_of
from capture_app.session.states import PaneState
from gaze_core.directions import screen_gaze
from gaze_core.eyes import Eye
from gaze_core.mapping import map_to_image, placement_of
from gaze_core.rows import NO_TIME, Rows
from gaze_core.streams import RecordedStream
from recordings_schema.findings import Severity
from recordings_schema.formats.gaze_table import read_gaze_table
from recordings_schema.layout import DatasetKey
from recordings_schema.reader import Recording
from recordings_schema.validate import validate

pytestmark = pytest.mark.processes

SPECTRUM_SCREEN = ScreenFacts(
    name="Spectrum", width_px=1920, height_px=1080, width_mm=528.0, height_mm=297.0, refresh_hz=60.0
)
SAMPLES = 12_959
LUNGS = {"nih_00000001_000": (0.20, 0.30), "rsna_frontal": (0.22, 0.32)}
"""Left and right edge of a piece of lung in each picture, as fractions of its width."""


@pytest.fixture(scope="module")
def source() -> RecordedStream:
    shared = os.environ.get("READING_STATION_SHARED", "")
    path = Path(shared) / "data" / "gaze" / "tobii_spectrum_600hz_validation.tsv"
    if not shared or not path.is_file():
        pytest.skip("READING_STATION_SHARED does not name the folder with real images and gaze")
    return read_gaze_table(path)


@pytest.fixture(params=[5.0, pytest.param(1.0, marks=pytest.mark.long)], ids=["hurried", "as it was"])
def speed(request: pytest.FixtureRequest) -> float:
    """Times the speed of the real recording of 21.6 s."""
    return float(request.param)


@pytest.fixture
def table(shared: Path) -> Path:
    return shared / "data" / "gaze" / "tobii_spectrum_600hz_validation.tsv"


@pytest.fixture
def sender(table: Path, speed: float) -> Iterator[tuple[subprocess.Popen[str], str]]:
    session_id = f"test-{uuid.uuid4().hex[:16]}"
    root = Path(__file__).parents[2]
    process = subprocess.Popen(
        [sys.executable, Path(__file__).with_name("gaze_sender.py"), session_id, table, f"{speed:g}"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(root)},
    )
    yield process, session_id
    process.kill()
    process.communicate()


@pytest.fixture
def lsl_mapping(tmp_path: Path) -> Path:
    """What the channels of the stream mean, as a user writes it down."""
    uses = {
        f"{side}_{axis}": {"column": f"{side}_{axis}_norm", "unit": "pixels-from-centre"}
        for side in ("left", "right")
        for axis in "xy"
    }
    path = tmp_path / "mapping.json"
    path.write_text(json.dumps({"channels": uses}))
    return path


def shown_greys(pane: PaneState, name: str) -> tuple[float, float, float]:
    """Mean grey of mediastinum, lung and upper left corner, as they lie on the reader's screen."""
    height, width = pane.grey.shape[:2]
    left, right = LUNGS[name]
    rows, columns = slice(int(height * 0.45), int(height * 0.70)), slice(int(width * 0.48), int(width * 0.55))
    lung = pane.grey[int(height * 0.30) : int(height * 0.50), int(width * left) : int(width * right)]
    return float(pane.grey[rows, columns].mean()), float(lung.mean()), float(pane.grey[:12, :12].mean())


def assert_bone_is_bright(pane: PaneState, name: str) -> None:
    mediastinum, lung, corner = shown_greys(pane, name)
    assert mediastinum > lung + 60
    if name == "rsna_frontal":  # air around the patient; the other picture shows a shoulder there
        assert lung > corner + 60


def assert_clean(path: Path) -> None:
    assert [finding for finding in validate(path) if finding.severity is Severity.ERROR] == []


def assert_agrees_with_the_yardstick(found: ValidationResult, source: RecordedStream) -> None:
    """Compare every figure of every target and eye with ETDQualitizer on the same samples of the source."""
    yardstick = pytest.importorskip("ETDQualitizer", reason="the yardstick library needs Python 3.11")
    screen = yardstick.ScreenConfiguration(528.0, 297.0, 1920, 1080, 650.0)
    by_target = {(target.target_id, target.eye): target for target in found.targets}
    assert len(by_target) == 9 * 3
    for (target_id, eye), target in by_target.items():
        rows = source.raw[source.raw["target_id"] == target_id]
        azimuth, elevation = screen.pix_to_deg(*yardstick_gaze_px(rows, eye))
        goal = screen.pix_to_deg(rows["tar_x"][0], rows["tar_y"][0])
        wanted = (
            *yardstick.accuracy(azimuth, elevation, *goal),
            yardstick.rms_s2s(azimuth, elevation)[0],
            yardstick.std(azimuth, elevation)[0],
            yardstick.bcea(azimuth, elevation)[0],
        )
        got = (
            target.accuracy.offset_deg,
            target.accuracy.azimuth_offset_deg,
            target.accuracy.elevation_offset_deg,
            target.rms_s2s_deg,
            target.std_deg,
            target.bcea_deg2,
        )
        assert got == pytest.approx(wanted, abs=1e-6), (target_id, eye)
        assert target.loss_percent == pytest.approx(yardstick.data_loss_from_invalid(azimuth, elevation))
        assert target.sample_count == len(rows)


def yardstick_gaze_px(rows: Rows, eye: Eye) -> tuple[np.ndarray, np.ndarray]:
    """Gaze in px from the screen centre: of one eye, or the mean of the valid ones."""
    if eye is not Eye.AVERAGE:
        return rows[f"{eye.value}_x"], rows[f"{eye.value}_y"]
    left = np.stack([rows["left_x"], rows["left_y"]])
    right = np.stack([rows["right_x"], rows["right_y"]])
    mean = np.where(np.isnan(left), right, np.where(np.isnan(right), left, (left + right) / 2.0))
    return mean[0], mean[1]


def assert_gaze_lies_on_both_images(recording: Recording) -> None:
    """Map gaze by the stored viewport, and one point of each image by hand."""
    geometry, gaze = geometry_of(recording), recording.gaze()
    viewport = recording.rows(DatasetKey.VIEWPORT)
    x_norm, y_norm = screen_gaze(gaze, Eye.AVERAGE)
    mapped = map_to_image(x_norm, y_norm, gaze["t_host_ns"], viewport, geometry.screen)
    for image in recording.rows(DatasetKey.IMAGES):
        on_image = np.flatnonzero(mapped["image_id"] == image["image_id"])
        assert len(on_image) > 500
        assert mapped["x_image_px"][on_image].min() >= 0.0
        assert mapped["x_image_px"][on_image].max() < image["width_px"]
        sample = on_image[0]
        row = viewport[mapped["viewport_row"][sample]]
        assert row["t_presented_host_ns"] != NO_TIME
        assert row["t_presented_host_ns"] <= gaze["t_host_ns"][sample]
        placement = placement_of(row)
        src, dst = placement.src_image_px, placement.dst_screen_px
        by_hand = src.x + (x_norm[sample] * 1920 - dst.x) * src.w / dst.w
        assert mapped["x_image_px"][sample] == pytest.approx(by_hand, abs=0.01)


def test_real_gaze_played_back_while_both_radiographs_are_shown_and_replayed_afterwards(
    shared: Path,
    source: RecordedStream,
    table: Path,
    speed: float,
    tmp_path: Path,
    start_reading: Callable,
    qtbot: Any,
) -> None:
    path = tmp_path / "played.gazeh5"
    reading = start_reading(SPECTRUM_SCREEN)
    reading.session.show_folder(shared / "data" / "cxr")
    reading.connect("playback", file=str(table), speed=f"{speed:g}", start="recording")
    reading.begin(path)
    for number, name in enumerate(LUNGS):
        reading.show_case(number)
        assert_bone_is_bright(reading.state.reader.panes[0], name)
        wanted = (number + 1) * SAMPLES // 2
        reading.until(lambda wanted=wanted: reading.session.link.status.recorded >= wanted)
    reading.until(lambda: reading.session.link.is_finished)
    reading.end()

    assert_clean(path)
    with Recording.open(path) as recording:
        assert recording.raw().dtype == source.raw.dtype
        assert recording.raw().tobytes() == source.raw.tobytes()
        assert len(recording.raw()) == SAMPLES
        assert np.array_equal(recording.gaze()["t_device_ns"], source.gaze["t_device_ns"])
        assert_agrees_with_the_yardstick(accuracy_of(recording).result, source)
        assert_gaze_lies_on_both_images(recording)
        assert recording.closing is not None
        assert (recording.closing.samples_dropped, recording.closing.samples_out_of_order) == (0, 0)
    assert_is_replayed(qtbot, path, shared / "data" / "cxr")


def test_real_gaze_over_lsl_from_a_second_process_while_both_radiographs_are_shown(
    shared: Path,
    source: RecordedStream,
    sender: tuple[subprocess.Popen[str], str],
    lsl_mapping: Path,
    tmp_path: Path,
    start_reading: Callable,
) -> None:
    process, session_id = sender
    path = tmp_path / "lsl.gazeh5"
    reading = start_reading(SPECTRUM_SCREEN)
    reading.session.show_folder(shared / "data" / "cxr")
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    reading.connect("lsl", session_id=session_id, mapping=str(lsl_mapping), wait_s="20", markers="no")
    reading.begin(path)
    process.stdin.write("go\n")
    process.stdin.flush()
    for number, name in enumerate(LUNGS):
        reading.show_case(number)
        assert_bone_is_bright(reading.state.reader.panes[0], name)
        wanted = SAMPLES // 2 if number == 0 else SAMPLES
        reading.until(lambda wanted=wanted: reading.session.link.status.recorded >= wanted)
    reading.end()

    assert_clean(path)
    with Recording.open(path) as recording:
        raw = recording.raw()
        assert len(raw) == SAMPLES
        for name in source.raw.dtype.names or ():
            assert raw[name].tobytes() == source.raw[name].astype(np.float64).tobytes(), name
        assert raw["lsl_timestamp"].tobytes() == (source.raw["timestamp"] / 1000.0).tobytes()
        ranges = target_ranges(raw, source.targets)
        result = validate_targets(recording.gaze(), source.targets, ranges, geometry_of(recording))
        assert_agrees_with_the_yardstick(result, source)
        assert_gaze_lies_on_both_images(recording)


def target_ranges(raw: Rows, targets: Rows) -> list[RowRange]:
    """The samples of each target by the column the sender sent along."""
    ranges = []
    for target in targets:
        rows = np.flatnonzero(raw["target_id"] == target["target_id"])
        ranges.append(RowRange(first=int(rows[0]), end=int(rows[-1]) + 1))
    return ranges
