"""Our LSL streams in the acquisition process: when they are offered, what is sent, what the app is told."""

from __future__ import annotations

import json
import queue
import threading
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture_app.acquisition import messages as m
from capture_app.acquisition.outlet_markers import MAX_BYTES, MarkerMaker
from capture_app.acquisition.outlet_service import READ_CLOCK_EVERY_NS, OutletService
from capture_app.acquisition.services import ServiceParts
from drivers.contract import DriverError
from gaze_core.clocks import clock_sync_row
from gaze_core.rows import EVENT, NO_TIME, TRIAL, TRIGGER
from recordings_schema.layout import DatasetKey

WAIT_S = 10.0


class FakeTimes:
    def __init__(self, clock) -> None:
        self._clock = clock

    def measure(self):
        return clock_sync_row("lsl_local", self._clock.now_ns, self._clock)


class FakeOffer:
    """Streams that are only noted."""

    def __init__(self, names, clock) -> None:
        self.names = names
        self.times = FakeTimes(clock)
        self.has_consumers = False
        self.trackers = []
        self.gaze = []
        self.markers = []
        self.is_closed = False
        self.failure: DriverError | None = None

    def offer_gaze(self, info, *, has_vendor_stamps) -> None:
        self.trackers.append((info.serial, has_vendor_stamps))

    def push_gaze(self, gaze) -> None:
        if self.failure is not None:
            raise self.failure
        self.gaze.append(gaze)

    def push_marker(self, text, t_host_ns) -> None:
        self.markers.append((json.loads(text), t_host_ns))

    def close(self) -> None:
        self.is_closed = True


class FakeRecorder:
    def __init__(self) -> None:
        self.is_recording = False
        self.started_host_ns = NO_TIME
        self.appended = []

    def append(self, key, rows) -> bool:
        self.appended.append((key, rows))
        return self.is_recording

    def event(self, kind, text, value=float("nan"), source="recorder") -> None:
        raise AssertionError("the streams write no events")

    def start(self, t_host_ns: int) -> None:
        self.is_recording, self.started_host_ns = True, t_host_ns


class Bench:
    """A service with everything around it faked but its thread."""

    def __init__(self, clock) -> None:
        self.clock = clock
        self.recorder = FakeRecorder()
        self.offers: list[FakeOffer] = []
        self.refusal: DriverError | None = None
        self.told: queue.SimpleQueue[m.Message] = queue.SimpleQueue()
        parts = ServiceParts(clock=clock, send=self.told.put, recorder=self.recorder, tracker=None)
        self.service = OutletService(parts, make_offer=self._make)

    def _make(self, names, clock) -> FakeOffer:
        if self.refusal is not None:
            raise self.refusal
        self.offers.append(FakeOffer(names, clock))
        return self.offers[-1]

    @property
    def offer(self) -> FakeOffer:
        return self.offers[-1]

    def switch(self, *, is_on: bool = True, name: str = "S", are_triggers_sent: bool = False):
        self.service.handle(
            m.OfferStreams(
                is_on=is_on,
                name=name,
                is_network_allowed=False,
                session_id="s",
                are_triggers_sent=are_triggers_sent,
            )
        )
        return self.told.get(timeout=WAIT_S)

    def settle(self) -> None:
        """Wait until the service's thread has done what was asked of it."""
        is_done = threading.Event()
        self.service._jobs.put(is_done.set)
        assert is_done.wait(WAIT_S)

    def connect(self, info) -> None:
        self.service.tracker_changed(info)
        self.settle()


@pytest.fixture
def bench(clock):
    bench = Bench(clock)
    yield bench
    bench.service.close()


def test_nothing_of_lsl_is_touched_before_the_streams_are_switched_on(bench, info, gaze) -> None:
    bench.service.tracker_changed(info)
    bench.service.take_samples(gaze([1, 2]))
    bench.service.take_rows(DatasetKey.EVENTS, EVENT.row(t_host_ns=1, kind="mark"))
    bench.service.step()
    assert bench.switch(is_on=False).text == "No LSL streams are offered."
    assert bench.offers == []
    assert bench.told.empty()


