from __future__ import annotations

import json
from pathlib import Path

import pytest

from recordings_schema.reader import Recording
from recordings_schema.recover import recover
from recordings_schema.testing import METADATA, TRACKER, append_samples
from recordings_schema.writer import RecordingWriter


@pytest.mark.parametrize("is_cut_off", [False, True])
def test_a_finished_recording_says_how_its_clock_ran(path: Path, is_cut_off: bool) -> None:
    writer = RecordingWriter.create(path, METADATA, TRACKER)
    append_samples(writer, 3000)
    if is_cut_off:
        writer.abandon()
        recover(path)
    else:
        writer.close("done")
    with Recording.open(path) as recording:
        assert recording.closing is not None
        (segment,) = json.loads(recording.closing.clock_fit["device"])
    assert segment["row_count"] == 3000
    assert segment["is_envelope"] is True
    assert abs(segment["slope_ppm"]) < 1000
