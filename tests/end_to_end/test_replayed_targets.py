"""A validation as a gaze table, played into a recording, and that recording played into another one."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from recordings_schema.layout import DatasetKey
from recordings_schema.reader import Recording

pytestmark = pytest.mark.processes

TARGETS_PX = ((0.0, 0.0), (-600.0, 300.0), (600.0, -300.0))
SAMPLES_PER_TARGET = 300


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Gaze near three targets, with a pause between them, at 600 Hz."""
    random = np.random.default_rng(5)
    lines = ["timestamp\tleft_x\tleft_y\tright_x\tright_y\ttarget_id\ttar_x\ttar_y"]
    for number, (x_px, y_px) in enumerate(TARGETS_PX):
        for target_id in [number] * SAMPLES_PER_TARGET + [-1] * 60:
            eyes = (np.array([x_px, y_px, x_px, y_px]) + random.normal(12.0, 4.0, 4)).tolist()
            stamp_ms = 5000.0 + (len(lines) - 1) / 0.6
            lines.append("\t".join(map(repr, [stamp_ms, *eyes, target_id, x_px, y_px])))
    path = tmp_path / "validation.tsv"
    path.write_text("\n".join(lines) + "\n")
    return path


def play(run_command: Callable, source: Path, out: Path, speed: str):
    return run_command(
        "record", "--tracker", "playback", "--option", f"file={source}", "--option", f"speed={speed}",
        "--seconds", "60", "--out", out,
    )  # fmt: skip


def test_targets_go_with_the_gaze_through_every_playback(
    table: Path, tmp_path: Path, run_command: Callable
) -> None:
    first, second = tmp_path / "first.gazeh5", tmp_path / "second.gazeh5"
    assert play(run_command, table, first, "4").code == 0
    assert play(run_command, first, second, "9").code == 0

    answers = [json.loads(run_command("accuracy", path, "--json").out) for path in (first, second)]
    assert answers[0]["targets"] == answers[1]["targets"]
    assert [target["sample_count"] for target in answers[0]["targets"]] == [SAMPLES_PER_TARGET] * 9
    assert all(0.1 < target["offset_deg"] < 0.8 for target in answers[0]["targets"])
    assert answers[0]["screen_mm"] == [528.0, 297.0]
    with Recording.open(first) as one, Recording.open(second) as other:
        assert len(one.gaze()) == 3 * (SAMPLES_PER_TARGET + 60)
        assert one.raw().tobytes() == other.raw().tobytes()
        assert one.rows(DatasetKey.TARGETS)["target_id"].tolist() == [0, 1, 2]


def test_as_fast_as_possible_everything_is_kept_but_the_times_of_targets(
    table: Path, tmp_path: Path, run_command: Callable
) -> None:
    path = tmp_path / "fast.gazeh5"
    assert play(run_command, table, path, "max").code == 0
    with Recording.open(path) as recording:
        assert len(recording.raw()) == 3 * (SAMPLES_PER_TARGET + 60)
        assert len(recording.rows(DatasetKey.TARGETS)) == 3
    said = run_command("accuracy", path)
    assert said.code == 3
    assert "not with speed=max" in said.err
