"""The server answers every request, and whatever happens to tracker or app, the recording ends well."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from capture_app.acquisition import messages as m
from capture_app.acquisition import platform_tuning, tracker_control
from capture_app.acquisition.app_link import AppGoneError
from capture_app.acquisition.process import serve_until_the_end
from capture_app.acquisition.server import SILENCE_NS, Server
from capture_app.acquisition.tracker_control import CLOSE_TIMEOUT_NS, OPEN_TIMEOUT_NS
from drivers.contract import (
    AS_OPENED,
    Batch,
    Driver,
    Notice,
    NoticeKind,
    Scene,
    ScenePane,
    TrackerLostError,
    TrackerNotFoundError,
    ViewingSetup,
)
from gaze_core.clocks import ManualClock
from gaze_core.ring import RowRing
from gaze_core.rows import EVENT, TRIAL, GazeFlag, decode_text
from gaze_core.streams import TrackerInfo
from recordings_schema.layout import DatasetKey

MakeBatch = Callable[..., Batch]
STEPS = 2000
OPEN = m.OpenTracker(
    driver="mock",
    options={},
    width_px=1920,
    height_px=1080,
    width_mm=527.0,
    height_mm=296.0,
    distance_mm=650.0,
)


class Bench:
    """A server with a scripted app, scripted drivers and writers in memory; `until` lets it work."""

    def __init__(self, server: Server, link: Any, shelf: Any, drivers: list[Any], clock: ManualClock) -> None:
        self.server = server
        self.link = link
        self.shelf = shelf
        self.drivers = drivers
        self.clock = clock
        self.is_running = True

    @property
    def writer(self) -> Any:
        return self.shelf.writers[-1]

    def until(self, is_reached: Callable[[], object]) -> None:
        for _ in range(STEPS):
            self.is_running = self.server.step(0.002)
            self.server.recorder.step(0.0)
            if is_reached():
                return
        pytest.fail(f"not reached; the server said {self.link.sent[-5:]}")

    def ask(self, message: m.Message, answer: type[Any]) -> Any:
        count = len(self.link.of(answer))
        self.link.incoming.append(message)
        self.until(lambda: len(self.link.of(answer)) > count)
        return self.link.of(answer)[-1]

    def events(self) -> list[str]:
        return [decode_text(kind) for kind in self.writer.all(DatasetKey.EVENTS)["kind"]]


@pytest.fixture
def drivers() -> list[Any]:
    """The drivers that are made, in order."""
    return []


@pytest.fixture
def bench(
    link: Any,
    ring: RowRing,
    clock: ManualClock,
    shelf: Any,
    drivers: list[Any],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Bench]:
    # Freezing what the test process has collected so far would outlive the test.
    monkeypatch.setattr(platform_tuning, "hold_garbage_collection", lambda: None)
    monkeypatch.setattr(platform_tuning, "release_garbage_collection", lambda: None)
    waiting = iter(drivers)

    def make_driver(name: str, options: dict[str, str], setup: ViewingSetup) -> Driver:
        driver = next(waiting)
        if isinstance(driver, Exception):
            raise driver
        return driver  # type: ignore[no-any-return]  # a fake of conftest

    server = Server(link=link, ring=ring, clock=clock, make_driver=make_driver, create_writer=shelf.create)
    bench = Bench(server, link, shelf, drivers, clock)
    yield bench
    for driver in drivers:
        if not isinstance(driver, Exception):
            driver.may_open.set()
            driver.may_read.set()
    if bench.is_running:
        server.request_end("test_over", "The test is over.")
        bench.until(lambda: not bench.is_running)


@pytest.fixture
def start(tmp_path: Path, metadata: dict[str, Any]) -> m.StartRecording:
    return m.StartRecording(path=str(tmp_path / "a.gazeh5"), metadata=metadata)


def _recording(bench: Bench, start: m.StartRecording) -> None:
    bench.ask(OPEN, m.TrackerOpened)
    bench.ask(start, m.RecordingStarted)


def test_a_session_from_open_to_close(
    bench: Bench, drivers: list[Any], fake_driver: Any, batch: MakeBatch, start: m.StartRecording
) -> None:
    drivers.append(fake_driver())
    opened = bench.ask(OPEN, m.TrackerOpened)
    bench.ask(start, m.RecordingStarted)
    drivers[0].script.extend([batch([0, 1]), batch([2])])
    bench.until(lambda: len(bench.writer.all(DatasetKey.GAZE)) == 3)
    ended = bench.ask(m.EndSamples(), m.SamplesEnded)
    drivers[0].script.append(batch([3]))
    bench.link.incoming.append(m.AppendRows(row_type="event", rows=EVENT.row(kind="note")))
    bench.until(lambda: bench.events() == ["note"])
    closed = bench.ask(m.StopRecording(reason="finished"), m.RecordingClosed)
    bench.ask(m.CloseTracker(), m.Done)

    assert (opened.info["model"], opened.wants_scene, opened.calibrates) == ("Fake", True, False)
    assert ended.next_row == 3
    assert (closed.samples, closed.lost, closed.rows["events"]) == (3, 0, 1)
    assert drivers[0].calls == ["open", "start", "stop", "close"]
    assert bench.server.tracker.is_gone


def test_clocks_are_read_at_the_start_and_at_the_end_of_a_recording(
    bench: Bench, drivers: list[Any], fake_driver: Any, start: m.StartRecording
) -> None:
    drivers.append(fake_driver())
    _recording(bench, start)
    bench.ask(m.StopRecording(reason="finished"), m.RecordingClosed)

    ids = [decode_text(each) for each in bench.writer.all(DatasetKey.CLOCK_SYNC)["clock_id"]]
    assert ids.count("wall") == 2


def test_the_status_tells_the_state_four_times_a_second(
    bench: Bench, drivers: list[Any], fake_driver: Any, start: m.StartRecording
) -> None:
    drivers.append(fake_driver())
    bench.until(lambda: bench.link.of(m.Status))
    before = bench.link.of(m.Status)[-1].state
    _recording(bench, start)
    count = len(bench.link.of(m.Status))
    for _ in range(10):
        bench.link.incoming.append(m.Heartbeat(t_host_ns=0))
        bench.clock.advance_ns(100_000_000)
        bench.server.step(0.0)

    assert before == "no_tracker"
    assert bench.link.of(m.Status)[-1].state == "recording"
    assert 3 <= len(bench.link.of(m.Status)) - count <= 4


@pytest.mark.parametrize(
    "error", [TrackerNotFoundError("No tracker; plug it in."), OSError("driver file missing")]
)
def test_a_tracker_that_does_not_open_is_a_sentence_and_the_next_try_works(
    bench: Bench, drivers: list[Any], fake_driver: Any, error: Exception
) -> None:
    drivers += [fake_driver(), fake_driver()]
    drivers[0].open_error = error
    failed = bench.ask(OPEN, m.Failed)
    bench.ask(OPEN, m.TrackerOpened)

    assert (failed.request, failed.kind) == ("OpenTracker", "tracker")
    assert str(error) in failed.text
    assert "close" in drivers[0].calls


def test_a_tracker_may_be_held_until_a_recording_runs(
    bench: Bench,
    drivers: list[Any],
    fake_driver: Any,
    start: m.StartRecording,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tracker_control, "waits_for_recording", lambda name, options: True)
    drivers += [fake_driver(), fake_driver()]
    bench.ask(OPEN, m.TrackerOpened)
    bench.ask(m.CloseTracker(), m.Done)
    bench.ask(OPEN, m.TrackerOpened)
    calls_before = list(drivers[1].calls)
    bench.ask(start, m.RecordingStarted)
    bench.until(lambda: "start" in drivers[1].calls)

    assert drivers[0].calls == ["open", "stop", "close"]
    assert calls_before == ["open"]


def test_a_driver_that_cannot_be_made_is_a_sentence(bench: Bench, drivers: list[Any]) -> None:
    drivers.append(TrackerNotFoundError("There is no such driver."))

    assert bench.ask(OPEN, m.Failed).text == "There is no such driver."


def test_while_a_tracker_opens_the_server_goes_on_and_gives_it_up_in_the_end(
    bench: Bench, drivers: list[Any], fake_driver: Any
) -> None:
    drivers += [fake_driver(), fake_driver()]
    drivers[0].may_open.clear()
    bench.link.incoming.append(OPEN)
    for _ in range(OPEN_TIMEOUT_NS // 1_000_000_000 + 2):
        bench.link.incoming.append(m.Heartbeat(t_host_ns=0))
        bench.clock.advance_ns(1_000_000_000)
        assert bench.server.step(0.0)
    (failed,) = bench.link.of(m.Failed)
    bench.ask(OPEN, m.TrackerOpened)
    drivers[0].may_open.set()
    bench.until(lambda: "close" in drivers[0].calls)

    assert "did not open within 45 s" in failed.text
    assert "start" not in drivers[0].calls


def test_a_tracker_that_does_not_close_is_given_up(
    bench: Bench, drivers: list[Any], fake_driver: Any
) -> None:
    drivers.append(fake_driver())
    bench.ask(OPEN, m.TrackerOpened)
    drivers[0].may_read.clear()
    bench.link.incoming.append(m.CloseTracker())
    bench.server.step(0.0)
    bench.clock.advance_ns(CLOSE_TIMEOUT_NS + 1)
    bench.link.incoming.append(m.Heartbeat(t_host_ns=0))
    bench.until(lambda: bench.link.of(m.Failed))

    assert "was given up" in bench.link.of(m.Failed)[0].text
    assert bench.server.tracker.is_gone


def test_another_tracker_takes_the_place_of_the_one_that_is_open(
    bench: Bench, drivers: list[Any], fake_driver: Any
) -> None:
    drivers += [fake_driver(), fake_driver()]
    bench.ask(OPEN, m.TrackerOpened)
    bench.ask(dataclasses.replace(OPEN, options={"rate_hz": "120"}), m.TrackerOpened)

    assert drivers[0].calls == ["open", "start", "stop", "close"]
    assert drivers[1].calls == ["open", "start"]
    assert not bench.link.of(m.Failed)


def test_a_tracker_that_hangs_is_given_up_for_the_next(
    bench: Bench, drivers: list[Any], fake_driver: Any, start: m.StartRecording
) -> None:
    drivers += [fake_driver(), fake_driver()]
    bench.ask(OPEN, m.TrackerOpened)
    drivers[0].may_read.clear()
    bench.link.incoming.append(OPEN)
    refused = bench.ask(start, m.Failed)
    bench.clock.advance_ns(CLOSE_TIMEOUT_NS + 1)
    bench.ask(m.OpenTracker(**dataclasses.asdict(OPEN)), m.TrackerOpened)

    assert "There is no tracker to record" in refused.text
    assert "was given up" in bench.link.of(m.Failed)[-1].text
    assert drivers[1].calls == ["open", "start"]


def test_a_tracker_that_is_opening_gives_way_to_the_next(
    bench: Bench, drivers: list[Any], fake_driver: Any
) -> None:
    drivers += [fake_driver(), fake_driver()]
    drivers[0].may_open.clear()
    bench.link.incoming.append(OPEN)
    bench.until(lambda: drivers[0].calls)
    bench.ask(OPEN, m.TrackerOpened)
    drivers[0].may_open.set()
    bench.until(lambda: "close" in drivers[0].calls)

    assert "start" not in drivers[0].calls
    assert drivers[1].calls == ["open", "start"]
    assert not bench.link.of(m.Failed)


def test_the_tracker_of_a_recording_is_opened_anew_but_not_exchanged(
    bench: Bench, drivers: list[Any], fake_driver: Any, batch: MakeBatch, start: m.StartRecording
) -> None:
    drivers += [fake_driver([batch([0, 1])]), fake_driver([batch([0, 1])])]
    _recording(bench, start)
    drivers[0].script.append(batch([2]))
    bench.until(lambda: len(bench.writer.all(DatasetKey.GAZE)))
    refused = bench.ask(dataclasses.replace(OPEN, options={"rate_hz": "120"}), m.Failed)
    assert drivers[0].calls == ["open", "start"]
    bench.ask(OPEN, m.TrackerOpened)
    bench.until(lambda: np.any(bench.writer.all(DatasetKey.GAZE)["flags"] & GazeFlag.RECONNECTED))

    assert "stop it before opening another" in refused.text
    gaze = bench.writer.all(DatasetKey.GAZE)
    assert np.all(np.diff(gaze["seq"]) == 1)
    assert np.count_nonzero(gaze["flags"] & GazeFlag.RECONNECTED) == 1
    assert bench.events() == ["tracker_closed", "tracker_reopened"]


def test_a_lost_tracker_leaves_the_recording_open_and_can_go_on_with_it(
    bench: Bench, drivers: list[Any], fake_driver: Any, batch: MakeBatch, start: m.StartRecording
) -> None:
    drivers += [fake_driver(), fake_driver([batch([0, 1])])]
    _recording(bench, start)
    drivers[0].script.extend([batch([0, 1, 2]), TrackerLostError("The tracker is gone; plug it in.")])
    bench.until(lambda: bench.link.of(m.Failed))
    assert bench.server.recorder.is_recording
    bench.ask(OPEN, m.TrackerOpened)
    bench.until(lambda: len(bench.writer.all(DatasetKey.GAZE)) == 5)
    closed = bench.ask(m.StopRecording(reason="finished"), m.RecordingClosed)

    gaze = bench.writer.all(DatasetKey.GAZE)
    assert list(gaze["seq"]) == [0, 1, 2, 3, 4]
    assert list(np.flatnonzero(gaze["flags"] & GazeFlag.RECONNECTED)) == [3]
    assert bench.events() == ["tracker_lost", "tracker_reopened"]
    assert "The recording stays open" in bench.link.of(m.Failed)[0].text
    assert closed.lost == 0


def test_a_tracker_that_is_opened_again_for_another_screen_is_told_in_the_recording(
    bench: Bench, drivers: list[Any], fake_driver: Any, info: TrackerInfo, start: m.StartRecording
) -> None:
    drivers += [fake_driver(), fake_driver(info=dataclasses.replace(info, display_area_mm=(600.0, 340.0)))]
    _recording(bench, start)
    drivers[0].script.append(TrackerLostError("The tracker is gone; plug it in."))
    bench.until(lambda: bench.link.of(m.Failed))
    bench.ask(OPEN, m.TrackerOpened)
    bench.until(lambda: "display_area_changed" in bench.events())
    assert bench.events() == ["tracker_lost", "tracker_reopened", "display_area_changed"]


def test_another_tracker_cannot_go_on_with_a_recording(
    bench: Bench, drivers: list[Any], fake_driver: Any, other_info: TrackerInfo, start: m.StartRecording
) -> None:
    drivers += [fake_driver(), fake_driver(info=other_info)]
    _recording(bench, start)
    drivers[0].script.append(TrackerLostError("Gone."))
    bench.until(lambda: bench.link.of(m.Failed))

    failed = bench.ask(OPEN, m.Failed)

    assert "cannot go on with" in failed.text
    assert drivers[1].calls == ["open", "stop", "close"]
    assert bench.server.recorder.is_recording


@pytest.mark.parametrize(
    "error", [ValueError("nonsense"), KeyError("x"), MemoryError(), SystemError("native")]
)
def test_a_driver_that_breaks_closes_the_recording_properly(
    bench: Bench,
    drivers: list[Any],
    fake_driver: Any,
    batch: MakeBatch,
    start: m.StartRecording,
    error: Exception,
) -> None:
    drivers.append(fake_driver())
    _recording(bench, start)
    drivers[0].stop_error = RuntimeError("cannot even stop")
    drivers[0].script.extend([batch([0, 1]), error])
    bench.until(lambda: bench.link.of(m.RecordingClosed))

    assert bench.link.of(m.RecordingClosed)[0].samples == 2
    assert bench.events() == ["tracker_failed"]
    assert type(error).__name__ in bench.link.of(m.Failed)[0].text
    assert drivers[0].calls[-2:] == ["stop", "close"]


@pytest.mark.parametrize("how", ["pipe", "silence"])
def test_an_app_that_is_gone_closes_the_recording_with_its_trial_interrupted(
    bench: Bench, drivers: list[Any], fake_driver: Any, batch: MakeBatch, start: m.StartRecording, how: str
) -> None:
    drivers.append(fake_driver())
    _recording(bench, start)
    trial = TRIAL.row(t_host_ns=1, trial=0, case_id="c", state="open")
    bench.link.incoming.append(m.AppendRows(row_type="trial", rows=trial))
    drivers[0].script.append(batch([0]))
    bench.until(lambda: len(bench.writer.all(DatasetKey.GAZE)) and len(bench.writer.all(DatasetKey.TRIALS)))
    if how == "pipe":
        bench.link.incoming.append(AppGoneError("The app process has closed the control pipe."))
    else:
        bench.clock.advance_ns(SILENCE_NS + 1)
    bench.until(lambda: not bench.is_running)

    assert bench.writer.closed_with == "app_lost"
    assert bench.events() == ["app_lost"]
    assert decode_text(bench.writer.all(DatasetKey.TRIALS)["state"][-1]) == "interrupted"
    assert drivers[0].calls[-1] == "close"


def test_heartbeats_keep_the_server_going(bench: Bench) -> None:
    for _ in range(20):
        bench.clock.advance_ns(SILENCE_NS // 2)
        bench.link.incoming.append(m.Heartbeat(t_host_ns=0))
        assert bench.server.step(0.0)


@pytest.mark.parametrize(("message", "kind"), [(m.Shutdown(), "app_closed"), (None, "terminated")])
def test_an_end_that_is_asked_for_closes_everything(
    bench: Bench,
    drivers: list[Any],
    fake_driver: Any,
    start: m.StartRecording,
    message: m.Message | None,
    kind: str,
) -> None:
    drivers.append(fake_driver())
    _recording(bench, start)
    if message is None:
        bench.server.request_end(kind, "The system asked for it.")
    else:
        bench.link.incoming.append(message)
    bench.until(lambda: not bench.is_running)

    assert bench.writer.closed_with == kind
    assert bench.server.tracker.is_gone


def test_a_server_that_breaks_saves_its_recording(
    bench: Bench, drivers: list[Any], fake_driver: Any, batch: MakeBatch, start: m.StartRecording,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    drivers.append(fake_driver([batch([0, 1])]))
    _recording(bench, start)
    recorder = bench.server.recorder
    stop = threading.Event()
    thread = threading.Thread(target=lambda: [recorder.step(0.01) for _ in iter(stop.is_set, True)])
    thread.start()
    with monkeypatch.context() as patch:
        patch.setattr(bench.server.tracker, "step", lambda: 1 / 0)
        is_well = serve_until_the_end(bench.server)
    stop.set()
    thread.join()

    assert not is_well
    assert bench.writer.closed_with == "acquisition failed"
    assert bench.events() == ["acquisition_failed"]
    assert "ZeroDivisionError" in bench.link.of(m.Failed)[0].text
    assert bench.link.of(m.RecordingClosed)


def test_a_recording_needs_a_tracker(bench: Bench, start: m.StartRecording) -> None:
    assert "open one first" in bench.ask(start, m.Failed).text


def test_no_recording_begins_with_a_tracker_that_is_not_set_up_any_more_as_it_was_opened(
    bench: Bench, drivers: list[Any], fake_driver: Any, batch: MakeBatch, start: m.StartRecording
) -> None:
    drivers.append(fake_driver())
    bench.ask(OPEN, m.TrackerOpened)
    kind = NoticeKind.DISPLAY_AREA_CHANGED
    for text, value in (("Another screen. Open it again.", 0.0), ("As it was.", AS_OPENED)):
        told = Notice(t_host_ns=7, kind=kind, text=text, value=value)
        drivers[0].script.append(batch([], notices=(told,)))
        bench.until(lambda text=text: text in [each.text for each in bench.link.of(m.TrackerNotice)])
        if not value:
            assert "Another screen. Open it again." in bench.ask(start, m.Failed).text
    assert bench.ask(start, m.RecordingStarted)


def test_a_second_recording_is_refused(
    bench: Bench, drivers: list[Any], fake_driver: Any, start: m.StartRecording
) -> None:
    drivers.append(fake_driver())
    _recording(bench, start)

    assert "stop it before" in bench.ask(start, m.Failed).text


@pytest.mark.parametrize("message", [m.StopRecording(reason="x"), m.EndSamples()])
def test_nothing_can_be_ended_that_does_not_run(bench: Bench, message: m.Message) -> None:
    assert bench.ask(message, m.Failed).request == type(message).__name__


def test_rows_without_a_recording_are_refused_once(bench: Bench) -> None:
    message = m.AppendRows(row_type="event", rows=EVENT.row(kind="note"))
    bench.link.incoming.extend([message] * 5)
    bench.until(lambda: not bench.link.incoming)

    assert [failed.kind for failed in bench.link.of(m.Failed)] == ["protocol"]


@pytest.mark.parametrize("row_type", ["gaze", "truth", "direction", "nonsense"])
def test_the_app_cannot_write_samples_or_unknown_rows(bench: Bench, row_type: str) -> None:
    failed = bench.ask(m.AppendRows(row_type=row_type, rows=EVENT.empty(0)), m.Failed)

    assert (failed.request, failed.kind) == ("AppendRows", "protocol")


def test_a_malformed_frame_is_told_and_the_next_message_handled(
    bench: Bench, drivers: list[Any], fake_driver: Any
) -> None:
    drivers.append(fake_driver())
    bench.link.incoming.extend([m.MessageError("torn"), OPEN])
    bench.until(lambda: bench.link.of(m.TrackerOpened))

    assert "torn" in bench.link.of(m.Failed)[0].text


def test_a_scene_reaches_the_simulated_eye(bench: Bench, drivers: list[Any], fake_driver: Any) -> None:
    drivers.append(fake_driver())
    bench.ask(OPEN, m.TrackerOpened)
    pane = ScenePane(
        image_id=1, src_image_px=(0, 0, 9, 9), dst_norm=(0, 0, 1, 1), places_image_px=((4.0, 5.0, 1.0),)
    )
    scene = Scene(t_host_ns=5, panes=(pane,), targets_norm=((0.5, 0.5),))
    bench.link.incoming.append(m.decode(m.encode(m.ShowScene(scene=_as_json(scene)))))
    bench.until(lambda: drivers[0].scenes)

    assert drivers[0].scenes == [scene]


@pytest.mark.parametrize(
    "scene", [{}, {"t_host_ns": "x", "panes": [], "targets_norm": [], "luminance": 1}, {"panes": 3}]
)
def test_a_scene_that_makes_no_sense_is_a_sentence(bench: Bench, scene: dict[str, Any]) -> None:
    assert "scene is not usable" in bench.ask(m.ShowScene(scene=scene), m.Failed).text


def _as_json(scene: Scene) -> dict[str, Any]:
    return dataclasses.asdict(scene)
