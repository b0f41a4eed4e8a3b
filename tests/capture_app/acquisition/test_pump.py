"""The pump hands everything on, survives what a tracker may do, and never drops a sample."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from capture_app.acquisition.messages import Message, StreamRows, TrackerNotice
from capture_app.acquisition.pump import Delivery, Pump
from drivers.contract import Batch, DriverError, Notice, NoticeKind, TrackerLostError
from gaze_core.clocks import ManualClock
from gaze_core.ring import RowRing
from gaze_core.rows import CLOCK_SYNC, MARKER, TRUTH, GazeFlag, decode_text
from gaze_core.streams import TrackerInfo
from recordings_schema.layout import DatasetKey

MakeBatch = Callable[..., Batch]
MakePump = Callable[..., Pump]


class FakeSink:
    def __init__(self) -> None:
        self.deliveries: list[Delivery] = []
        self.has_room = True

    def offer(self, delivery: Delivery) -> None:
        self.deliveries.append(delivery)

    def wait_for_room(self, timeout_s: float) -> bool:
        return self.has_room

    def rows(self, key: DatasetKey) -> list[Any]:
        return [row for each in self.deliveries for name, rows in each.beside if name is key for row in rows]


@pytest.fixture
def sink() -> FakeSink:
    return FakeSink()


@pytest.fixture
def posted() -> list[Message]:
    return []


@pytest.fixture
def make_pump(
    ring: RowRing,
    sink: FakeSink,
    posted: list[Message],
    clock: ManualClock,
    info: TrackerInfo,
    fake_driver: Any,
) -> MakePump:
    def make(script: list[Batch | Exception], **options: Any) -> Pump:
        return Pump(
            driver=fake_driver(script),
            info=info,
            ring=ring,
            sink=sink,
            post=posted.append,
            clock=clock,
            **{"is_live": True, **options},
        )

    return make


def test_samples_reach_ring_and_recorder_as_delivered(
    make_pump: MakePump, batch: MakeBatch, ring: RowRing, sink: FakeSink
) -> None:
    first, second = batch([0, 1, 2]), batch([3, 4])
    pump = make_pump([first, second])
    cursor = ring.cursor()

    pump.step(0.0)
    pump.step(0.0)

    assert [
        each.gaze is part.gaze and each.raw is part.raw
        for each, part in zip(sink.deliveries, (first, second), strict=True)
    ]
    assert np.array_equal(cursor.read()[0]["seq"], [0, 1, 2, 3, 4])
    assert [each.first_ring_row for each in sink.deliveries] == [0, 3]
    assert pump.batches == 2


def test_rows_beside_the_gaze_go_to_the_recorder_and_those_for_the_display_to_the_app(
    make_pump: MakePump, batch: MakeBatch, sink: FakeSink, posted: list[Message]
) -> None:
    marker, sync = MARKER.row(t_host_ns=1, text="go"), CLOCK_SYNC.row(clock_id="device")
    make_pump([batch([], markers=marker, clock_sync=sync, truth=TRUTH.empty(2))]).step(0.0)

    assert len(sink.rows(DatasetKey.MARKERS)) == len(sink.rows(DatasetKey.CLOCK_SYNC)) == 1
    assert len(sink.rows(DatasetKey.TRUTH)) == 2
    assert [each.row_type for each in posted if isinstance(each, StreamRows)] == ["clock_sync", "marker"]


def test_a_notice_becomes_an_event_and_a_message(
    make_pump: MakePump, batch: MakeBatch, sink: FakeSink, posted: list[Message]
) -> None:
    notice = Notice(t_host_ns=7, kind=NoticeKind.CONNECTION_LOST, text="It is gone.", value=2.0)
    make_pump([batch([], notices=(notice,))]).step(0.0)

    (event,) = sink.rows(DatasetKey.EVENTS)
    assert (decode_text(event["kind"]), decode_text(event["source"])) == ("connection_lost", "tracker")
    assert (int(event["t_host_ns"]), float(event["value"])) == (7, 2.0)
    assert posted == [TrackerNotice(t_host_ns=7, kind="connection_lost", text="It is gone.", value=2.0)]


def test_the_end_of_a_played_file_is_told_once_its_last_samples_are_the_recorder_s(
    make_pump: MakePump,
    batch: MakeBatch,
    sink: FakeSink,
    posted: list[Message],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told_before: list[int] = []
    monkeypatch.setattr(sink, "offer", lambda _delivery: told_before.append(len(posted)))
    notice = Notice(t_host_ns=7, kind=NoticeKind.FINISHED, text="That was all.")
    make_pump([batch([0, 1], notices=(notice,))]).step(0.0)

    assert told_before == [0]
    assert [type(each) for each in posted] == [TrackerNotice]


def test_faults_of_the_stream_become_events_with_exact_sums(
    make_pump: MakePump, batch: MakeBatch, sink: FakeSink, clock: ManualClock
) -> None:
    pump = make_pump([batch([10]), batch([9]), batch([8, 7]), batch([11]), batch([6])])
    for _ in range(4):
        pump.step(0.0)
    clock.advance_ns(2_000_000_000)
    pump.step(0.0)
    pump.finish()

    events = [row for row in sink.rows(DatasetKey.EVENTS) if decode_text(row["kind"]) == "out_of_order"]
    assert [float(row["value"]) for row in events] == [1.0, 3.0]
    assert sum(each.out_of_order for each in sink.deliveries) == 4


def test_a_clock_reset_that_the_driver_told_of_is_not_told_twice(
    make_pump: MakePump, batch: MakeBatch, sink: FakeSink
) -> None:
    notice = Notice(t_host_ns=7, kind=NoticeKind.CLOCK_RESET, text="The clock was set anew.")
    jumped = batch([1], notices=(notice,))
    jumped.gaze["t_device_ns"] -= 10_000_000_000
    pump = make_pump([batch([0]), jumped])
    pump.step(0.0)
    pump.step(0.0)

    assert len(sink.rows(DatasetKey.EVENTS)) == 1
    assert sink.deliveries[1].gaze["flags"][0] == GazeFlag.CLOCK_RESET


def test_a_recorder_that_is_behind_makes_reading_wait_and_loses_nothing(
    make_pump: MakePump, batch: MakeBatch, sink: FakeSink, clock: ManualClock
) -> None:
    pump = make_pump([batch([0]), batch([1])])
    pump.step(0.0)
    sink.has_room = False
    pump.step(0.0)
    pump.step(0.0)
    clock.advance_ns(1_500_000_000)
    sink.has_room = True
    pump.step(0.0)

    assert [int(number) for each in sink.deliveries for number in each.gaze["seq"]] == [0, 1]
    events = sink.rows(DatasetKey.EVENTS)
    assert [decode_text(event["kind"]) for event in events] == ["recorder_behind", "recorder_caught_up"]
    assert float(events[1]["value"]) == pytest.approx(1.5)


def test_a_reopened_tracker_numbers_on_and_its_first_sample_says_so(
    make_pump: MakePump, batch: MakeBatch, sink: FakeSink
) -> None:
    pump = make_pump([batch([0, 1]), batch([2, 4])], continues_after_seq=99)
    pump.step(0.0)
    pump.step(0.0)

    assert [int(number) for each in sink.deliveries for number in each.gaze["seq"]] == [100, 101, 102, 104]
    assert list(sink.deliveries[0].gaze["flags"]) == [GazeFlag.RECONNECTED, 0]
    assert pump.last_seq == 104


def test_a_driver_that_breaks_its_contract_is_told_by_name(make_pump: MakePump, batch: MakeBatch) -> None:
    whole = batch([0, 1])
    pump = make_pump([Batch(gaze=whole.gaze, raw=whole.raw[:1])])

    with pytest.raises(DriverError, match="fake driver delivered 2 gaze rows with 1 raw rows"):
        pump.step(0.0)


def test_a_lost_tracker_passes_through(make_pump: MakePump) -> None:
    pump = make_pump([TrackerLostError("It is gone; plug it in.")])

    with pytest.raises(TrackerLostError, match="plug it in"):
        pump.step(0.0)


def test_a_pump_that_was_given_up_hands_on_nothing_any_more(
    make_pump: MakePump, batch: MakeBatch, ring: RowRing, sink: FakeSink
) -> None:
    pump = make_pump([batch([0])])
    pump.detach()
    pump.step(0.0)

    assert not sink.deliveries
    assert ring.written_count == 0


def test_a_batch_larger_than_the_ring_reaches_the_recorder_whole(
    make_pump: MakePump, batch: MakeBatch, ring: RowRing, sink: FakeSink
) -> None:
    make_pump([batch(list(range(5 * ring.capacity)))]).step(0.0)

    assert len(sink.deliveries[0].gaze) == 5 * ring.capacity


def test_a_change_of_rate_that_is_told_makes_no_false_holes(
    make_pump: MakePump, batch: MakeBatch, sink: FakeSink, info: TrackerInfo
) -> None:
    slow, first = batch([10, 11, 12]), batch([0, 1])
    interval_ns = round(1e9 / info.rate_hz)
    for step, row in enumerate(slow.gaze):
        row["t_device_ns"] = first.gaze["t_device_ns"][-1] + (step + 1) * 3 * interval_ns
        row["seq"] = 2 + step
    told = Notice(t_host_ns=7, kind=NoticeKind.RATE_CHANGED, text="Slower.", value=info.rate_hz / 3)
    pump = make_pump([first, replace(slow, notices=(told,))])
    pump.step(0.0)
    pump.step(0.0)

    flags = np.concatenate([each.gaze["flags"] for each in sink.deliveries])
    assert not np.any(flags & np.uint32(GazeFlag.GAP_BEFORE))
    assert pump.notices.changed == "Slower."
