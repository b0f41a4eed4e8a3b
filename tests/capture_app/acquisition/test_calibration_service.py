"""Calls of a device's calibrator are answered in any case, one at a time, and what they made is recorded."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture_app.acquisition import calibration_record
from capture_app.acquisition import messages as m
from capture_app.acquisition.calibration_record import data_rows
from capture_app.acquisition.calibration_service import CALL_TIMEOUT_NS, OWN_CHANGE_NS, CalibrationService
from capture_app.acquisition.service_table import make_services
from capture_app.acquisition.services import ServiceParts
from drivers.contract import CalibratedEyes, CalibrationOutcome, Capabilities, DriverError, NoticeKind
from gaze_core.clocks import ManualClock
from gaze_core.device_rows import CALIBRATION_DATA_BYTES
from gaze_core.rows import CALIBRATION_SAMPLE, NO_TIME, Rows, decode_text
from gaze_core.streams import TrackerInfo
from recordings_schema.layout import DatasetKey

DATA = bytes(range(256)) * 5
OUTCOME = CalibrationOutcome(
    is_applied=True,
    text="Calibrated at 2 targets.",
    samples=np.concatenate([CALIBRATION_SAMPLE.row(target_x_norm=x, target_y_norm=0.5) for x in (0.1, 0.9)]),
    data=DATA,
)


class Calibrator:
    """Does as a test says; a call named in `hang` returns only when it is let go."""

    def __init__(self) -> None:
        self.calls: list[Any] = []
        self.threads: set[str] = set()
        self.errors: dict[str, Exception] = {}
        self.hang: dict[str, threading.Event] = {}
        self.is_collected = True
        self.outcome = OUTCOME

    def enter(self, eyes: CalibratedEyes = CalibratedEyes.BOTH) -> None:
        self._do("enter", eyes)

    def collect(self, x_norm: float, y_norm: float) -> bool:
        self._do("collect", x_norm, y_norm)
        return self.is_collected

    def discard(self, x_norm: float, y_norm: float) -> None:
        self._do("discard", x_norm, y_norm)

    def compute(self) -> CalibrationOutcome:
        self._do("compute")
        return self.outcome

    def apply(self, data: bytes) -> None:
        self._do("apply", data)

    def leave(self) -> None:
        self._do("leave")

    def _do(self, name: str, *values: Any) -> None:
        self.calls.append((name, *values))
        self.threads.add(threading.current_thread().name)
        if name in self.hang:
            assert self.hang[name].wait(20)
        if name in self.errors:
            raise self.errors[name]

    @property
    def names(self) -> list[str]:
        return [call[0] for call in self.calls]


class Recorder:
    """Keeps what is recorded."""

    def __init__(self) -> None:
        self.is_recording = False
        self.rows: list[tuple[DatasetKey, Rows]] = []
        self.told: list[str] = []

    def append(self, key: DatasetKey, rows: Rows) -> bool:
        if self.is_recording and len(rows):
            self.rows.append((key, rows))
        return self.is_recording

    def event(self, kind: str, text: str, value: float = float("nan"), source: str = "recorder") -> None:
        self.told.append(kind)

    def all(self, key: DatasetKey) -> Any:
        parts = [rows for each, rows in self.rows if each is key]
        return np.concatenate(parts) if parts else np.zeros(0)


class Tracker:
    """The tracker that streams."""

    def __init__(self, calibrator: Calibrator | None) -> None:
        self.info: TrackerInfo | None = tracker_info("1")
        self.capabilities: Capabilities | None = Capabilities(calibrator=calibrator)
        self.told_ns: dict[NoticeKind, int] = {}

    def last_notice_ns(self, kind: NoticeKind) -> int:
        return self.told_ns.get(kind, NO_TIME)


def tracker_info(serial: str) -> TrackerInfo:
    return TrackerInfo(
        driver="tobii", model="Spectrum", serial=serial, rate_hz=60.0, raw_dtype=np.dtype([("x", "<f4")])
    )


class Bench:
    """A service with a scripted calibrator on a manual clock; `ask` lets it work until it answers."""

    def __init__(self) -> None:
        self.clock = ManualClock(1_000)
        self.calibrator = Calibrator()
        self.tracker = Tracker(self.calibrator)
        self.recorder = Recorder()
        self.sent: list[Any] = []
        self.service = CalibrationService(
            ServiceParts(
                clock=self.clock, send=self.sent.append, recorder=self.recorder, tracker=self.tracker
            )
        )

    def until(self, is_reached: Callable[[], object]) -> None:
        pause = threading.Event()
        for _ in range(2000):
            self.service.step()
            if is_reached():
                return
            pause.wait(0.001)
        pytest.fail(f"not reached; answers: {self.sent}, calls: {self.calibrator.calls}")

    def begin(self, call: str, *place: float, eyes: str = "", data_hex: str = "") -> None:
        x_norm, y_norm = place or (float("nan"), float("nan"))
        eyes = eyes or ("both" if call == "enter" else "")
        self.service.handle(
            m.CalibrationCall(call=call, x_norm=x_norm, y_norm=y_norm, eyes=eyes, data_hex=data_hex)
        )

    def ask(self, call: str, *place: float, **values: str) -> m.CalibrationAnswer:
        count = len(self.sent)
        self.begin(call, *place, **values)
        self.until(lambda: len(self.sent) > count)
        answer = self.sent[-1]
        assert isinstance(answer, m.CalibrationAnswer)
        assert answer.text.endswith(".")
        return answer

    def hang(self, call: str) -> threading.Event:
        event = self.calibrator.hang[call] = threading.Event()
        return event

    def events(self) -> list[tuple[str, float]]:
        rows = self.recorder.all(DatasetKey.EVENTS)
        return [(decode_text(row["kind"]), float(row["value"])) for row in rows]

    def record(self, *, is_on: bool = True) -> None:
        self.recorder.is_recording = is_on
        self.service.step()


@pytest.fixture
def bench() -> Iterator[Bench]:
    bench = Bench()
    yield bench
    for event in bench.calibrator.hang.values():
        event.set()
    bench.service.close()


def test_the_server_has_the_service() -> None:
    parts = ServiceParts(
        clock=ManualClock(), send=lambda _message: None, recorder=Recorder(), tracker=Tracker(None)
    )
    services = make_services(parts)
    try:
        assert [each for each in services if m.CalibrationCall in each.handles]
    finally:
        for service in services:
            service.close()


def test_a_calibration_from_enter_to_leave_is_answered_and_written(bench: Bench) -> None:
    bench.record()
    assert bench.ask("enter").is_ok
    collected = bench.ask("collect", 0.1, 0.5)
    bench.ask("discard", 0.1, 0.5)
    bench.ask("collect", 0.9, 0.5)
    computed = bench.ask("compute")
    bench.ask("leave")

    assert (collected.is_ok, collected.x_norm, collected.y_norm) == (True, 0.1, 0.5)
    assert (computed.is_ok, computed.text, len(computed.rows)) == (True, OUTCOME.text, 2)
    assert bench.calibrator.calls[0] == ("enter", CalibratedEyes.BOTH)
    assert bench.calibrator.names == ["enter", "collect", "discard", "collect", "compute", "leave"]
    kinds = ["enter", "collect", "discard", "collect", "compute", "leave"]
    assert bench.events() == [(f"calibration_{kind}", 1.0) for kind in kinds]
    texts = [decode_text(text) for text in bench.recorder.all(DatasetKey.EVENTS)["text"]]
    assert "(0.100, 0.500)" in texts[1]
    assert "(0.900, 0.500)" in texts[3]


def test_all_calls_are_made_in_one_thread_that_is_not_the_server_s(bench: Bench) -> None:
    for call in ("enter", "compute", "leave"):
        bench.ask(call)
    assert len(bench.calibrator.threads) == 1
    assert threading.current_thread().name not in bench.calibrator.threads


def test_samples_and_bytes_of_each_computation_are_recorded_with_its_number_and_time(bench: Bench) -> None:
    bench.record()
    bench.ask("enter")
    bench.clock.advance_ns(500)
    bench.ask("compute")
    bench.calibrator.outcome = CalibrationOutcome(
        is_applied=False, text="Too little.", samples=OUTCOME.samples
    )
    failed = bench.ask("compute")

    samples = bench.recorder.all(DatasetKey.CALIBRATION_SAMPLES)
    assert samples["attempt"].tolist() == [0, 0, 1, 1]
    assert samples["t_computed_host_ns"].tolist() == [1_500] * 4
    assert samples["target_x_norm"].tolist() == [0.1, 0.9, 0.1, 0.9]
    data = bench.recorder.all(DatasetKey.CALIBRATION_DATA)
    assert data["attempt"].tolist() == [0, 0, 0]
    assert b"".join(bytes.fromhex(part.decode()) for part in data["content_hex"]) == DATA
    assert not failed.is_ok


def test_a_calibration_made_before_the_recording_is_in_it_with_its_own_time(bench: Bench) -> None:
    bench.ask("enter")
    bench.ask("compute")
    bench.ask("leave")
    bench.clock.advance_ns(1_000_000)
    bench.record()
    bench.service.step()
    assert bench.recorder.all(DatasetKey.CALIBRATION_SAMPLES)["t_computed_host_ns"].tolist() == [1_000] * 2
    assert bench.events() == [("calibration_in_use", pytest.approx(0.001))]
    assert len(bench.recorder.all(DatasetKey.CALIBRATION_DATA)) == 3

    bench.ask("compute")
    assert bench.recorder.all(DatasetKey.CALIBRATION_SAMPLES)["attempt"].tolist() == [0, 0, 1, 1]


def test_every_later_recording_of_the_same_tracker_has_the_newest_calibration(bench: Bench) -> None:
    bench.record()
    bench.ask("enter")
    bench.ask("compute")
    bench.record(is_on=False)
    bench.recorder.rows.clear()
    bench.record()
    assert bench.recorder.all(DatasetKey.CALIBRATION_SAMPLES)["attempt"].tolist() == [0, 0]


def test_the_change_that_our_own_calibration_makes_is_not_taken_for_that_of_another_program(
    bench: Bench,
) -> None:
    bench.ask("enter")
    bench.clock.advance_ns(60_000_000_000)
    bench.ask("compute")
    bench.ask("leave")
    bench.clock.advance_ns(OWN_CHANGE_NS // 2)
    bench.tracker.told_ns[NoticeKind.CALIBRATION_CHANGED] = bench.clock.now_ns()
    bench.record()
    assert len(bench.recorder.all(DatasetKey.CALIBRATION_SAMPLES)) == 2


@pytest.mark.parametrize("is_after", [True, False])
def test_after_a_calibration_by_another_program_ours_is_not_claimed_to_be_in_use(
    bench: Bench, is_after: bool
) -> None:
    if is_after:
        bench.ask("compute")
        bench.clock.advance_ns(OWN_CHANGE_NS + 1)
    bench.tracker.told_ns[NoticeKind.CALIBRATION_CHANGED] = bench.clock.now_ns()
    bench.record()
    assert len(bench.recorder.all(DatasetKey.CALIBRATION_SAMPLES)) == 0
    assert len(bench.recorder.all(DatasetKey.CALIBRATION_DATA)) == 0
    (event,) = bench.recorder.all(DatasetKey.EVENTS)
    assert decode_text(event["kind"]) == "calibration_in_use"
    assert np.isnan(event["value"])
    assert "another program gave the tracker" in decode_text(event["text"])

    bench.clock.advance_ns(OWN_CHANGE_NS)
    bench.ask("compute")
    assert bench.recorder.all(DatasetKey.CALIBRATION_SAMPLES)["attempt"].tolist() == [0, 0]


@pytest.mark.parametrize("is_closed", [True, False])
def test_a_calibration_that_could_have_been_changed_unseen_says_so(bench: Bench, is_closed: bool) -> None:
    bench.ask("compute")
    if is_closed:
        bench.service.tracker_changed(None)
    else:
        bench.tracker.told_ns[NoticeKind.CONNECTION_LOST] = bench.clock.now_ns()
    bench.record()
    assert len(bench.recorder.all(DatasetKey.CALIBRATION_SAMPLES)) == 2
    text = decode_text(bench.recorder.all(DatasetKey.EVENTS)["text"][0])
    assert "whether another program changed it is not known" in text
    bench.record(is_on=False)
    bench.ask("compute")
    bench.record()
    assert "not known" not in decode_text(bench.recorder.all(DatasetKey.EVENTS)["text"][-1])


def test_a_calibration_of_another_tracker_or_one_that_was_not_applied_is_not_taken_over(bench: Bench) -> None:
    bench.ask("compute")
    bench.tracker.info = tracker_info("2")
    bench.record()
    bench.record(is_on=False)
    bench.calibrator.outcome = CalibrationOutcome(
        is_applied=False, text="Too little.", samples=OUTCOME.samples
    )
    bench.ask("compute")
    bench.record()
    assert len(bench.recorder.all(DatasetKey.CALIBRATION_SAMPLES)) == 0


def test_an_earlier_calibration_can_be_given_back_and_keeps_what_was_seen_at_its_targets(
    bench: Bench,
) -> None:
    bench.record()
    bench.ask("enter")
    first = bench.ask("compute")
    assert (bytes.fromhex(first.data_hex), first.attempt) == (DATA, 0)
    bench.calibrator.outcome = CalibrationOutcome(is_applied=True, text="Better.", data=b"better")
    second = bench.ask("compute")
    assert (bytes.fromhex(second.data_hex), second.attempt) == (b"better", 1)
    given_back = bench.ask("apply", data_hex=first.data_hex)
    assert given_back.is_ok
    assert given_back.attempt == 2
    samples = bench.recorder.all(DatasetKey.CALIBRATION_SAMPLES)
    assert samples["attempt"].tolist() == [0, 0, 2, 2]
    assert samples["t_computed_host_ns"].tolist() == [1_000] * 4


def test_a_calibration_that_is_handed_in_is_recorded_without_a_time_of_its_making(bench: Bench) -> None:
    assert bench.ask("apply", data_hex=b"earlier".hex()).is_ok
    bench.record()
    rows = bench.recorder.all(DatasetKey.CALIBRATION_DATA)
    assert bench.calibrator.calls == [("apply", b"earlier")]
    assert (rows["t_computed_host_ns"].tolist(), rows["total_bytes"].tolist()) == ([NO_TIME], [7])
    assert np.isnan(bench.recorder.all(DatasetKey.EVENTS)["value"][0]), "its age is not known"


def test_handing_in_what_was_just_computed_keeps_what_was_seen_at_the_targets(bench: Bench) -> None:
    bench.ask("compute")
    bench.ask("apply", data_hex=DATA.hex())
    bench.record()
    assert len(bench.recorder.all(DatasetKey.CALIBRATION_SAMPLES)) == 2


def test_a_target_that_was_not_seen_asks_for_a_repeat(bench: Bench) -> None:
    bench.record()
    bench.calibrator.is_collected = False
    answer = bench.ask("collect", 0.5, 0.5)
    assert not answer.is_ok
    assert "show this target again" in answer.text
    assert bench.events() == [("calibration_collect", 0.0)]


def test_a_tracker_that_is_lost_in_the_middle_is_told_in_its_own_words_and_left(bench: Bench) -> None:
    bench.record()
    bench.ask("enter")
    bench.calibrator.errors["collect"] = DriverError("The tracker is gone. Plug it in.")
    assert bench.ask("collect", 0.5, 0.5).text == "The tracker is gone. Plug it in."
    bench.tracker.info = None
    bench.service.tracker_changed(None)
    bench.until(lambda: bench.calibrator.names[-1] == "leave")
    bench.until(lambda: ("calibration_leave", 1.0) in bench.events())
    count = len(bench.sent)
    assert bench.ask("leave").is_ok, "the app may still ask for it"
    assert len(bench.sent) == count + 1


def test_a_tracker_that_is_being_closed_leaves_calibration_mode_after_the_call_that_runs(
    bench: Bench,
) -> None:
    bench.ask("enter")
    let_go = bench.hang("collect")
    bench.begin("collect", 0.5, 0.5)
    bench.until(lambda: bench.calibrator.names[-1] == "collect")
    bench.tracker.info = None
    bench.service.step()
    let_go.set()
    bench.until(lambda: bench.calibrator.names[-1] == "leave")


def test_an_error_nobody_expected_becomes_a_sentence_without_its_name(bench: Bench) -> None:
    bench.calibrator.errors["compute"] = ZeroDivisionError("secret of the package")
    answer = bench.ask("compute")
    assert not answer.is_ok
    assert "ZeroDivisionError" not in answer.text


@pytest.mark.parametrize(
    ("call", "place", "values", "word"),
    [
        ("collect", (1.5, 0.5), {}, "not on the screen"),
        ("collect", (), {}, "not on the screen"),
        ("discard", (0.5, -0.1), {}, "not on the screen"),
        ("enter", (), {"eyes": "third"}, "no eyes called"),
        ("enter", (), {"eyes": "left"}, "single eye"),
        ("apply", (), {"data_hex": "zz"}, "damaged"),
        ("apply", (), {"data_hex": ""}, "none of a tracker"),
        ("improve", (), {}, "no calibration call"),
    ],
)
def test_a_call_that_makes_no_sense_is_refused_and_not_made(
    bench: Bench, call: str, place: tuple[float, ...], values: dict[str, str], word: str
) -> None:
    answer = bench.ask(call, *place, **values)
    assert not answer.is_ok
    assert word in answer.text
    assert bench.calibrator.calls == []


def test_a_single_eye_is_calibrated_where_the_tracker_can(bench: Bench) -> None:
    bench.tracker.capabilities = Capabilities(calibrator=bench.calibrator, calibrates_single_eyes=True)
    assert bench.ask("enter", eyes="right").is_ok
    assert bench.calibrator.calls == [("enter", CalibratedEyes.RIGHT)]


def test_without_a_tracker_or_a_calibrator_the_answer_says_what_to_do(bench: Bench) -> None:
    bench.tracker.capabilities = Capabilities()
    assert "with its maker's program" in bench.ask("enter").text
    bench.tracker.info = bench.tracker.capabilities = None
    assert "open one first" in bench.ask("enter").text


def test_a_second_call_is_refused_while_one_runs_but_leaving_waits_its_turn(bench: Bench) -> None:
    bench.ask("enter")
    let_go = bench.hang("collect")
    bench.begin("collect", 0.5, 0.5)
    assert "still busy" in bench.ask("compute").text
    bench.begin("leave")
    let_go.set()
    bench.until(lambda: bench.sent[-1].call == "leave")
    assert [(answer.call, answer.is_ok) for answer in bench.sent[-2:]] == [("collect", True), ("leave", True)]
    assert bench.calibrator.names == ["enter", "collect", "leave"]


def test_a_call_that_hangs_is_given_up_the_next_refused_and_the_mode_left_when_it_returns(
    bench: Bench,
) -> None:
    bench.record()
    bench.ask("enter")
    let_go = bench.hang("collect")
    bench.begin("collect", 0.5, 0.5)
    bench.clock.advance_ns(CALL_TIMEOUT_NS + 1)
    bench.until(lambda: bench.sent[-1].call == "collect")
    assert "not waited for any longer" in bench.sent[-1].text
    assert bench.events()[-1] == ("calibration_collect", 0.0)
    assert "still has not answered" in bench.ask("enter").text

    del bench.calibrator.hang["collect"]
    let_go.set()
    bench.until(lambda: bench.calibrator.names[-1] == "leave")
    bench.until(lambda: bench.ask("enter").is_ok)


def test_a_wish_to_leave_is_answered_although_the_call_before_it_hangs(bench: Bench) -> None:
    bench.hang("collect")
    bench.begin("collect", 0.5, 0.5)
    bench.begin("leave")
    bench.clock.advance_ns(CALL_TIMEOUT_NS + 1)
    bench.until(lambda: len(bench.sent) == 2)
    assert [(answer.call, answer.is_ok) for answer in bench.sent] == [("collect", False), ("leave", False)]


def test_closing_leaves_calibration_mode_and_ends_the_thread(bench: Bench) -> None:
    bench.ask("enter")
    bench.service.close()
    assert bench.calibrator.names == ["enter", "leave"]
    assert not [thread for thread in threading.enumerate() if thread.name == "device calibration"]


def test_closing_does_not_wait_for_a_call_that_never_returns(bench: Bench) -> None:
    bench.hang("collect")
    bench.begin("collect", 0.5, 0.5)
    bench.service.close()
    assert [thread for thread in threading.enumerate() if thread.name == "device calibration"]


@given(st.binary(max_size=3 * CALIBRATION_DATA_BYTES))
def test_the_parts_of_the_data_are_the_data(data: bytes) -> None:
    rows = data_rows(data, 3, 17)
    assert b"".join(bytes.fromhex(part.decode()) for part in rows["content_hex"]) == data
    assert rows["part"].tolist() == list(range(len(rows)))
    assert set(rows["total_bytes"].tolist()) <= {len(data)}
    assert set(rows["attempt"].tolist()) <= {3}


def test_data_too_large_for_any_tracker_are_told_and_not_kept(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calibration_record, "MAX_CALIBRATION_BYTES", 1000)
    bench.record()
    bench.ask("compute")
    assert bench.recorder.told == ["calibration_too_large"]
    assert len(bench.recorder.all(DatasetKey.CALIBRATION_SAMPLES)) == 2
    assert len(bench.recorder.all(DatasetKey.CALIBRATION_DATA)) == 0
