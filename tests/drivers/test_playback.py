from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from drivers.contract import Batch, DriverError, DriverOptionError, DriverStateError, NoticeKind
from drivers.playback import MAX_ROWS_PER_BATCH, PlaybackTracker, create
from gaze_core.rows import NO_TIME, GazeFlag

FROM_ANYWHERE = {"t_host_ns", "flags"}


def play(tracker: PlaybackTracker, timeout_s: float = 0.05, most_reads: int = 10_000) -> list[Batch]:
    batches = []
    for _ in range(most_reads):
        batches.append(tracker.read(timeout_s))
        if any(notice.kind is NoticeKind.FINISHED for notice in batches[-1].notices):
            return batches
    raise AssertionError("the playback never finished")


def joined(batches: list[Batch], name: str) -> np.ndarray:
    return np.concatenate([getattr(batch, name) for batch in batches])


def running(recorded, clock, speed=1.0):
    tracker = PlaybackTracker(recorded, speed=speed, clock=clock, wait=clock.wait)
    tracker.open()
    tracker.start()
    return tracker


@pytest.mark.parametrize("speed", [0.5, 1.0, 3.0, math.inf])
def test_raw_rows_and_gaze_values_come_bit_for_bit_at_any_speed(recorded, clock, speed):
    batches = play(running(recorded, clock, speed))
    gaze = joined(batches, "gaze")
    assert joined(batches, "raw").tobytes() == recorded.raw.tobytes()
    for column in set(gaze.dtype.names) - FROM_ANYWHERE:
        assert gaze[column].tobytes() == recorded.gaze[column].tobytes(), column


def test_played_rows_are_marked_as_not_an_eye_in_front_of_the_screen(recorded, clock):
    gaze = joined(play(running(recorded, clock)), "gaze")
    assert np.all(gaze["flags"] & GazeFlag.SYNTHETIC)
    assert not np.any(recorded.gaze["flags"])


def test_the_spacing_of_arrivals_is_the_recorded_one_divided_by_the_speed(recorded, clock):
    start_ns = clock.now_ns()
    gaze = joined(play(running(recorded, clock, 2.0)), "gaze")
    assert gaze["t_host_ns"][0] == start_ns
    assert np.all(np.diff(gaze["t_host_ns"]) == 5_000_000)


def test_nothing_arrives_before_it_is_due(recorded, clock):
    tracker = running(recorded, clock)
    assert len(tracker.read(0.0).gaze) == 1
    assert len(tracker.read(0.003).gaze) == 0
    clock.wait(0.025)
    assert len(tracker.read(0.0).gaze) == 2


def test_markers_and_targets_keep_their_place_among_the_samples(recorded, clock):
    batches = play(running(recorded, clock))
    gaze, markers, targets = (joined(batches, name) for name in ("gaze", "markers", "targets"))
    assert list(markers["text"]) == [b"first", b"second"]
    assert list(markers["t_host_ns"] - gaze["t_host_ns"][[10, 30]]) == [5_000_000, 5_000_000]
    assert targets["t_on_host_ns"][0] == gaze["t_host_ns"][5]
    assert targets["t_off_host_ns"][0] == gaze["t_host_ns"][25]


def test_clock_readings_keep_their_relation_to_the_samples_and_the_wall_clock_of_that_day_is_left_out(
    recorded, clock
):
    batches = play(running(recorded, clock))
    clock_sync = joined(batches, "clock_sync")
    assert list(clock_sync["clock_id"]) == [b"device"]
    assert clock_sync["host_before_ns"][0] == joined(batches, "gaze")["t_host_ns"][20] - 1000
    assert clock_sync["remote_ns"][0] == recorded.gaze["t_device_ns"][20]


def test_the_end_is_announced_once_and_reading_goes_on_quietly(recorded, clock):
    tracker = running(recorded, clock)
    finished = [notice for batch in play(tracker) for notice in batch.notices]
    assert [notice.value for notice in finished] == [50.0]
    before_ns = clock.now_ns()
    later = tracker.read(0.1)
    assert len(later.gaze) == 0
    assert later.notices == ()
    assert clock.now_ns() - before_ns == 100_000_000


