"""A case that is gone on with after a crash shows the text it had, and its sound can be heard and aligned."""

from __future__ import annotations

import json
import time
from pathlib import Path

from reading_rig import recording_of
from voice_rig import RATE_HZ, a_segment, a_study

from capture_app.session.reading import Event
from capture_app.session.reading.recorded import DATASET_OF
from capture_app.session.study_desk.earlier_dictation import read_earlier
from capture_app.session.study_desk.states import TranscriptStage
from gaze_core.rows import ANSWER, JUDGEMENT, WORD
from recordings_schema.layout import DatasetKey
from recordings_schema.testing import METADATA, append_samples, without_truth
from recordings_schema.writer import RecordingWriter

OFFSET_NS = METADATA.session.started_wall_ns - METADATA.session.started_host_ns
REBOOTED_NS = OFFSET_NS + 3_600_000_000_000


def write_recording(path: Path, rows: dict) -> Path:
    """Write a recording with these rows by row type."""
    keys = {**DATASET_OF, "word": DatasetKey.WORDS, "audio_segment": DatasetKey.AUDIO_SEGMENTS}
    writer = RecordingWriter.create(path, METADATA, without_truth())
    append_samples(writer, 60)
    for name, each in rows.items():
        if name in keys:
            writer.append(keys[name], each)
    writer.close("ended")
    return path


def a_recording(
    folder: Path, *, texts: tuple[str, ...] = (), case_id: str = "c1", stem: str = "early"
) -> Path:
    figures = json.dumps({"event": "opening", "case_id": case_id, "task": "", "period": 1})
    rows = {
        JUDGEMENT.name: JUDGEMENT.row(t_host_ns=1, subject="quota", number=3, attempt=1, figures=figures),
        "audio_segment": a_segment(folder, 7, 3, 5_000_000_000, RATE_HZ),
    }
    for version, text in enumerate(texts):
        rows[ANSWER.name] = ANSWER.row(
            t_host_ns=9 + version, trial=3, attempt=1, screen="transcript", name=f"transcript_{version}",
            value=json.dumps(text),
        )  # fmt: skip
        rows[WORD.name] = WORD.row(
            trial=3, attempt=1, version=version, index=0, text=text.split()[0], t_onset_host_ns=77,
            t_offset_host_ns=99, kind="aligned", score=0.5,
        )  # fmt: skip
    return write_recording(folder / f"{stem}.gazeh5", rows)


def test_the_last_version_of_a_text_is_read_with_its_words_and_sound(tmp_path):
    found = read_earlier([a_recording(tmp_path, texts=("Normal chest.",))], OFFSET_NS)
    it = found[("c1", 1)]
    assert (it.text.text, it.text.version) == ("Normal chest.", 0)
    assert [(word.text, word.t_onset_host_ns, word.kind) for word in it.text.words] == [
        ("Normal", 77, "aligned")
    ]
    assert [each.file for each in it.stretches] == [tmp_path / "case_audio_007.wav"]
    assert it.is_same_clock


def test_a_clock_that_was_started_anew_is_noticed(tmp_path):
    found = read_earlier([a_recording(tmp_path)], REBOOTED_NS)
    assert not found[("c1", 1)].is_same_clock


def test_sound_without_a_text_is_found_too(tmp_path):
    it = read_earlier([a_recording(tmp_path)], OFFSET_NS)[("c1", 1)]
    assert it.text is None
    assert len(it.stretches) == 1


def test_an_attempt_over_two_recordings_has_the_sound_of_both_and_the_newer_text(tmp_path):
    first = a_recording(tmp_path, texts=("One.",), stem="one")
    second = a_recording(tmp_path, texts=("Two.",), stem="two")
    it = read_earlier([first, second], OFFSET_NS)[("c1", 1)]
    assert it.text.text == "Two."
    assert len(it.stretches) == 2


def test_a_recording_that_cannot_be_read_costs_no_other(tmp_path):
    (tmp_path / "broken.gazeh5").write_bytes(b"no recording")
    found = read_earlier([tmp_path / "broken.gazeh5", a_recording(tmp_path)], OFFSET_NS)
    assert set(found) == {("c1", 1)}


def interrupted(voice, tmp_path, monkeypatch, *, wall_minus_host_ns: int, is_written: bool = True):
    """Dictate a case, end the recording in its text, and go on with it in another."""
    first = voice()
    first.dictate()
    if is_written:
        first.engine.jobs[0].finish()
        first.frame()
    first.do("leave")
    folder = tmp_path / "s001"
    folder.mkdir()
    segment = a_segment(folder, 0, 0, first.engine.jobs[0].stretches[0].t_first_host_ns, 3 * RATE_HZ)
    rows = {**recording_of([*first.reading.made, *first.rows]), "audio_segment": segment}
    path = write_recording(folder / "early.gazeh5", rows)
    monkeypatch.setattr(time, "time_ns", lambda: time.perf_counter_ns() + wall_minus_host_ns)
    history = [recording_of([*first.reading.made, *first.rows])]
    it = voice(study=a_study(), earlier_rows=history, earlier=[path])
    until_s = time.monotonic() + 10
    while not it.run._earlier.is_read:
        assert time.monotonic() < until_s
    from capture_app.session.reading import By

    it.do("decide_interrupted", Event.CONTINUE, By.OPERATOR)
    it.to_transcript()
    return it


def test_a_case_that_is_gone_on_with_shows_its_text_and_goes_on_with_its_versions(
    voice, tmp_path, monkeypatch
):
    it = interrupted(voice, tmp_path, monkeypatch, wall_minus_host_ns=OFFSET_NS)
    assert (it.state.stage, it.state.text, it.state.version) == (TranscriptStage.READY, "No effusion.", 0)
    assert it.state.can_play
    assert len(it.of("word")) == 3  # this recording alone has the text of the case
    it.run.edit("No effusions.")
    it.frame(3.0)
    assert it.engine.jobs[0].text == "No effusions."
    assert it.engine.jobs[0].stretches[0].file.parent.name == "s001"
    it.engine.jobs[0].finish(("No", "effusions", "."))
    it.frame()
    assert set(it.of("word")["version"]) == {0, 1}


def test_after_the_computer_was_started_anew_no_word_gets_a_time_of_the_old_clock(
    voice, tmp_path, monkeypatch
):
    it = interrupted(voice, tmp_path, monkeypatch, wall_minus_host_ns=REBOOTED_NS)
    assert it.state.text == "No effusion."
    assert "cannot be played here" in it.state.sentence
    assert not it.state.can_play
    it.run.edit("No effusions.")
    it.frame(3.0)
    assert it.engine.jobs == []
    assert len(it.of("word")) == 0
    assert it.texts()["transcript_1"] == '"No effusions."'


def test_a_dictation_that_was_not_written_down_before_is_written_down_now(voice, tmp_path, monkeypatch):
    it = interrupted(voice, tmp_path, monkeypatch, wall_minus_host_ns=OFFSET_NS, is_written=False)
    assert it.state.stage is TranscriptStage.WAITING
    it.engine.jobs[0].finish()
    it.frame()
    assert (it.state.text, it.state.version) == ("No effusion.", 0)


def test_an_earlier_recording_of_other_cases_changes_nothing(voice, tmp_path):
    it = voice(earlier=[a_recording(tmp_path, texts=("Another case.",))])
    it.dictate()
    assert (it.state.stage, it.state.text) == (TranscriptStage.WAITING, "")
