"""The parts of hosting that need no process: clocks, numbering, the window of what is on its way, the log."""

from __future__ import annotations

import dataclasses
import logging
import os

import numpy as np
import pytest

from drivers.contract import Batch, Driver, DriverOptionError, Notice, NoticeKind, Scene
from drivers.host import messages as m
from drivers.host.batches import batch_messages
from drivers.host.child_driver import ChildDriver
from drivers.host.host_clock import ClockReading, HostClockLink, tightest
from drivers.host.hosted_driver import HostedDriver
from drivers.host.incoming import Incoming
from drivers.host.json_forms import info_to_json, raw_dtype_to_json
from drivers.host.log_pipe import LINES_PER_MINUTE, LogPipe
from drivers.host.option import INTERPRETER
from drivers.host.row_continuity import RowContinuity
from drivers.host.vital_signs import VitalSigns
from drivers.mock import MockTracker
from drivers.registry import create_driver, find_driver
from gaze_core.frames import FrameError
from gaze_core.rows import CLOCK_SYNC, GAZE, MARKER, NO_TIME, GazeFlag
from gaze_core.streams import TrackerInfo

RAW = np.dtype([("x", "<f8")])


def reading(before_ns: int, remote_ns: int, after_ns: int) -> ClockReading:
    return ClockReading(before_ns=before_ns, remote_ns=remote_ns, after_ns=after_ns)


def batch_of(seq: int, count: int = 3, *, t_host_ns: int = 100, t_device_ns: int = 50, notices=()) -> Batch:
    gaze = GAZE.empty(count)
    gaze["seq"] = np.arange(count) + seq
    gaze["t_host_ns"] = t_host_ns
    gaze["t_device_ns"] = t_device_ns + np.arange(count)
    return Batch(gaze=gaze, raw=np.zeros(count, RAW), notices=notices)


def notice(kind: NoticeKind) -> Notice:
    return Notice(t_host_ns=7, kind=kind, text="So it is.")


class TestHostClockLink:
    def test_a_reading_inside_its_bracket_is_of_the_same_clock(self):
        link = HostClockLink(reading(1_000_000, 1_020_000, 1_050_000))
        assert link.as_text() == "shared, within 50 us"
        batch = batch_of(1)
        assert link.shift_batch(batch, has_device_clock=True) is batch
        assert link.shift_scene(Scene(t_host_ns=5)).t_host_ns == 5

    def test_a_reading_outside_shifts_every_host_time_and_no_other(self):
        link = HostClockLink(reading(1000, 2_000_000, 3000))
        offset_ns = 2_000_000 - 2000
        clock_sync = CLOCK_SYNC.row(host_before_ns=offset_ns, remote_ns=9, host_after_ns=offset_ns + 4)
        batch = dataclasses.replace(
            batch_of(1, t_host_ns=offset_ns + 500, notices=(notice(NoticeKind.WARNING),)),
            clock_sync=clock_sync,
            markers=MARKER.row(t_host_ns=NO_TIME, t_device_ns=8),
        )
        shifted = link.shift_batch(batch, has_device_clock=True)
        assert list(shifted.gaze["t_host_ns"]) == [500, 500, 500]
        np.testing.assert_array_equal(shifted.gaze["t_device_ns"], batch.gaze["t_device_ns"])
        assert [int(shifted.clock_sync[name][0]) for name in ("host_before_ns", "remote_ns")] == [0, 9]
        assert shifted.clock_sync["host_after_ns"][0] == 4
        assert (shifted.markers["t_host_ns"][0], shifted.markers["t_device_ns"][0]) == (NO_TIME, 8)
        assert shifted.notices[0].t_host_ns == 7 - offset_ns
        assert link.shift_scene(Scene(t_host_ns=5)).t_host_ns == 5 + offset_ns
        assert f"offset at the start {offset_ns} ns, known to 1 us" in link.as_text()

    def test_the_device_time_of_a_tracker_without_a_clock_is_host_time(self):
        link = HostClockLink(reading(0, 1_000_000, 0))
        batch = batch_of(1, t_host_ns=1_000_050, t_device_ns=1_000_050)
        shifted = link.shift_batch(batch, has_device_clock=False)
        assert shifted.gaze["t_device_ns"][0] == shifted.gaze["t_host_ns"][0] == 50

    def test_a_row_comes_at_once_and_then_every_ten_seconds_of_the_tightest_reading(self):
        link = HostClockLink(reading(0, 50, 100))
        assert link.due_row()["remote_ns"][0] == 50
        link.add(reading(5_000_000_000, 5_000_000_001, 5_000_000_010))
        assert link.due_row() is None
        link.add(reading(10_000_000_000, 10_000_000_500, 10_000_001_000))
        row = link.due_row()
        assert (row["clock_id"][0], row["remote_ns"][0]) == (b"host_process", 5_000_000_001)
        assert link.due_row() is None

    def test_a_clock_that_runs_away_is_followed(self):
        link = HostClockLink(reading(0, 1_000_000, 0))
        link.due_row()
        link.add(reading(10_000_000_000, 10_001_000_700, 10_000_000_000))
        link.due_row()
        assert link.offset_ns == 1_000_700

    def test_the_narrowest_bracket_says_most(self):
        narrow = reading(5, 6, 7)
        assert tightest([reading(0, 1, 10), narrow, reading(0, 1, 3)]) is narrow


