"""The recorder writes what it is given, ends what must end, and survives a failing disk."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from capture_app.acquisition.disk_watch import RESERVE_BYTES
from capture_app.acquisition.messages import (
    Failed,
    Message,
    RecordingClosed,
    RecordingStarted,
    TrackerNotice,
)
from capture_app.acquisition.pump import Delivery
from capture_app.acquisition.recorder import FLUSH_EVERY_NS, Recorder
from drivers.contract import Batch
from gaze_core.clocks import ManualClock
from gaze_core.rows import EVENT, TRIAL, TRUTH, decode_text
from gaze_core.streams import TrackerInfo
from recordings_schema.errors import RecordingError, RecordingExistsError, RecordingWriteError
from recordings_schema.layout import DatasetKey
from recordings_schema.reader import Recording
from recordings_schema.writer import RecordingWriter

MakeBatch = Callable[..., Batch]
PLENTY = 10**12


@pytest.fixture
def posted() -> list[Message]:
    return []


@pytest.fixture
def free() -> list[int]:
    """Bytes free on the disk: the last number stays."""
    return [PLENTY]


@pytest.fixture
def recorder(clock: ManualClock, posted: list[Message], shelf: Any, free: list[int]) -> Recorder:
    def read_free_bytes(_: Path) -> int:
        return free[-1]

    return Recorder(
        clock=clock, post=posted.append, create_writer=shelf.create, read_free_bytes=read_free_bytes
    )


@pytest.fixture
def recording(
    recorder: Recorder, tmp_path: Path, metadata: dict[str, Any], info: TrackerInfo, shelf: Any
) -> Any:
    """A recorder that records; its writer."""
    recorder.request_start(tmp_path / "a.gazeh5", metadata, info)
    recorder.step(0.0)
    return shelf.writers[0]


def _offer(recorder: Recorder, batch: Batch, **counts: int) -> None:
    recorder.offer(Delivery(gaze=batch.gaze, raw=batch.raw, **counts))


def _trial(state: str, trial: int = 3) -> Any:
    return TRIAL.row(t_host_ns=1, trial=trial, case_id="case", state=state, image_ids="0")


def _last_failure(posted: list[Message]) -> Failed:
    return [message for message in posted if isinstance(message, Failed)][-1]


def test_what_is_offered_is_written_with_raw_rows_of_equal_number(
    recorder: Recorder, recording: Any, batch: MakeBatch
) -> None:
    _offer(recorder, batch([0, 1]))
    _offer(recorder, batch([2]))
    recorder.append(DatasetKey.VIEWPORT, EVENT.empty(0))
    recorder.step(0.0)

    assert (
        list(recording.all(DatasetKey.GAZE)["seq"])
        == list(recording.all(DatasetKey.RAW)["stamp_us"])
        == [0, 1, 2]
    )
    assert [key for key, _ in recording.rows] == [DatasetKey.RAW, DatasetKey.GAZE]


def test_it_is_flushed_at_most_every_250_ms_and_whenever_due(
    recorder: Recorder, recording: Any, clock: ManualClock
) -> None:
    for _ in range(20):
        clock.advance_ns(60_000_000)
        recorder.step(0.0)

    assert recording.flushes == 20 * 60_000_000 // (3 * 60_000_000)
    assert FLUSH_EVERY_NS + 60_000_000 < 250_000_000


def test_the_answer_to_a_start_names_the_ring_row_of_the_first_sample(
    recorder: Recorder,
    tmp_path: Path,
    metadata: dict[str, Any],
    info: TrackerInfo,
    batch: MakeBatch,
    posted: list[Message],
) -> None:
    _offer(recorder, batch([0, 1, 2]))
    recorder.request_start(tmp_path / "a.gazeh5", metadata, info)
    recorder.step(0.0)

    assert [each.first_row for each in posted if isinstance(each, RecordingStarted)] == [3]


def test_a_stop_closes_with_everything_that_waited_and_answers_with_the_counts(
    recorder: Recorder, recording: Any, batch: MakeBatch, posted: list[Message]
) -> None:
    _offer(recorder, batch([0, 1, 4]), lost=2, out_of_order=1, device_time_backward=1)
    recorder.request_stop("finished", is_asked=True)
    _offer(recorder, batch([5]))
    recorder.step(0.0)

    (closed,) = [each for each in posted if isinstance(each, RecordingClosed)]
    assert (closed.reason, closed.samples, closed.lost, closed.findings) == ("finished", 3, 2, [])
    assert closed.rows["gaze"] == 3
    facts = recording.facts[-1]
    assert (facts.samples_delivered, facts.samples_missing, facts.samples_out_of_order) == (3, 2, 1)
    assert recorder.is_idle


@pytest.mark.parametrize("state", ["open", "paused", "resumed"])
def test_a_trial_that_is_open_at_the_end_is_marked_interrupted(
    recorder: Recorder, recording: Any, clock: ManualClock, state: str
) -> None:
    recorder.append(DatasetKey.TRIALS, _trial(state))
    clock.advance_ns(5)
    recorder.request_stop("app_lost", is_asked=False)
    recorder.step(0.0)

    last = recording.all(DatasetKey.TRIALS)[-1]
    assert (decode_text(last["state"]), int(last["trial"]), decode_text(last["case_id"])) == (
        "interrupted",
        3,
        "case",
    )
    assert int(last["t_host_ns"]) == clock.now_ns()


@pytest.mark.parametrize("state", ["done", "discarded", "interrupted"])
def test_a_trial_that_has_ended_is_left_alone(recorder: Recorder, recording: Any, state: str) -> None:
    recorder.append(DatasetKey.TRIALS, _trial(state))
    recorder.request_stop("finished", is_asked=True)
    recorder.step(0.0)

    assert len(recording.all(DatasetKey.TRIALS)) == 1


def test_an_event_without_a_trial_gets_the_one_that_is_open(recorder: Recorder, recording: Any) -> None:
    recorder.append(DatasetKey.TRIALS, _trial("open", trial=7))
    recorder.step(0.0)
    recorder.event("note", "Something happened.")
    recorder.append(DatasetKey.EVENTS, EVENT.row(kind="key", trial=2))
    recorder.step(0.0)

    assert list(recording.all(DatasetKey.EVENTS)["trial"]) == [7, 2]


@pytest.mark.parametrize(
    "error", [RecordingExistsError("a.gazeh5 exists already."), PermissionError(13, "Permission denied")]
)
def test_a_file_that_cannot_be_created_is_a_sentence_and_the_next_one_works(
    recorder: Recorder, shelf: Any, tmp_path: Path, metadata: dict[str, Any], info: TrackerInfo,
    posted: list[Message], error: Exception,
) -> None:  # fmt: skip
    shelf.create_error = error
    recorder.request_start(tmp_path / "a.gazeh5", metadata, info)
    recorder.step(0.0)
    assert _last_failure(posted).request == "StartRecording"
    assert "a.gazeh5" in _last_failure(posted).text
    assert recorder.is_idle

    shelf.create_error = None
    recorder.request_start(tmp_path / "b.gazeh5", metadata, info)
    recorder.step(0.0)
    assert recorder.is_recording


def test_metadata_that_is_not_usable_is_a_sentence(
    recorder: Recorder, tmp_path: Path, info: TrackerInfo, posted: list[Message]
) -> None:
    recorder.request_start(tmp_path / "a.gazeh5", {"nonsense": 1}, info)
    recorder.step(0.0)

    assert "metadata" in _last_failure(posted).text
    assert recorder.is_idle


@pytest.mark.parametrize("moment", ["append", "flush", "close"])
def test_a_write_that_fails_stops_the_recording_in_words_and_nothing_else(
    recorder: Recorder, recording: Any, batch: MakeBatch, clock: ManualClock, posted: list[Message],
    disk_full: RecordingWriteError, moment: str,
) -> None:  # fmt: skip
    recording.failure = disk_full
    if moment == "append":
        _offer(recorder, batch([0]))
    if moment == "flush":
        clock.advance_ns(FLUSH_EVERY_NS)
    if moment == "close":
        recorder.request_stop("finished", is_asked=True)
    recorder.step(0.0)

    assert "no space left on device" in _last_failure(posted).text
    assert _last_failure(posted).request == ("StopRecording" if moment == "close" else "")
    assert recording.is_abandoned
    assert recorder.is_idle
    assert not recorder.is_recording
    _offer(recorder, batch([1]))
    recorder.step(0.0)


def test_an_error_nobody_expected_closes_the_recording_with_an_event_and_says_so(
    recorder: Recorder, recording: Any, batch: MakeBatch, posted: list[Message]
) -> None:
    _offer(recorder, batch([0]))
    recorder.step(0.0)
    recorder.give_up(ZeroDivisionError("division by zero"))

    assert recording.closed_with == "recorder failed"
    assert [decode_text(kind) for kind in recording.all(DatasetKey.EVENTS)["kind"]] == ["recorder_failed"]
    assert "ZeroDivisionError" in _last_failure(posted).text
    assert recorder.is_idle


def test_a_recording_that_cannot_even_be_closed_is_let_go_of(
    recorder: Recorder, recording: Any, batch: MakeBatch, posted: list[Message]
) -> None:
    recording.failure = ZeroDivisionError("division by zero")
    _offer(recorder, batch([0]))
    with pytest.raises(ZeroDivisionError) as caught:
        recorder.step(0.0)
    recorder.give_up(caught.value)

    assert "ZeroDivisionError" in _last_failure(posted).text
    assert recording.is_abandoned
    assert recorder.is_idle


def test_rows_that_the_file_has_no_place_for_are_told_once_and_the_recording_goes_on(
    recorder: Recorder, recording: Any, posted: list[Message], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(key: DatasetKey, rows: Any) -> None:
        if key is DatasetKey.TRUTH:
            raise RecordingError("a.gazeh5 has no dataset 'truth'.")

    monkeypatch.setattr(recording, "append", refuse)
    for _ in range(3):
        recorder.append(DatasetKey.TRUTH, TRUTH.empty(1))
        recorder.step(0.0)

    assert [each.kind for each in posted if isinstance(each, TrackerNotice)] == ["rows_refused"]
    assert recorder.is_recording


def test_a_file_that_can_no_longer_be_read_along_is_told_once(
    recorder: Recorder, recording: Any, clock: ManualClock, posted: list[Message]
) -> None:
    recording.stream_failure = "a.gazeh5 could not be streamed any further."
    for _ in range(3):
        clock.advance_ns(FLUSH_EVERY_NS)
        recorder.step(0.0)

    assert [each.kind for each in posted if isinstance(each, TrackerNotice)] == ["stream_file_failed"]


def test_a_disk_that_is_nearly_full_closes_the_recording_cleanly(
    recorder: Recorder, recording: Any, clock: ManualClock, posted: list[Message], free: list[int]
) -> None:
    free.append(RESERVE_BYTES)
    for _ in range(3):
        clock.advance_ns(1_100_000_000)
        recorder.step(0.0)

    assert recording.closed_with == "disk full"
    assert [decode_text(kind) for kind in recording.all(DatasetKey.EVENTS)["kind"]] == ["disk_full"]
    assert [each.reason for each in posted if isinstance(each, RecordingClosed)] == ["disk full"]


def test_a_disk_without_room_refuses_the_start(
    recorder: Recorder, tmp_path: Path, metadata: dict[str, Any], info: TrackerInfo, posted: list[Message],
    free: list[int], shelf: Any,
) -> None:  # fmt: skip
    free.append(RESERVE_BYTES)
    recorder.request_start(tmp_path / "a.gazeh5", metadata, info)
    recorder.step(0.0)

    assert "too little to record" in _last_failure(posted).text
    assert not shelf.writers


def test_a_stop_without_a_recording_is_answered(recorder: Recorder, posted: list[Message]) -> None:
    recorder.request_stop("finished", is_asked=True)
    recorder.step(0.0)

    assert _last_failure(posted).request == "StopRecording"
    assert not recorder.is_closing


@pytest.fixture
def real(clock: ManualClock, posted: list[Message]) -> Recorder:
    return Recorder(clock=clock, post=posted.append, create_writer=RecordingWriter.create)


def test_the_file_holds_exactly_what_was_offered(
    real: Recorder, tmp_path: Path, metadata: dict[str, Any], info: TrackerInfo, batch: MakeBatch,
    clock: ManualClock, posted: list[Message],
) -> None:  # fmt: skip
    path = tmp_path / "Röntgen ß.gazeh5"
    real.request_start(path, metadata, info)
    real.step(0.0)
    batches = [batch(list(range(first, first + 7))) for first in range(0, 700, 7)]
    for each in batches:
        _offer(real, each)
        clock.advance_ns(7_000_000)
        real.step(0.0)
    real.request_stop("finished", is_asked=True)
    real.step(0.0)

    assert isinstance(posted[-1], RecordingClosed)
    with Recording.open(path) as recording:
        assert np.array_equal(recording.raw(), np.concatenate([each.raw for each in batches]))
        assert recording.gaze().tobytes() == np.concatenate([each.gaze for each in batches]).tobytes()


def test_a_file_that_exists_is_never_touched(
    real: Recorder, tmp_path: Path, metadata: dict[str, Any], info: TrackerInfo, posted: list[Message]
) -> None:
    path = tmp_path / "a.gazeh5"
    path.write_bytes(b"precious")
    real.request_start(path, metadata, info)
    real.step(0.0)

    assert "exists already" in _last_failure(posted).text
    assert path.read_bytes() == b"precious"


def test_an_image_that_is_asked_for_is_copied_into_the_recording(
    recorder: Recorder, recording: Any, tmp_path: Path
) -> None:
    image = tmp_path / "film.png"
    content = b"\x89PNG\r\n\x1a\n and pixels"
    image.write_bytes(content)
    recorder.request_embedding(image)
    recorder.step(0.0)
    assert recording.embedded == [content]


def test_a_dicom_file_with_its_patient_header_is_never_copied_into_a_recording(
    recorder: Recorder, recording: Any, tmp_path: Path
) -> None:
    image = tmp_path / "film.dcm"
    image.write_bytes(b"\0" * 128 + b"DICM and a name")
    recorder.request_embedding(image)
    recorder.step(0.0)
    recorder.step(0.0)
    assert recording.embedded == []
    assert [decode_text(row["kind"]) for row in recording.all(DatasetKey.EVENTS)] == ["image_not_embedded"]


def test_an_image_that_is_gone_becomes_an_event_and_the_recording_goes_on(
    recorder: Recorder, recording: Any, tmp_path: Path
) -> None:
    recorder.request_embedding(tmp_path / "gone.png")
    recorder.step(0.0)
    recorder.step(0.0)
    assert [decode_text(row["kind"]) for row in recording.all(DatasetKey.EVENTS)] == ["image_not_embedded"]
    assert recorder.is_recording
