from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.contract import DriverError, DriverOptionError, NoticeKind
from drivers.lsl_config import apply_configuration, configuration_text
from drivers.lsl_watch import SilenceWatch, TimeLine
from gaze_core.rows import GazeFlag

MS = 1_000_000
RESET = int(GazeFlag.CLOCK_RESET)
BACKWARD = int(GazeFlag.DEVICE_TIME_BACKWARD)


def flags(*batches: tuple[list[int], int]) -> list[int]:
    line = TimeLine()
    return [int(f) for stamps, host in batches for f in line.flag(np.array(stamps, np.int64) * MS, host * MS)]


def test_silence_of_half_a_second_is_a_loss_told_once():
    watch = SilenceWatch("'eye'", 600.0)
    watch.begin(0)
    assert watch.silent(499 * MS) == ()
    (notice,) = watch.silent(501 * MS)
    assert notice.kind is NoticeKind.CONNECTION_LOST
    assert watch.silent(900 * MS) == ()
    (notice,) = watch.arrived(2000 * MS)
    assert (notice.kind, notice.value) == (NoticeKind.CONNECTION_RESTORED, 2.0)
    assert watch.arrived(2001 * MS) == ()


def test_a_slow_stream_may_be_silent_for_longer():
    watch = SilenceWatch("'eye'", 2.0)
    watch.begin(0)
    assert watch.silent(2400 * MS) == ()
    assert len(watch.silent(2600 * MS)) == 1


def test_a_sender_that_is_gone_is_told_at_once():
    watch = SilenceWatch("'eye'", 0.0)
    watch.begin(0)
    assert len(watch.silent(1 * MS, is_gone=True)) == 1


def test_regular_samples_carry_no_flag():
    assert flags(([0, 2, 4], 10), ([6], 12), ([8, 10], 16)) == [0] * 6


def test_repeated_and_backward_stamps_are_flagged():
    assert flags(([0, 2, 2, 1, 3], 10)) == [0, 0, BACKWARD, BACKWARD, 0]


def test_a_clock_that_is_set_back_begins_a_new_time_line():
    assert flags(([10_000], 5), ([10_002, 3, 5], 9)) == [0, 0, RESET | BACKWARD, 0]


def test_a_clock_that_is_set_forward_begins_a_new_time_line():
    assert flags(([10], 15), ([12, 50_000], 20), ([50_002], 22)) == [0, 0, RESET, 0]


def test_a_gap_is_no_jump_of_the_clock():
    assert flags(([10], 15), ([5_000], 5_004), ([5_002], 5_007)) == [0, 0, 0]


def test_samples_that_waited_while_nobody_read_are_no_jump_of_the_clock():
    waited = list(range(0, 4_000, 500))
    assert flags(([0], 1), (waited[1:], 4_000), ([4_001], 4_002)) == [0] * 9


@given(st.lists(st.integers(1, 900), min_size=1, max_size=30), st.data())
def test_samples_that_go_on_steadily_are_never_flagged_however_they_are_delivered(steps, data):
    stamps = np.cumsum(steps)
    batches = []
    while len(stamps):
        count = data.draw(st.integers(1, len(stamps)))
        batches.append((list(stamps[:count]), int(stamps[count - 1]) + data.draw(st.integers(0, 900))))
        stamps = stamps[count:]
    assert not any(flags(*batches))


def test_the_configuration_stays_on_this_machine_unless_the_network_is_allowed():
    text = configuration_text(session_id=None, is_network_allowed=False)
    assert "ResolveScope = machine" in text
    assert "KnownPeers = {127.0.0.1}" in text
    assert "SessionID = default" in text
    assert configuration_text(session_id=None, is_network_allowed=True) == ""
    assert "ResolveScope" not in configuration_text(session_id="lab", is_network_allowed=True)


def test_a_session_id_cannot_smuggle_settings_in():
    with pytest.raises(DriverOptionError, match="letters, digits"):
        configuration_text(session_id="a\n[multicast]\nResolveScope = global", is_network_allowed=False)


def test_a_process_is_set_up_once_and_a_different_wish_is_refused(monkeypatch):
    monkeypatch.setattr("drivers.lsl_config._applied", [])
    applied = []
    apply_configuration("[lab]", applied.append)
    apply_configuration("[lab]", applied.append)
    with pytest.raises(DriverError, match="only once"):
        apply_configuration("", applied.append)
    assert applied == ["[lab]"]