class TestRowContinuity:
    def test_rows_of_one_process_pass_as_they_are(self):
        continuity, batch = RowContinuity(), batch_of(5)
        assert continuity.take(batch).gaze["seq"].tolist() == [5, 6, 7]

    def test_another_process_goes_on_with_the_next_number_and_is_flagged(self):
        continuity = RowContinuity()
        continuity.take(batch_of(5, t_device_ns=90))
        continuity.begin_process()
        gaze = continuity.take(batch_of(0, t_device_ns=10)).gaze
        assert gaze["seq"].tolist() == [8, 9, 10]
        first = GazeFlag.RECONNECTED | GazeFlag.GAP_BEFORE | GazeFlag.CLOCK_RESET
        assert gaze["flags"].tolist() == [first, 0, 0]
        assert continuity.take(batch_of(3)).gaze["seq"].tolist() == [11, 12, 13]

    def test_a_device_clock_that_went_on_is_not_reset(self):
        continuity = RowContinuity()
        continuity.take(batch_of(5, t_device_ns=90))
        continuity.begin_process()
        first = continuity.take(batch_of(0, t_device_ns=500)).gaze["flags"][0]
        assert first == GazeFlag.RECONNECTED | GazeFlag.GAP_BEFORE

    def test_what_a_device_measured_while_there_was_no_process_is_missing_in_the_numbers(self):
        continuity = RowContinuity(rate_hz=100.0)
        before = continuity.take(batch_of(5, t_device_ns=1_000_000_000, t_host_ns=7_000_000_000)).gaze
        continuity.begin_process()
        later_ns = 3_000_000_000
        back = batch_of(0, t_device_ns=1_000_000_000 + later_ns, t_host_ns=7_000_000_000 + later_ns)
        gaze = continuity.take(back).gaze
        step_ns = gaze["t_device_ns"][0] - before["t_device_ns"][-1]
        assert gaze["seq"][0] - before["seq"][-1] == round(int(step_ns) / 10_000_000) > 290
        assert not gaze["flags"][0] & GazeFlag.CLOCK_RESET

    def test_a_device_clock_that_was_set_forward_meanwhile_tells_no_number_of_missing_samples(self):
        continuity = RowContinuity(rate_hz=100.0)
        continuity.take(batch_of(5, t_device_ns=1_000_000_000, t_host_ns=7_000_000_000))
        continuity.begin_process()
        gaze = continuity.take(batch_of(0, t_device_ns=90_000_000_000, t_host_ns=10_000_000_000)).gaze
        assert gaze["seq"][0] == 8
        assert gaze["flags"][0] & GazeFlag.CLOCK_RESET

    def test_a_process_before_the_first_sample_is_the_first(self):
        continuity = RowContinuity()
        continuity.begin_process()
        gaze = continuity.take(batch_of(4)).gaze
        assert (gaze["seq"][0], gaze["flags"][0]) == (4, 0)

    def test_arrival_never_goes_back(self):
        continuity = RowContinuity()
        continuity.take(batch_of(5, t_host_ns=100))
        assert continuity.take(batch_of(8, t_host_ns=90)).gaze["t_host_ns"].tolist() == [100] * 3

    def test_a_loss_is_told_once_whoever_tells_it(self):
        continuity = RowContinuity()
        told = continuity.take(batch_of(1, 0, notices=(notice(NoticeKind.CONNECTION_LOST),)))
        assert len(told.notices) == 1
        assert continuity.lose(9, "It ended.") == ()

    def test_a_return_is_told_once_with_the_first_sample(self):
        continuity = RowContinuity()
        assert len(continuity.lose(9, "It ended.")) == 1
        continuity.come_back("It runs again.")
        assert continuity.take(batch_of(1, 0)).notices == ()
        first = continuity.take(batch_of(1, notices=(notice(NoticeKind.CONNECTION_RESTORED),)))
        assert [(each.kind, each.text) for each in first.notices] == [
            (NoticeKind.CONNECTION_RESTORED, "It runs again.")
        ]
        assert continuity.take(batch_of(4)).notices == ()

    def test_a_return_that_nobody_missed_is_not_told(self):
        continuity = RowContinuity()
        continuity.come_back("It runs again.")
        assert continuity.take(batch_of(1)).notices == ()