def test_switched_on_the_streams_say_to_whom_they_are_offered(bench) -> None:
    told = bench.switch()
    assert told.is_on
    assert "'S' and 'SMarkers', announced on this computer only. Nobody listens yet." in told.text
    assert "all addresses of this computer" in told.text
    assert "firewall" in told.text
    bench.offer.has_consumers = True
    bench.service.step()
    told = bench.told.get(timeout=WAIT_S)
    assert told.has_consumers
    assert "Somebody listens." in told.text
    bench.service.step()
    assert bench.told.empty()


def test_streams_that_cannot_be_offered_say_why(bench) -> None:
    bench.refusal = DriverError("The package pylsl is not installed. Install pylsl.")
    told = bench.switch()
    assert not told.is_on
    assert told.text == "No LSL streams are offered. The package pylsl is not installed. Install pylsl."


def test_the_same_settings_again_keep_the_streams_and_others_end_them(bench) -> None:
    bench.switch()
    bench.switch()
    assert len(bench.offers) == 1
    bench.switch(name="T")
    assert [offer.is_closed for offer in bench.offers] == [True, False]
    assert not bench.switch(is_on=False).is_on
    assert bench.offer.is_closed


def test_samples_are_sent_once_the_stream_stands_for_their_tracker(bench, info, gaze) -> None:
    bench.switch()
    rows = gaze([5, 6])
    bench.service.take_samples(rows)
    assert bench.offer.gaze == []
    bench.connect(info)
    bench.service.take_samples(rows)
    assert bench.offer.gaze == [rows]
    bench.service.tracker_changed(None)
    bench.service.take_samples(rows)  # of a tracker that the service has not been told of yet
    assert len(bench.offer.gaze) == 1
    bench.connect(replace(info, serial="2"))
    bench.service.take_samples(rows)
    assert len(bench.offer.gaze) == 2
    assert bench.offer.trackers == [("1", True), ("2", True)]


def test_a_tracker_that_streams_already_is_offered_when_the_streams_are_switched_on(
    bench, info, gaze
) -> None:
    bench.service.tracker_changed(info)
    bench.switch()
    bench.service.take_samples(gaze([1]))
    assert len(bench.offer.gaze) == 1


def test_stamps_of_a_played_file_are_not_taken_for_those_of_today(bench, info) -> None:
    bench.switch()
    bench.connect(replace(info, driver="playback"))
    assert bench.offer.trackers == [("1", False)]


def test_a_stream_that_fails_while_sending_is_given_up_with_a_sentence(bench, info, gaze) -> None:
    bench.switch()
    bench.connect(info)
    bench.offer.failure = DriverError("The LSL stream 'S' cannot be sent any more.")
    bench.service.take_samples(gaze([1]))
    told = bench.told.get(timeout=WAIT_S)
    assert (told.is_on, told.text) == (
        False,
        "No LSL streams are offered. The LSL stream 'S' cannot be sent any more.",
    )
    assert bench.offer.is_closed
    bench.service.take_samples(gaze([2]))
    bench.service.step()
    assert bench.told.empty()


def test_a_recording_is_told_from_its_begin_to_its_end_before_and_after_its_events(bench) -> None:
    bench.switch()
    bench.recorder.start(4_000)
    bench.service.take_rows(DatasetKey.EVENTS, EVENT.row(t_host_ns=5_000, kind="mark", text="here"))
    bench.service.step()
    bench.recorder.is_recording = False
    bench.service.step()
    bench.service.step()
    assert [(marker["event"], stamp) for marker, stamp in bench.offer.markers] == [
        ("recording_started", 4_000),
        ("mark", 5_000),
        ("recording_ended", bench.clock.now_ns()),
    ]


def test_a_recording_that_follows_at_once_is_told_as_another_one(bench) -> None:
    bench.switch()
    for t_host_ns in (4_000, 9_000):
        bench.recorder.start(t_host_ns)
        bench.service.step()
    kinds = [marker["event"] for marker, _ in bench.offer.markers]
    assert kinds == ["recording_started", "recording_ended", "recording_started"]


