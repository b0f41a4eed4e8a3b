"""The operator hears of signals now and then, and of all triggers together at the end."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from capture_app.session.signal_news import QUIET_NS, SignalNews
from gaze_core.rows import EXTERNAL_SIGNAL, TRIGGER


def signal(value: int, t_host_ns: int = 0, change: str = "value_changed"):
    return EXTERNAL_SIGNAL.row(t_host_ns=t_host_ns, value=value, change=change, source="COM3")


def trigger(after_ns: int):
    return TRIGGER.row(t_onset_host_ns=1_000_000, t_after_host_ns=1_000_000 + after_ns)


def test_a_signal_is_a_sentence_with_value_and_port():
    assert SignalNews().signals(signal(5)) == "Signal 5 from COM3."


def test_of_many_signals_one_a_second_is_told():
    news = SignalNews()
    told = [news.signals(signal(value, t)) for value, t in ((1, 0), (2, QUIET_NS - 1), (3, QUIET_NS))]
    assert told == ["Signal 1 from COM3.", "", "Signal 3 from COM3."]


def test_the_newest_of_several_is_told():
    assert SignalNews().signals(np.concatenate([signal(1), signal(2)])) == "Signal 2 from COM3."


def test_a_state_that_did_not_change_is_not_told():
    assert SignalNews().signals(signal(5, change="initial_value")) == ""


def test_without_triggers_there_is_nothing_to_say():
    assert SignalNews().summary() == ""


def test_the_summary_gives_number_median_and_worst():
    news = SignalNews()
    for after_ns in (1_000_000, 2_000_000, 9_000_000):
        news.triggers(trigger(after_ns))
    assert news.summary().startswith("3 triggers left 2.0 ms (median)")
    assert "at most 9.0 ms after the onset." in news.summary()


def test_a_recording_counts_its_own_triggers():
    news = SignalNews()
    news.triggers(trigger(9_000_000))
    news.begin()
    news.triggers(trigger(1_000_000))
    assert news.summary().startswith("1 trigger left 1.0 ms")


@given(st.lists(st.integers(0, 10**8), min_size=1, max_size=20), st.integers(0, 20))
def test_it_does_not_matter_in_what_portions_the_triggers_come(lags_ns, cut):
    rows = np.concatenate([trigger(each) for each in lags_ns])
    whole, parts = SignalNews(), SignalNews()
    whole.triggers(rows)
    for part in (rows[:cut], rows[cut:]):
        parts.triggers(part)
    assert parts.summary() == whole.summary()
