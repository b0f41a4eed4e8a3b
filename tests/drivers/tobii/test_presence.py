"""A loss is told once however it was noticed, a return once, and attempts to connect are not in a hurry."""

from __future__ import annotations

import numpy as np
import pytest

from drivers.contract import NoticeKind
from drivers.tobii.presence import FIRST_SAMPLE_NS, RETRY_AFTER_NS, SILENCE_NS, STRAGGLER_NS, Presence

SECOND_NS = 1_000_000_000


@pytest.fixture
def presence():
    """A 600 Hz tracker that began to send at second 10."""
    presence = Presence("Tobii Pro Spectrum (1)", 600.0)
    presence.begin(9 * SECOND_NS)
    presence.arrived(10 * SECOND_NS, 10 * SECOND_NS)
    return presence


def test_silence_is_a_loss_after_half_a_second_and_told_once(presence):
    assert presence.silent(10 * SECOND_NS + SILENCE_NS) == ()
    told = presence.silent(10 * SECOND_NS + SILENCE_NS + 1)
    assert [notice.kind for notice in told] == [NoticeKind.CONNECTION_LOST]
    assert told[0].value == pytest.approx(0.5)
    assert presence.silent(20 * SECOND_NS) == ()
    assert presence.lose(20 * SECOND_NS, "The connection is lost.") == ()


def test_the_first_sample_after_the_start_may_take_longer():
    presence = Presence("Tobii", 60.0)
    presence.begin(0)
    assert presence.silent(FIRST_SAMPLE_NS) == ()
    assert len(presence.silent(FIRST_SAMPLE_NS + 1)) == 1


def test_a_slow_tracker_may_be_silent_for_five_intervals():
    presence = Presence("Tobii", 5.0)
    presence.begin(0)
    presence.arrived(0, 0)
    assert presence.silent(SECOND_NS) == ()
    assert len(presence.silent(SECOND_NS + 1)) == 1


def test_the_return_is_told_once_with_how_long_it_took(presence):
    presence.silent(11 * SECOND_NS)
    told = presence.arrived(13 * SECOND_NS, 13 * SECOND_NS + 5)
    assert [(notice.kind, notice.value) for notice in told] == [(NoticeKind.CONNECTION_RESTORED, 3.0)]
    assert presence.arrived(13 * SECOND_NS + 6, 13 * SECOND_NS + 6) == ()


def test_samples_that_were_on_their_way_end_no_loss(presence):
    presence.lose(11 * SECOND_NS, "The connection is lost.")
    assert presence.arrived(11 * SECOND_NS + 1, 11 * SECOND_NS + STRAGGLER_NS) == ()
    assert presence.is_lost
    after_ns = 11 * SECOND_NS + STRAGGLER_NS + 1
    arrived_ns = np.array([11 * SECOND_NS + 1, after_ns, after_ns + 1])
    assert presence.first_after_loss(arrived_ns) == 1
    assert len(presence.arrived(after_ns, after_ns + 1)) == 1


def test_samples_right_after_the_sdk_has_the_connection_again_end_the_loss(presence):
    presence.lose(11 * SECOND_NS, "The connection is lost.")
    presence.restored_by_sdk(11 * SECOND_NS + 10)
    assert len(presence.arrived(11 * SECOND_NS + 20, 11 * SECOND_NS + 20)) == 1


def attempts(presence, begin_ns, seconds):
    """The times at which an attempt is due, looked for every 10 ms, in seconds from the loss."""
    steps = range(0, round(seconds * SECOND_NS), 10_000_000)
    return [step / SECOND_NS for step in steps if presence.is_attempt_due(begin_ns + step)]


def test_attempts_to_connect_come_after_1_2_5_and_then_every_10_seconds(presence):
    assert not presence.is_attempt_due(10 * SECOND_NS)
    presence.lose(11 * SECOND_NS, "The connection is lost.")
    assert attempts(presence, 11 * SECOND_NS, 30) == [1.0, 3.0, 8.0, 18.0, 28.0]
    presence.arrived(41 * SECOND_NS, 41 * SECOND_NS)
    presence.lose(42 * SECOND_NS, "The connection is lost.")
    assert attempts(presence, 42 * SECOND_NS, 4) == [1.0, 3.0]


def test_the_sdk_is_given_time_before_the_next_attempt(presence):
    presence.lose(11 * SECOND_NS, "The connection is lost.")
    presence.restored_by_sdk(12 * SECOND_NS - 1)
    assert not presence.is_attempt_due(12 * SECOND_NS)
    assert presence.is_attempt_due(12 * SECOND_NS + RETRY_AFTER_NS[0])


def test_a_loss_is_a_sentence_that_says_what_to_do(presence):
    (notice,) = presence.lose(11 * SECOND_NS, "The connection to the Tobii Pro Spectrum (1) is lost.")
    assert "Check its cable and power." in notice.text
    assert notice.value == pytest.approx(1.0)
