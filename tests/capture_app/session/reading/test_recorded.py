"""A reading in a recording on disk: the file is valid, and a killed recording is gone on with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from reading_rig import Rig, preset_study, quiet

from capture_app.session.reading import DATASET_OF, Stage, rows_of
from gaze_core.rows import IMAGE, SCREEN, VIEWPORT, Rows
from recordings_schema.findings import Severity
from recordings_schema.layout import DatasetKey
from recordings_schema.metadata import ClosingFacts
from recordings_schema.reader import Recording
from recordings_schema.recover import recover
from recordings_schema.testing import METADATA, TRACKER, append_samples
from recordings_schema.validate import validate
from recordings_schema.writer import RecordingWriter

SAMPLES = 120


def begun(path: Path, made: Sequence[tuple[str, Rows]]) -> RecordingWriter:
    """Return a recording that runs and holds the rows of a reading."""
    writer = RecordingWriter.create(path, METADATA, replace(TRACKER, has_truth=False))
    append_samples(writer, SAMPLES)
    image = IMAGE.row(image_id=0, sha256="0" * 64, size_bytes=10, name="a.png", width_px=9, height_px=9)
    writer.append(DatasetKey.IMAGES, image)
    for name, rows in made:
        writer.append(DATASET_OF[name], rows)
        for screen in rows[rows["kind"] == b"image"] if name == SCREEN.name else ():
            t_ns, trial = int(screen["t_presented_host_ns"]), int(screen["trial"])
            shown = VIEWPORT.row(t_presented_host_ns=t_ns, trial=trial, pane=0, image_id=0, cause="show")
            writer.append(DatasetKey.VIEWPORT, shown)
    writer.note_facts(ClosingFacts(samples_delivered=SAMPLES, samples_missing=0))
    return writer


@pytest.mark.parametrize("preset", ["reflacx", "vqa"])
def test_the_rows_of_a_reading_make_a_valid_recording_and_come_back_as_they_were(
    tmp_path: Path, preset: str
) -> None:
    rig = Rig(quiet(preset_study(preset), cases=2))
    rig.run()
    path = tmp_path / "session.gazeh5"

    begun(path, rig.made).close("ended by the operator")

    errors = [finding for finding in validate(path) if finding.severity is Severity.ERROR]
    assert errors == []
    with Recording.open(path) as recording:
        stored = rows_of(recording)
    for name, rows in rig.recording.items():
        assert stored[name].tobytes() == rows.tobytes()


def test_a_reading_goes_on_after_its_recording_was_killed_and_recovered(tmp_path: Path) -> None:
    study = quiet(preset_study("reflacx"), cases=2)
    before = Rig(study)
    before.run_to_screen("chest-box")
    path = tmp_path / "session.gazeh5"
    begun(path, before.made).abandon()

    recover(path)
    with Recording.open(path) as recording:
        rig = Rig(study, earlier=[rows_of(recording)])

    interrupted = rig.loop.state.interrupted
    assert interrupted is not None
    assert rig.loop.stage is Stage.RESUME_CHOICE
    assert (interrupted.screen, interrupted.answers) == (
        "chest-box",
        before.loop.state.open_attempt.answers,
    )
    rig.run()
    assert rig.loop.view.counted == 2
