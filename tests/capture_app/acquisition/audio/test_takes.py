"""Blocks become one stretch of sound whose frames have host times."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture_app.acquisition.audio.takes import TakeBuilder

RATE_HZ = 48_000.0
BLOCK = 480


def hear(
    builder: TakeBuilder, blocks: int, *, start_ns: int = 10**12, ppm: float = 0.0, seed: int = 0
) -> None:
    """Blocks of a device that runs `ppm` faster than the host; each late by up to some milliseconds."""
    late_ns = np.random.default_rng(seed).exponential(1e6, blocks)
    late_ns[::20] = 0.0
    for number in range(blocks):
        last_frame = (number + 1) * BLOCK - 1
        ideal_ns = start_ns + last_frame / (RATE_HZ * (1 + ppm * 1e-6)) * 1e9
        pcm = np.full(BLOCK, number, np.int16)
        builder.hear(pcm, round(ideal_ns + late_ns[number]), is_after_loss=False)


def builder() -> TakeBuilder:
    return TakeBuilder(input_rate_hz=RATE_HZ, output_rate_hz=RATE_HZ)


def test_a_sync_row_names_the_last_frame_of_its_block():
    made = builder()
    hear(made, 3)
    assert made.take().heard.sync["frame"].tolist() == [479, 959, 1439]


@given(ppm=st.floats(-200.0, 200.0), seed=st.integers(0, 100))
def test_frames_get_their_host_time_from_the_quickest_blocks(ppm, seed):
    made = builder()
    hear(made, 1000, ppm=ppm, seed=seed)
    line = made.take().heard.line()
    true_ns = 10**12 + 240_000 / (RATE_HZ * (1 + ppm * 1e-6)) * 1e9
    assert line.host_ns(240_000) == pytest.approx(true_ns, abs=100_000)
    assert line.true_rate_hz == pytest.approx(RATE_HZ * (1 + ppm * 1e-6), rel=60e-6)


@given(frame=st.floats(0.0, 480_000.0))
def test_the_frame_of_a_host_time_is_the_way_back(frame):
    made = builder()
    hear(made, 300, ppm=80.0)
    line = made.take().heard.line()
    assert line.frame_at(line.host_ns(frame)) == pytest.approx(frame, abs=1e-3)


def test_the_buffers_filling_at_the_start_do_not_move_the_line():
    made = builder()
    for number in range(1000):
        ahead_ns = 200_000_000 if number < 20 else 0  # delivered long before its time
        last_frame = (number + 1) * BLOCK - 1
        made.hear(
            np.zeros(BLOCK, np.int16),
            round(10**12 + last_frame / RATE_HZ * 1e9) - ahead_ns,
            is_after_loss=False,
        )
    assert made.take().heard.line().host_ns(48_000) == pytest.approx(10**12 + 10**9, abs=50_000)


def test_sound_that_was_lost_begins_a_new_segment_and_the_longest_is_used():
    made = builder()
    hear(made, 3)
    made.hear(np.full(BLOCK, 9, np.int16), 2 * 10**12, is_after_loss=True)
    take = made.take()
    assert len(take.pcm) == 3 * BLOCK
    assert take.has_gap
    assert take.warnings[0].startswith("Sound was lost 1 times")


def test_an_output_that_ran_dry_is_told():
    made = builder()
    hear(made, 3)
    made.play(0, 10, is_after_gap=False)
    made.play(48_000, 20, is_after_gap=True)
    take = made.take()
    assert take.has_gap
    assert "ran dry 1 times" in take.warnings[0]


def test_gaps_while_the_device_starts_mean_nothing():
    made = builder()
    hear(made, 3)
    made.play(0, 10, is_after_gap=True)
    made.play(480, 20, is_after_gap=True)
    assert not made.take().has_gap


def test_too_little_sound_has_no_line():
    made = builder()
    assert made.take().heard.line() is None
    hear(made, 10)
    assert made.take().heard.line() is None