def test_a_stop_holds_the_tape_and_a_start_goes_on_with_the_next_row(recorded, clock):
    tracker = running(recorded, clock)
    clock.wait(0.1)
    before = tracker.read(0.0)
    tracker.stop()
    clock.wait(60.0)
    tracker.start()
    rest = play(tracker)
    seq = np.concatenate([before.gaze["seq"], joined(rest, "gaze")["seq"]])
    assert np.array_equal(seq, recorded.gaze["seq"])
    assert joined(rest, "gaze")["t_host_ns"][0] >= before.gaze["t_host_ns"][-1] + 60_000_000_000


def test_a_stream_without_arrival_times_is_paced_by_its_device_clock(recorded, clock):
    gaze = recorded.gaze.copy()
    gaze["t_host_ns"] = NO_TIME
    gaze["t_device_ns"] *= 2
    batches = play(running(dataclasses.replace(recorded, gaze=gaze), clock))
    assert np.all(np.diff(joined(batches, "gaze")["t_host_ns"]) == 20_000_000)


def test_a_jump_of_the_device_clock_is_played_but_not_waited_for(recorded, clock):
    gaze = recorded.gaze.copy()
    gaze["t_host_ns"] = NO_TIME
    gaze["t_device_ns"][20:] += 3_600_000_000_000
    gaze["flags"][20] |= GazeFlag.CLOCK_RESET
    gaze["t_device_ns"][40:] -= 7_200_000_000_000
    played = joined(play(running(dataclasses.replace(recorded, gaze=gaze), clock)), "gaze")
    assert np.all(np.diff(played["t_host_ns"]) == 10_000_000)
    assert np.array_equal(played["t_device_ns"], gaze["t_device_ns"])


def test_a_stream_without_any_times_is_refused_with_a_way_out(recorded, clock):
    gaze = recorded.gaze.copy()
    gaze["t_host_ns"] = NO_TIME
    gaze["t_device_ns"][7] = NO_TIME
    stream = dataclasses.replace(recorded, gaze=gaze)
    with pytest.raises(DriverError, match="speed=max"):
        PlaybackTracker(stream, clock=clock).open()
    assert len(joined(play(running(stream, clock, math.inf)), "gaze")) == 50


def test_rows_that_do_not_belong_together_are_refused(recorded, clock):
    with pytest.raises(DriverError, match="50 gaze rows and 49 raw rows"):
        PlaybackTracker(dataclasses.replace(recorded, raw=recorded.raw[1:]), clock=clock).open()


def test_a_long_stream_comes_in_bounded_batches_when_not_paced(recorded, clock):
    many = dataclasses.replace(recorded, gaze=np.tile(recorded.gaze, 200), raw=np.tile(recorded.raw, 200))
    batches = play(running(many, clock, math.inf))
    assert max(len(batch.gaze) for batch in batches) == MAX_ROWS_PER_BATCH
    assert joined(batches, "raw").tobytes() == many.raw.tobytes()


def test_an_empty_stream_is_finished_at_once(recorded, clock):
    empty = dataclasses.replace(
        recorded,
        gaze=recorded.gaze[:0],
        raw=recorded.raw[:0],
        markers=recorded.markers[:0],
        targets=recorded.targets[:0],
    )
    assert len(play(running(empty, clock), most_reads=1)) == 1


def test_the_description_names_what_is_played(recorded, clock):
    info = PlaybackTracker(recorded, speed=2.0, clock=clock).open()
    assert (info.driver, info.model, info.is_simulated) == ("playback", "Spectrum", True)
    assert info.settings["playback_of_driver"] == "tobii"
    assert info.settings["playback_speed"] == "2"


def test_options_are_checked_in_words(recorded, setup, clock):
    assert create({"speed": "max"}, setup, clock, stream=recorded).open().settings["playback_speed"] == "max"
    with pytest.raises(DriverOptionError, match="no option 'sped'; its options are: speed"):
        create({"sped": "1"}, setup, clock, stream=recorded)
    with pytest.raises(DriverOptionError, match=r"'speed' of the playback driver is 'nan'.*0\.01 to 1000"):
        create({"speed": "nan"}, setup, clock, stream=recorded)
    with pytest.raises(DriverOptionError, match="no recorded stream"):
        create({}, setup, clock)


def test_wrong_order_is_refused_by_name(recorded, clock):
    tracker = PlaybackTracker(recorded, clock=clock)
    for call in (tracker.capabilities, tracker.start, lambda: tracker.read(0.0)):
        with pytest.raises(DriverStateError, match="playback"):
            call()
