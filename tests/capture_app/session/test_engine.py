"""The session against a scripted acquisition process: order, failures, and what a person may ask when."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from session_fakes import FACTS, FakeRun, reading

from capture_app.acquisition import messages as m
from capture_app.session.cases import cases_of_folder
from capture_app.session.port import SessionError
from capture_app.session.recording import Phase
from capture_app.session.settings import LiveViewOptions, Settings
from capture_app.session.states import CaseMark, RecordingState
from gaze_core.rows import decode_text


@pytest.fixture
def run(make_run: Any, gaze: Any, make_image: Any, tmp_path: Path) -> FakeRun:
    """Return a session with three cases on the screen and a tracker that streams."""
    for name in ("1.png", "2.png", "3.png"):
        make_image(f"images/{name}")
    run = make_run(gaze.gaze)
    run.connect()
    run.session.show_folder(tmp_path / "images")
    run.until_shown()
    return run


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "a.gazeh5"


def states_of(run: FakeRun) -> list[tuple[int, str]]:
    return [(int(row["trial"]), decode_text(row["state"])) for row in run.acquisition.appended("trial")]


def orders(run: FakeRun) -> list[str]:
    wanted = (m.StartRecording, m.EndSamples, m.StopRecording)
    return [type(message).__name__ for message in run.acquisition.sent if isinstance(message, wanted)]


def recording(run: FakeRun, file: Path) -> None:
    run.record(file)
    run.until_shown()


def finish(run: FakeRun, file: Path) -> None:
    run.session.stop_recording()
    run.step()
    run.end_samples()
    run.step()
    run.step()
    run.close_file(file)
    run.step()


def test_a_recording_goes_from_start_to_closed_in_order(run: FakeRun, file: Path) -> None:
    run.session.record_to(file, "R01")
    assert run.step().recording is RecordingState.READY
    run.begin_file(file)
    assert run.step(10).recording is RecordingState.RECORDING
    run.until_shown()
    run.step(10)
    run.session.stop_recording()
    assert orders(run) == ["StartRecording"]
    assert run.step().recording is RecordingState.CLOSING
    assert orders(run) == ["StartRecording", "EndSamples"]
    run.end_samples()
    run.step()
    assert orders(run) == ["StartRecording", "EndSamples", "StopRecording"]
    assert run.state is not None
    assert run.state.recording is RecordingState.CLOSING
    run.close_file(file)
    assert run.step().recording is RecordingState.READY
    assert states_of(run) == [(0, "open"), (0, "done")]


def test_the_file_is_told_its_reader_screen_and_options(run: FakeRun, file: Path) -> None:
    run.session.record_to(file, "R07")
    (start,) = run.acquisition.all_sent(m.StartRecording)
    assert start.path == str(file)
    assert start.metadata["participant"]["pseudonym"] == "R07"
    assert start.metadata["display"]["width_mm"] == 528.0


def test_images_come_before_the_rows_that_name_them(run: FakeRun, file: Path) -> None:
    recording(run, file)
    kinds = [message.row_type for message in run.acquisition.all_sent(m.AppendRows)]
    assert kinds.index("image") < kinds.index("viewport")
    shown = run.acquisition.appended("viewport")
    assert set(shown["image_id"].tolist()) - {-1} <= set(
        run.acquisition.appended("image")["image_id"].tolist()
    )


def test_the_first_image_is_presented_inside_the_recording(run: FakeRun, file: Path) -> None:
    recording(run, file)
    began_ns = run.acquisition.appended("trial")["t_host_ns"][0]
    rows = run.acquisition.appended("viewport")
    shows = rows[(rows["cause"] == b"show") & (rows["trial"] == 0)]
    assert (shows["t_presented_host_ns"] >= began_ns).all()
    assert shows.size == 1
    events = run.acquisition.appended("event")
    (shown,) = events[events["kind"] == b"image_shown"]
    assert shown["t_host_ns"] == shows["t_presented_host_ns"][0]


def test_a_file_that_is_there_already_fails_the_recording_and_another_may_begin(
    run: FakeRun, file: Path
) -> None:
    run.session.record_to(file, "R01")
    run.acquisition.say(
        m.Failed(request="StartRecording", kind="recording", text="The file is there already.")
    )
    state = run.step()
    assert state.recording is RecordingState.FAILED
    assert state.verdict.explanation == "The file is there already."
    run.session.record_to(file.with_name("b.gazeh5"), "R01")
    run.begin_file(file.with_name("b.gazeh5"))
    assert run.step().recording is RecordingState.RECORDING


def test_connecting_again_takes_note_of_a_failure(run: FakeRun, file: Path) -> None:
    run.session.record_to(file, "R01")
    run.acquisition.say(m.Failed(request="StartRecording", kind="recording", text="No."))
    run.step()
    run.connect()
    assert run.step().recording is RecordingState.READY


def test_a_full_disk_fails_the_recording_even_when_other_trouble_is_told_after_it(
    run: FakeRun, file: Path
) -> None:
    recording(run, file)
    run.acquisition.say(
        m.Failed(request="", kind="recording", text="The disk is full."),
        m.Failed(request="AppendRows", kind="protocol", text="event rows came while nothing is recorded."),
    )
    state = run.step(10)
    assert state.recording is RecordingState.FAILED
    assert state.verdict.word == "recording failed"
    assert "The disk is full." in state.notices
    before = len(run.acquisition.all_sent(m.AppendRows))
    run.session.mark("afterwards")
    run.step(300)
    assert len(run.acquisition.all_sent(m.AppendRows)) == before


def test_the_death_of_the_acquisition_is_seen_in_the_same_step_and_connecting_revives_it(
    run: FakeRun, file: Path
) -> None:
    recording(run, file)
    run.acquisition.is_alive = False
    state = run.step(10)
    assert (state.recording, state.verdict.level) == (RecordingState.FAILED, "bad")
    assert "can be recovered" in state.verdict.explanation
    run.connect()
    assert [acquisition.closed for acquisition in run.acquisitions] == [1, 0]
    assert run.step(10).recording is RecordingState.READY
    recording(run, file.with_name("b.gazeh5"))
    assert run.state is not None
    assert run.state.recording is RecordingState.RECORDING


def test_the_death_of_the_acquisition_without_a_recording_is_no_failed_recording(run: FakeRun) -> None:
    run.acquisition.is_alive = False
    state = run.step()
    assert state.recording is RecordingState.NO_TRACKER
    assert (state.verdict.level, state.verdict.word) == ("bad", "tracker process ended")


def test_a_recording_stopped_while_it_starts_is_ended_once_it_has_begun(run: FakeRun, file: Path) -> None:
    run.session.record_to(file, "R01")
    run.session.stop_recording()
    assert run.step(10).recording is RecordingState.CLOSING
    assert orders(run) == ["StartRecording"]
    run.begin_file(file)
    run.step(10)
    run.step(10)
    run.end_samples()
    run.step()
    run.step()
    assert orders(run) == ["StartRecording", "EndSamples", "StopRecording"]
    assert states_of(run) == []
    run.close_file(file)
    assert run.step().recording is RecordingState.READY
    assert run.acquisition.appended("detector_run")["run"].tolist() == [0]
    assert set(run.acquisition.appended("fixation")["run"].tolist()) <= {0}


def test_stopping_twice_or_without_a_recording_changes_nothing(run: FakeRun, file: Path) -> None:
    run.session.stop_recording()
    assert run.step().reader.panes
    recording(run, file)
    run.session.stop_recording()
    run.session.stop_recording()
    run.step()
    assert orders(run) == ["StartRecording", "EndSamples"]
    assert run.events().count("recording_stopped") == 1


def test_nothing_is_sent_to_a_file_that_is_being_closed(run: FakeRun, file: Path) -> None:
    recording(run, file)
    run.session.stop_recording()
    run.step()
    run.end_samples()
    run.step()
    run.step()
    before = len(run.acquisition.sent)
    run.session.mark("too late")
    run.session.key("Space")
    run.step(100)
    assert [type(message) for message in run.acquisition.sent[before:]] == []


def test_a_pause_blanks_the_screen_and_the_reading_goes_on_in_the_same_trial(
    run: FakeRun, file: Path
) -> None:
    recording(run, file)
    run.session.pause()
    run.session.pause()
    state = run.step(10)
    assert (state.recording, state.reader.message, state.reader.panes) == (RecordingState.PAUSED, "Pause", ())
    run.session.resume()
    run.session.resume()
    state = run.until_shown()
    assert state.recording is RecordingState.RECORDING
    assert states_of(run) == [(0, "open"), (0, "paused"), (0, "resumed")]
    assert run.acquisition.appended("viewport")["trial"][-1] == 0


def test_next_walks_through_the_cases_and_stays_at_the_end(run: FakeRun, file: Path) -> None:
    recording(run, file)
    for _ in range(2):
        run.session.next_case()
        run.step()
        run.until_shown()
    run.session.next_case()
    state = run.step()
    assert (state.reader.panes, state.reader.message) == ((), "All cases are read. Thank you.")
    run.session.next_case()
    run.step()
    assert states_of(run) == [(n, state) for n in range(3) for state in ("open", "done")]
    assert [item.mark for item in run.step().cases] == [CaseMark.DONE] * 3


def test_going_back_from_the_end_shows_the_last_case_as_a_new_trial(run: FakeRun, file: Path) -> None:
    recording(run, file)
    run.session.go_to_case(2)
    run.until_shown()
    run.session.next_case()
    run.step()
    run.session.previous_case()
    run.until_shown()
    assert states_of(run)[-1] == (2, "open")
    assert decode_text(run.acquisition.appended("trial")["case_id"][-1]) == "3"


def test_an_unreadable_image_is_passed_over_with_a_note_and_an_event(
    make_run: Any, gaze: Any, make_image: Any, tmp_path: Path, file: Path
) -> None:
    make_image("images/1.png")
    (tmp_path / "images" / "2.png").write_bytes(b"this is no image")
    make_image("images/3.png")
    run = make_run(gaze.gaze)
    run.connect()
    run.session.show_folder(tmp_path / "images")
    run.until_shown()
    recording(run, file)
    run.session.next_case()
    run.step()
    state = run.until_shown()
    assert [item.mark for item in state.cases] == [CaseMark.DONE, CaseMark.UNREADABLE, CaseMark.CURRENT]
    assert "2.png" in state.cases[1].note
    assert "image_unreadable" in run.events()
    assert any(notice.startswith("Case 2:") for notice in state.notices)
    assert [trial for trial, _ in states_of(run)] == [0, 0, 1]


def test_only_unreadable_images_are_not_called_read(make_run: Any, tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "a.png").write_bytes(b"no")
    run = make_run()
    run.session.show_folder(tmp_path / "images")
    state = run.step(advance_ns=0)
    while not state.reader.message:
        state = run.step(advance_ns=0)
    assert state.reader.message == "None of the images can be shown."


def test_settings_changed_while_recording_leave_its_geometry_alone(run: FakeRun, file: Path) -> None:
    recording(run, file)
    geometry = run.session._feed.live.geometry
    run.session.apply_settings(Settings(distance_mm=900.0))
    run.session.set_reader_screen(replace(FACTS, width_mm=700.0), "changed")
    assert run.session._feed.live.geometry is geometry
    assert "screen_changed" in run.events()
    finish(run, file)
    assert run.session._feed.live.geometry.distance_mm == 900.0
    assert run.session._feed.live.geometry.screen.width_mm == 700.0


@pytest.mark.parametrize(
    ("intent", "sentence"),
    [
        (lambda session, tmp: session.start_recording("R01"), "No tracker is connected"),
        (lambda session, tmp: session.record_to(tmp / "x.gazeh5", "R01"), "No tracker is connected"),
        (lambda session, tmp: session.next_case(), "There are no cases"),
        (lambda session, tmp: session.go_to_case(4), "There is no case 5"),
        (lambda session, tmp: session.show_folder(tmp / "gone"), "is not a folder"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(make_run: Any, tmp_path: Path, intent: Any, sentence: str) -> None:
    session = make_run(settings=Settings(recording_folder=str(tmp_path))).session
    with pytest.raises(SessionError, match=sentence):
        intent(session, tmp_path)


def test_while_recording_neither_images_nor_tracker_nor_file_change(run: FakeRun, file: Path) -> None:
    recording(run, file)
    for intent in (
        lambda: run.session.show_cases(cases_of_folder(file.parent / "images")),
        lambda: run.session.connect_tracker("lsl", {}),
        lambda: run.session.record_to(file.with_name("b.gazeh5"), "R01"),
    ):
        with pytest.raises(SessionError, match="A recording is running"):
            intent()


def test_a_pseudonym_that_cannot_be_stored_is_refused(run: FakeRun, file: Path) -> None:
    with pytest.raises(SessionError):
        run.session.record_to(file, "")


def test_marks_name_the_operator_and_the_moment(run: FakeRun, file: Path) -> None:
    recording(run, file)
    now_ns = run.clock.now_ns()
    run.session.mark("coughs")
    run.session.mark_at(2.5, "moved")
    run.session.key("Space")
    events = run.acquisition.appended("event")[-3:]
    assert [decode_text(kind) for kind in events["kind"]] == ["mark", "mark", "key"]
    assert [decode_text(source) for source in events["source"]] == ["operator", "operator", "reader"]
    assert events["t_host_ns"].tolist() == [now_ns, now_ns - 2_500_000_000, now_ns]
    assert events["trial"].tolist() == [0, 0, 0]


def test_frames_that_came_late_are_counted(run: FakeRun) -> None:
    run.session.zoom(960, 540, 2)
    state = run.session.step()
    run.session.presented(state.reader.revision, run.clock.now_ns(), 5, 3)
    state = run.session.step()
    assert (state.frames_late, state.frames_dropped) == (1, 3)


def test_only_a_tracker_that_wants_it_is_told_the_scene(
    make_run: Any, make_image: Any, tmp_path: Path
) -> None:
    make_image("images/1.png")
    for wants_scene in (True, False):
        run = make_run()
        run.connect(wants_scene=wants_scene)
        run.session.show_folder(tmp_path / "images")
        run.until_shown()
        scenes = run.acquisition.all_sent(m.ShowScene)
        assert bool(scenes) is wants_scene
        if wants_scene:
            assert scenes[-1].scene["panes"][0]["image_id"] == 0


def test_loss_while_the_image_is_visible_marks_the_case(
    make_run: Any, make_image: Any, tmp_path: Path
) -> None:
    make_image("images/1.png")
    rows = reading(600.0, 3.0).gaze.copy()
    rows["t_host_ns"] += 1_000_000_000
    rows["left_valid"][::2] = rows["right_valid"][::2] = 0
    run = make_run(rows)
    run.connect()
    run.session.show_folder(tmp_path / "images")
    run.until_shown()
    recording(run, tmp_path / "a.gazeh5")
    for _ in range(90):
        run.acquisition.written = int(np.searchsorted(rows["t_host_ns"], run.clock.now_ns()))
        run.step()
    run.session.next_case()
    item = run.step().cases[0]
    assert item.mark is CaseMark.POOR
    assert item.note.startswith("loss ")


def test_a_step_without_news_gives_an_equal_state(run: FakeRun) -> None:
    run.step()
    assert run.step(advance_ns=0) == run.step(advance_ns=0)


def test_five_hundred_cases_cost_a_step_nothing(make_run: Any, make_image: Any, tmp_path: Path) -> None:
    image = make_image("1.png")
    (tmp_path / "list.txt").write_text("\n".join([image.name] * 500))
    run = make_run()
    run.session.open_list(tmp_path / "list.txt")
    state = run.until_shown()
    assert state.case_count == 500
    assert state.reader.progress == "case 1 of 500"
    assert run.step().cases is state.cases


def test_a_live_heatmap_grows_only_while_somebody_looks(run: FakeRun, file: Path) -> None:
    assert run.step(100).heatmaps == ()
    run.session.apply_settings(Settings(live_view=LiveViewOptions(show_heatmap=True)))
    run.step(advance_ns=300_000_000)
    (heatmap,) = run.step(100, advance_ns=300_000_000).heatmaps
    assert heatmap.image_id == 0
    again = run.step(advance_ns=1_000_000).heatmaps
    assert again == (heatmap,)
    assert again[0] is heatmap


def test_closing_is_idempotent_and_ends_the_acquisition_once(run: FakeRun) -> None:
    run.session.close()
    run.session.close()
    assert run.acquisition.closed == 1


def test_the_phases_are_what_the_session_says(run: FakeRun, file: Path) -> None:
    assert run.session.recording.phase is Phase.NONE
    recording(run, file)
    assert run.session.recording.phase is Phase.RUNNING
    finish(run, file)
    assert run.session.recording.phase is Phase.CLOSED