class TestVitalSigns:
    @staticmethod
    def pong(number: int, steps: int) -> m.Pong:
        return m.Pong(number=number, t_child_ns=5, steps=steps, cpu_s=0.25)

    def test_a_process_that_says_nothing_is_not_well(self):
        signs = VitalSigns()
        for _ in range(3):
            signs.tick()
        assert not signs.are_bad(2.0)
        signs.tick()
        assert signs.are_bad(2.0)
        signs.heard()
        assert not signs.are_bad(2.0)

    def test_a_driver_that_does_not_move_is_not_well_although_its_process_answers(self):
        signs = VitalSigns()
        for number in range(5):
            assert not signs.are_bad(2.0)
            signs.heard()
            signs.answered(self.pong(number, steps=7), 100)
        assert signs.are_bad(2.0)
        signs.answered(self.pong(6, steps=8), 100)
        assert not signs.are_bad(2.0)

    def test_a_long_call_that_is_over_counts_no_more(self):
        signs = VitalSigns()
        for number in range(9):
            signs.tick()
            signs.answered(self.pong(number, steps=7), 100)
        signs.begin_patience()
        assert not signs.are_bad(2.0)

    def test_a_ping_and_its_answer_are_a_reading_and_an_answer_to_nothing_is_none(self):
        signs = VitalSigns()
        signs.answered(self.pong(1, steps=1), 100)
        assert signs.newest_reading() is None
        signs.sent(2)
        signs.answered(self.pong(2, steps=2), 2**62)
        (reading,) = signs.take_readings()
        assert (reading.remote_ns, reading.after_ns) == (5, 2**62)
        assert signs.take_readings() == []
        assert signs.cpu_s == 0.25

    def test_pings_that_nobody_answers_are_no_longer_sent(self):
        signs = VitalSigns()
        pings = 0
        while signs.tick() and pings < 100:
            signs.sent(pings)
            pings += 1
        assert pings == 16


class TestIncoming:
    def test_a_batch_comes_with_the_bytes_it_took(self):
        incoming, codec = Incoming(), m.to_parent_codec()
        info = TrackerInfo(driver="lab", model="Lab", rate_hz=60.0, raw_dtype=RAW)
        opened = m.DriverOpened(
            number=1, info=info_to_json(info), raw_dtype=raw_dtype_to_json(RAW), capabilities={}
        )
        assert incoming.take(codec.encode(opened)) == opened
        for _ in range(2):
            frames = [codec.encode(each) for each in batch_messages(batch_of(1), 4)]
            *parts, arrived = [incoming.take(frame) for frame in frames]
            assert parts == [None, None]
            assert (arrived.stream, arrived.size_bytes) == (4, sum(map(len, frames)))
            assert arrived.batch.gaze["seq"].tolist() == [1, 2, 3]

    def test_samples_before_a_tracker_is_open_are_refused(self):
        incoming, codec = Incoming(), m.to_parent_codec()
        raw = m.BatchPart(stream=4, row_type=m.RAW, rows=np.zeros(3, RAW))
        with pytest.raises(FrameError, match="do not fit its row type"):
            incoming.take(codec.encode(raw))
        with pytest.raises(FrameError, match="before a tracker was open"):
            incoming.take(codec.encode(m.BatchEnd(stream=4, notices=[])))