def test_readings_of_the_lsl_clock_go_into_the_recording_at_its_begin_and_now_and_then(bench) -> None:
    bench.switch()
    bench.service.step()
    bench.recorder.start(bench.clock.now_ns())
    bench.service.step()
    bench.service.step()
    bench.clock.advance_ns(READ_CLOCK_EVERY_NS)
    bench.service.step()
    assert [key for key, _ in bench.recorder.appended] == [DatasetKey.CLOCK_SYNC] * 3
    assert {bytes(rows["clock_id"][0]) for _, rows in bench.recorder.appended} == {b"lsl_local"}


def test_triggers_become_markers_where_that_is_wanted(bench) -> None:
    rows = TRIGGER.row(t_onset_host_ns=77, code=3, cause="target", port="lsl", trial=2)
    bench.switch()
    bench.service.take_rows(DatasetKey.TRIGGERS, rows)
    assert bench.offer.markers == []
    bench.switch(are_triggers_sent=True)
    bench.service.take_rows(DatasetKey.TRIGGERS, rows)
    expected = {"event": "trigger", "t_host_ns": 77, "code": 3, "cause": "target", "port": "lsl", "trial": 2}
    assert bench.offer.markers == [(expected, 77)]
    assert len(bench.offers) == 1


def test_closing_ends_the_streams(bench) -> None:
    bench.switch()
    bench.service.close()
    assert bench.offer.is_closed


# markers


def marker_of(maker: MarkerMaker, key: DatasetKey, rows) -> dict:
    (marker,) = maker.markers(key, rows, has_triggers=False)
    return json.loads(marker.text)


def test_an_image_is_told_with_its_number_and_case_and_events_with_the_open_trial() -> None:
    maker = MarkerMaker()
    trial = TRIAL.row(t_host_ns=1, trial=4, case_id="thorax 7", state="open", image_ids="2,3")
    assert marker_of(maker, DatasetKey.TRIALS, trial) == {
        "event": "trial_open", "t_host_ns": 1, "trial": 4, "case": "thorax 7", "image_ids": "2,3",
    }  # fmt: skip
    shown = EVENT.row(t_host_ns=2, kind="image_shown", source="app", trial=4, value=2.0)
    assert marker_of(maker, DatasetKey.EVENTS, shown) == {
        "event": "image_shown", "t_host_ns": 2, "source": "app", "trial": 4, "image_id": 2,
        "case": "thorax 7",
    }  # fmt: skip
    lost = EVENT.row(t_host_ns=3, kind="samples_lost", source="tracker", value=12.0, text="12 are missing.")
    assert marker_of(maker, DatasetKey.EVENTS, lost) == {
        "event": "samples_lost", "t_host_ns": 3, "source": "tracker", "trial": 4, "value": 12.0,
        "text": "12 are missing.",
    }  # fmt: skip
    marker_of(maker, DatasetKey.TRIALS, TRIAL.row(t_host_ns=4, trial=4, state="done"))
    key = EVENT.row(t_host_ns=5, kind="key", source="reader", text="Space")
    assert "trial" not in marker_of(maker, DatasetKey.EVENTS, key)


@given(st.text(max_size=256), st.floats(), st.text(max_size=64))
def test_every_marker_is_short_json_whatever_the_texts_hold(text: str, value: float, case_id: str) -> None:
    maker = MarkerMaker()
    trial = TRIAL.row(
        t_host_ns=1, trial=0, case_id=case_id, state="open", image_ids=",".join("123456789" * 4)
    )
    event = EVENT.row(t_host_ns=2, kind="image_shown", source="app", trial=0, value=value, text=text)
    for key, rows in ((DatasetKey.TRIALS, trial), (DatasetKey.EVENTS, event)):
        (marker,) = maker.markers(key, rows, has_triggers=True)
        assert len(marker.text.encode()) <= MAX_BYTES
        told = json.loads(marker.text)
        assert told["t_host_ns"] == marker.t_host_ns
        assert told["trial"] == 0
        if "text" in told and not told["text"].endswith("…"):
            assert told["text"] == bytes(rows["text"][0]).rstrip(b"\0").decode()


def test_rows_of_other_kinds_make_no_markers() -> None:
    assert MarkerMaker().markers(DatasetKey.VIEWPORT, np.zeros(1), has_triggers=True) == []
