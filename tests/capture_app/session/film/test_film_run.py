"""A film is made a picture at a time; ended or broken off, nothing of it is left."""

from __future__ import annotations

import math
from collections import deque
from types import SimpleNamespace

import numpy as np
import pytest

from capture_app.session.film import FilmError, FilmRun, FilmStretch, check_length
from capture_app.session.replay import ReplayCase, ReplayOptions

S = 1_000_000_000
CASE = ReplayCase(number=0, case_id="a", first_ns=5 * S, end_ns=7 * S, state="done", image_ids=(0,))


class Frames:
    def __init__(self) -> None:
        self.asked: list[int] = []

    def frame(self, t_ns, _options):
        self.asked.append(t_ns)
        return SimpleNamespace(t_ns=t_ns)


class Painter:
    def film_picture(self, frame, _stamp):
        return np.full((2, 2, 3), frame.t_ns % 251, np.uint8)


class Sink:
    note = ""
    path = None

    def __init__(self, fails_at: int = -1) -> None:
        self.written = 0
        self.acts: list[str] = []
        self._fails_at = fails_at

    def write(self, _picture):
        if self.written == self._fails_at:
            raise FilmError("The disk is full.")
        self.written += 1

    def finish(self):
        self.acts.append("finish")

    def abort(self):
        self.acts.append("abort")


def run_of(sink: Sink, now=None) -> tuple[FilmRun, Frames]:
    frames, clock = Frames(), SimpleNamespace(s=0.0)
    run = FilmRun(
        frames, ReplayOptions(), FilmStretch(case=CASE, rate_hz=20.0), Painter(), sink,
        stamp=lambda _t: "", now_s=now or (lambda: clock.s),
    )  # fmt: skip
    return run, frames


def test_every_picture_is_at_its_time_and_the_film_is_finished_once():
    sink = Sink()
    run, frames = run_of(sink)
    while not run.is_done:
        run.step()
    run.close()
    run.step()
    assert frames.asked == [5 * S + number * S // 20 for number in range(40)]
    assert sink.written == 40
    assert sink.acts == ["finish"]


def test_a_film_that_is_ended_is_aborted():
    sink = Sink()
    run, _ = run_of(sink)
    for _ in range(7):
        run.step()
    run.close()
    assert sink.acts == ["abort"]


def test_a_disk_that_fills_up_ends_the_film_with_its_sentence():
    sink = Sink(fails_at=3)
    run, _ = run_of(sink)
    with pytest.raises(FilmError, match="disk is full"):
        deque((run.step() for _ in range(40)), maxlen=0)
    assert sink.acts == ["abort"]


def test_the_time_that_is_left_follows_from_the_time_it_took():
    clock = SimpleNamespace(s=0.0)
    run, _ = run_of(Sink(), lambda: clock.s)
    assert math.isnan(run.left_s())
    for _ in range(10):
        run.step()
    clock.s = 5.0
    assert run.left_s() == pytest.approx(15.0)
    run.close()


def test_a_case_of_a_whole_day_is_no_film():
    day = ReplayCase(number=0, case_id="a", first_ns=0, end_ns=86_400 * S, state="done", image_ids=(0,))
    with pytest.raises(FilmError, match=r"24\.0 hours"):
        check_length(FilmStretch(case=day, rate_hz=30.0))