class TestWindow:
    @pytest.fixture
    def sent(self):
        return []

    @pytest.fixture
    def child(self, sent, setup):
        codec = m.to_parent_codec()

        def say(said):
            frames = [codec.encode(message) for message in said]
            sent.extend(frames)
            return sum(map(len, frames))

        child = ChildDriver(say)
        options = {"pace": "fast", "rate_hz": "1200"}
        request = m.OpenDriver(number=1, driver="mock", options=options, setup=dataclasses.asdict(setup))
        child.follow(request)
        child.follow(m.StartDriver(number=2))
        sent.clear()
        yield child
        child.close()

    def test_no_more_is_sent_than_may_be_on_its_way_until_it_is_taken(self, child, sent):
        for _ in range(200):
            child.move_a_batch(0.0)
            if sum(map(len, sent)) >= m.WINDOW_BYTES:
                break
        full = sum(map(len, sent))
        assert m.WINDOW_BYTES <= full < 2 * m.WINDOW_BYTES
        child.move_a_batch(0.0)
        assert sum(map(len, sent)) == full
        child.rows_taken(m.RowsTaken(stream=2, taken_bytes=full))
        child.move_a_batch(0.0)
        assert sum(map(len, sent)) > full

    def test_nothing_is_sent_after_a_stop(self, child, sent):
        child.follow(m.StopDriver(number=3))
        sent.clear()
        child.move_a_batch(0.0)
        assert (sent, child.is_streaming) == ([], False)


class TestLogPipe:
    @pytest.fixture
    def written(self, caplog):
        """Returns the log of a pipe with such a content, and the pipe's reader."""
        caplog.set_level(logging.INFO)

        def log(content: bytes) -> tuple[list[str], LogPipe]:
            incoming, outgoing = os.pipe()
            with os.fdopen(incoming, "rb") as pipe:
                log_pipe = LogPipe(pipe)
                os.write(outgoing, content)
                os.close(outgoing)
                log_pipe.run()
            return [record.getMessage() for record in caplog.records], log_pipe

        return log

    def test_lines_are_logged_and_the_last_one_is_kept(self, written):
        lines, log_pipe = written(b"first \xff\n\nlast words")
        assert lines == ["hosted driver: first \N{REPLACEMENT CHARACTER}", "hosted driver: last words"]
        assert log_pipe.last_words() == "last words"

    def test_too_many_lines_are_left_out_and_counted(self, written):
        lines, _ = written(b"again\n" * (LINES_PER_MINUTE + 50))
        assert len(lines) == LINES_PER_MINUTE + 1
        assert lines[-1] == "50 further lines of the hosted driver were left out"

    def test_a_line_without_end_is_cut(self, written):
        lines, _ = written(b"x" * 60_000)
        assert [len(line) for line in lines] == [len("hosted driver: ") + 1000]


class TestOption:
    def test_the_driver_runs_here_where_no_interpreter_is_named(self, setup):
        assert isinstance(create_driver("mock", {INTERPRETER: " "}, setup), MockTracker)

    def test_the_driver_is_hosted_where_one_is_named(self, setup):
        driver: Driver = create_driver("mock", {INTERPRETER: "/opt/python310/bin/python"}, setup)
        assert isinstance(driver, HostedDriver)

    def test_a_driver_that_cannot_be_hosted_does_not_know_the_option(self, setup):
        with pytest.raises(DriverOptionError, match="no option 'interpreter'"):
            create_driver("mouse", {INTERPRETER: "/opt/python310/bin/python"}, setup)

    def test_hostable_drivers_list_the_option(self):
        for name, is_listed in (("mock", True), ("tobii", True), ("playback", False)):
            assert (INTERPRETER in [option.name for option in find_driver(name).options]) == is_listed
