"""The disk is watched so that a recording can always be finished."""

from __future__ import annotations

from pathlib import Path

import pytest

from capture_app.acquisition.disk_watch import RESERVE_BYTES, DiskWatch

MB = 1_000_000


def _watch(tmp_path: Path, free: list[int], streamed: int, journal: int) -> DiskWatch:
    path = tmp_path / "ä.gazeh5"
    path.write_bytes(bytes(streamed))
    path.with_name(path.name + ".journal").write_bytes(bytes(journal))
    return DiskWatch(path, 0, read_free_bytes=lambda _: free.pop(0))


def test_the_time_left_counts_the_finished_copy_too(tmp_path: Path) -> None:
    watch = _watch(tmp_path, [RESERVE_BYTES + 61 * MB], streamed=MB, journal=MB)

    state = watch.check(10_000_000_000)

    # 60 MB beside the copy of what there is; 3 MB in 10 s: journal, streamed file and its copy.
    assert state.remaining_s == pytest.approx(200.0)
    assert (state.written_bytes, state.warns, state.must_stop) == (2 * MB, True, False)


def test_it_warns_once_per_threshold(tmp_path: Path) -> None:
    watch = _watch(tmp_path, [RESERVE_BYTES + free * MB for free in (400, 100, 99, 30, 29)], MB, MB)

    assert [watch.check(10_000_000_000).warns for _ in range(5)] == [False, True, False, True, False]


@pytest.mark.parametrize("free", [0, RESERVE_BYTES + MB, RESERVE_BYTES + 2 * MB])
def test_it_stops_while_the_copy_still_fits(tmp_path: Path, free: int) -> None:
    assert _watch(tmp_path, [free], MB, MB).check(10_000_000_000).must_stop


def test_the_rate_of_the_first_seconds_is_not_believed(tmp_path: Path) -> None:
    assert not _watch(tmp_path, [RESERVE_BYTES + 2 * MB], MB, MB).check(1_000_000).must_stop


def test_a_folder_that_is_gone_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="nowhere"):
        DiskWatch(tmp_path / "nowhere" / "a.gazeh5", 0).check(1)
