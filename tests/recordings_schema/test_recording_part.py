from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from recordings_schema.layout import DatasetKey
from recordings_schema.reader import Recording
from recordings_schema.recording_part import RecordingPart


@pytest.mark.parametrize("first", [0, 1, 1023, 1024, 2999, 3000])
def test_samples_count_from_the_moment_on_and_all_other_rows_are_whole(finished: Path, first: int) -> None:
    with Recording.open(finished) as whole, RecordingPart.open(finished) as part:
        arrived_ns = whole.gaze()["t_host_ns"]
        part.begin_at(int(arrived_ns[first]) if first < len(arrived_ns) else int(arrived_ns[-1]) + 1)
        assert part.count(DatasetKey.GAZE) == part.count(DatasetKey.RAW) == len(arrived_ns) - first
        assert part.gaze().tobytes() == whole.gaze(first).tobytes()
        assert part.raw(5, 9).tobytes() == whole.raw(first + 5, first + 9).tobytes()
        assert part.gaze(7, 3).tobytes() == b""
        assert np.array_equal(part.host_times_ns(), whole.host_times_ns()[first:])
        for key in set(whole.keys) - {DatasetKey.GAZE, DatasetKey.RAW}:
            assert part.rows(key).tobytes() == whole.rows(key).tobytes()


def test_a_file_that_still_grows_has_a_part(unfinished: Path) -> None:
    with RecordingPart.open(unfinished) as part:
        arrived_ns = part.gaze()["t_host_ns"]
        part.begin_at(int(arrived_ns[100]))
        assert not part.is_finished
        assert np.array_equal(part.gaze()["t_host_ns"], arrived_ns[100:])
