"""Dictation in a session: when the voice is kept, what is written down, and what the reader makes of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from voice_rig import RATE_HZ, a_study

from capture_app.acquisition import messages as m
from capture_app.session.dictation_settings import DictationSettings
from capture_app.session.port import SessionError
from capture_app.session.settings import Settings
from capture_app.session.study.station_keys import TranscriptionEngine
from capture_app.session.study_desk.dictation_run import END_WAIT_NS
from capture_app.session.study_desk.states import TranscriptStage
from gaze_core.rows import decode_text


def test_the_voice_is_kept_while_a_dictated_image_is_before_the_reader_and_never_else(voice):
    it = voice()
    assert not it.run.is_voice_recorded
    it.to_image()
    it.frame()
    assert it.run.is_voice_recorded
    it.frame(2.0)
    it.do("pause")
    assert not it.run.is_voice_recorded
    it.frame(5.0)
    it.do("go_on")
    assert it.run.is_voice_recorded
    it.frame(1.0)
    it.do("next")
    assert not it.run.is_voice_recorded
    asked = [each for each in it.microphone.sent if isinstance(each, m.KeepAudio)]
    assert [each.is_kept for each in asked] == [False, True, False, True, False]
    assert {each.rule for each in asked} == {"asked"}


def test_a_screen_that_was_asked_for_and_is_not_there_yet_is_not_heard(voice):
    it = voice()
    it.to_image()
    it.frame()
    it.reading.made += it.reading.loop.next(it.reading.now_ns)  # asked for, not presented
    it.frame()
    assert not it.run.is_voice_recorded


def test_what_was_dictated_is_written_down_once_its_image_was_left(voice):
    it = voice()
    it.to_image()
    it.frame(3.0)
    assert it.engine.jobs == []
    assert it.state.stage is TranscriptStage.WAITING
    it.do("next")
    (job,) = it.engine.jobs
    assert [each.frame_count for each in job.stretches] == [pytest.approx(3.25 * RATE_HZ, abs=RATE_HZ / 2)]
    assert not it.run.is_transcript_ready
    job.finish()
    it.frame()
    assert it.run.is_transcript_ready
    assert (it.state.stage, it.state.text, it.state.version) == (TranscriptStage.READY, "No effusion.", 0)
    rows = it.of("word")
    assert [decode_text(each) for each in rows["text"]] == ["No", "effusion", "."]
    assert set(rows["kind"]) == {b"recognised"}
    assert list(rows["index"]) == [0, 1, 2]
    assert rows["t_onset_host_ns"][1] - rows["t_onset_host_ns"][0] == 500_000_000
    assert it.texts() == {"transcript_0": '"No effusion."'}


def test_stretches_of_one_case_are_written_down_together_in_their_order(voice):
    it = voice()
    it.to_image()
    it.frame(2.0)
    it.do("pause")
    it.frame(4.0)
    it.do("go_on")
    it.frame(1.0)
    it.do("next")
    (job,) = it.engine.jobs
    assert len(job.stretches) == 2
    assert job.stretches[0].t_end_host_ns < job.stretches[1].t_first_host_ns


def test_a_second_look_adds_what_was_said_then_and_keeps_the_first_text(voice):
    it = voice()
    it.dictate()
    it.engine.jobs[0].finish()
    it.frame()
    it.do("back")
    it.frame(2.0)
    it.do("next")
    assert it.state.stage is TranscriptStage.WAITING
    assert len(it.engine.jobs[1].stretches) == 1
    it.engine.jobs[1].finish(("no", "nodule", "."))
    it.frame()
    assert it.state.text == "No effusion.\nNo nodule."
    assert it.state.version == 1
    assert it.texts() == {"transcript_0": '"No effusion."', "transcript_1": '"No effusion.\\nNo nodule."'}
    assert [word.text for word in it.state.words] == ["No", "effusion", ".", "No", "nodule", "."]
    assert all(it.state.text[w.first_letter :].startswith(w.text) for w in it.state.words)


def test_an_edited_text_is_kept_beside_the_first_and_aligned_once_it_rests(voice):
    it = voice()
    it.dictate()
    it.engine.jobs[0].finish()
    it.frame()
    it.to_transcript()
    it.run.edit("No large effusion.")
    it.frame()
    assert it.state.stage is TranscriptStage.ALIGNING
    assert [each.text for each in it.engine.jobs] == [None]
    it.frame(2.5)
    job = it.engine.jobs[1]
    assert (job.text, len(job.stretches)) == ("No large effusion.", 1)
    assert [word.text for word in it.state.words] == ["No", "effusion", "."]  # these keep their times
    job.finish(("No", "large", "effusion", "."))
    it.frame()
    assert it.state.stage is TranscriptStage.READY
    rows = it.of("word")
    assert list(rows["version"]) == [0] * 3 + [1] * 4
    assert set(rows["kind"][3:]) == {b"aligned"}
    assert it.texts()["transcript_1"] == '"No large effusion."'


def test_a_reader_who_goes_on_at_once_gets_the_alignment_later(voice):
    it = voice()
    it.dictate()
    it.engine.jobs[0].finish()
    it.frame()
    it.to_transcript()
    trial = it.view.trial
    it.run.edit("No effusion at all.")
    it.do("next")
    it.do("next")
    it.to_image()
    assert it.view.trial == trial + 1
    it.engine.jobs[1].finish(("No", "effusion", "at", "all", "."))
    it.frame()
    rows = it.of("word")
    assert set(rows["trial"]) == {trial}
    assert (rows["version"] == 1).sum() == 5


def test_a_text_that_is_edited_again_is_aligned_as_it_is_last(voice):
    it = voice()
    it.dictate()
    it.engine.jobs[0].finish()
    it.frame()
    it.to_transcript()
    it.run.edit("No effusions.")
    it.frame(3.0)
    it.run.edit("No effusions seen.")
    it.frame(3.0)
    assert it.engine.jobs[1].is_cancelled
    it.engine.jobs[2].finish(("No", "effusions", "seen", "."))
    it.frame()
    assert set(it.of("word")["version"]) == {0, 2}
    assert set(it.texts()) == {"transcript_0", "transcript_1", "transcript_2"}


def test_a_case_committed_before_its_text_was_there_gets_it_later(voice):
    it = voice()
    it.dictate()
    trial = it.view.trial
    it.to_transcript()  # the pseudo-reader will not wait
    it.reading.step()
    it.to_image()
    assert it.view.trial == trial + 1
    it.engine.jobs[0].finish()
    it.frame()
    assert set(it.of("word")["trial"]) == {trial}
    assert set(it.of("answer")["trial"]) == {trial}


def test_the_longest_dictation_ends_the_sound_with_a_sentence_and_the_reading_goes_on(voice):
    it = voice(study=a_study(longest_s=5.0))
    it.to_image()
    it.frame(3.0)
    it.do("pause")
    it.frame(60.0)  # a pause does not count
    it.do("go_on")
    it.frame(1.0)
    assert it.run.is_voice_recorded
    it.frame(1.5)
    it.frame(1.0)
    assert not it.run.is_voice_recorded
    assert it.events() == ["dictation_longest"]
    assert "has lasted 5 s" in it.link.last_sentence("dictation")
    it.do("next")
    assert sum(each.frame_count for each in it.engine.jobs[0].stretches) < 7.0 * RATE_HZ


def test_without_a_microphone_the_reader_may_type_the_text(voice):
    it = voice()
    it.microphone.unplug()
    it.dictate()
    assert it.run.is_transcript_ready
    assert it.state.stage is TranscriptStage.FAILED
    assert it.state.sentence == "No voice was recorded. Tell the operator, or type the text."
    it.run.edit("Normal.")
    it.frame(3.0)
    assert (it.state.stage, it.state.text, it.state.version) == (TranscriptStage.READY, "Normal.", 1)
    assert it.engine.jobs == []
    assert it.texts() == {"transcript_0": '""', "transcript_1": '"Normal."'}


def test_a_microphone_unplugged_in_a_sentence_leaves_what_was_heard_before_and_after(voice):
    it = voice()
    it.to_image()
    it.frame(2.0)
    it.microphone.unplug()
    it.frame(3.0)
    assert not it.run.is_voice_recorded
    it.microphone.plug_in()
    it.frame(1.0)
    assert it.run.is_voice_recorded
    it.do("next")
    assert len(it.engine.jobs[0].stretches) == 2


def test_a_dictation_in_which_nothing_was_said_is_no_transcript_and_no_mistake(voice):
    it = voice()
    it.dictate()
    it.engine.jobs[0].finish(())
    it.frame()
    assert it.state.stage is TranscriptStage.NONE
    assert "No words were heard" in it.state.sentence
    assert it.run.is_transcript_ready
    assert len(it.of("word")) == 0


def test_an_engine_that_fails_leaves_the_sound_and_the_text_may_be_typed_and_aligned(voice):
    it = voice()
    it.dictate()
    it.engine.jobs[0].fail("pocketsphinx is not installed. Install it with pip.")
    it.frame()
    assert it.state.stage is TranscriptStage.FAILED
    assert "pip" in it.state.sentence
    assert it.events() == ["transcript_failed"]
    it.to_transcript()
    it.run.edit("Normal chest.")
    it.frame(3.0)
    assert it.engine.jobs[1].text == "Normal chest."
    it.engine.jobs[1].fail("pocketsphinx is not installed.")
    it.frame()
    assert (it.state.stage, it.state.text) == (TranscriptStage.READY, "Normal chest.")
    assert it.events()[-1] == "transcript_unaligned"


def test_a_study_that_writes_nothing_down_keeps_the_voice_and_takes_a_typed_text(voice):
    it = voice(study=a_study(engine=TranscriptionEngine.NONE))
    it.run._begin_work = None
    it.dictate()
    assert it.engine.jobs == []
    assert it.microphone.segments == 1
    assert it.state.stage is TranscriptStage.NONE
    assert it.run.is_transcript_ready


def test_a_study_without_dictation_hears_nothing(voice):
    it = voice(study=a_study(is_on=False))
    it.reading.step()
    it.frame()
    assert it.state is None
    assert it.run.is_transcript_ready
    assert not any(isinstance(each, m.StartAudio) for each in it.microphone.sent)


def test_the_microphone_is_switched_on_for_the_study_and_off_behind_it(voice):
    it = voice(settings=Settings(dictation=DictationSettings(device="Desk")))
    (start,) = [each for each in it.microphone.sent if isinstance(each, m.StartAudio)]
    assert (start.device, start.rate_hz) == ("Desk", 16_000.0)
    it.run.close()
    assert isinstance(it.microphone.sent[-1], m.StopAudio)
    assert it.microphone.sent[-2].rule == "trials"


def test_a_microphone_the_settings_have_switched_on_stays_theirs(voice):
    it = voice(settings=Settings(dictation=DictationSettings(is_on=True)))
    it.run.close()
    assert {type(each) for each in it.microphone.sent} == {m.KeepAudio}


def test_the_text_is_waited_for_until_the_last_stretch_has_come_in(voice):
    it = voice()
    it.to_image()
    it.frame(3.0)
    it.microphone.is_slow = True
    it.do("next")
    assert it.engine.jobs == []
    assert not it.run.is_transcript_ready
    it.microphone.deliver()
    it.frame()
    assert len(it.engine.jobs[0].stretches) == 1


def test_a_disk_that_hangs_does_not_hold_up_the_reader(voice):
    it = voice()
    it.to_image()
    it.frame(3.0)
    it.microphone.is_slow = True
    it.do("next")
    it.frame(6.0)
    assert it.run.is_transcript_ready


def test_playing_begins_at_the_word_and_follows_the_words(voice):
    it = voice()
    it.dictate()
    it.engine.jobs[0].finish()
    it.frame()
    assert it.state.can_play
    assert it.state.playing_word == -1
    it.run.play_from(1)
    (stretches, t_from_ns) = it.loudspeaker.played[0]
    assert len(stretches) == 1
    assert t_from_ns == it.state.words[1].t_onset_host_ns
    assert it.state.playing_word == 1
    it.loudspeaker.position_ns += 500_000_000
    assert it.state.playing_word == 2
    it.run.stop_playing()
    assert it.state.playing_word == -1
    with pytest.raises(SessionError, match="no place in the sound"):
        it.run.play_from(9)


def test_a_computer_without_loudspeaker_says_so(voice):
    it = voice()
    it.loudspeaker.can_play, it.loudspeaker.problem = False, "There is no loudspeaker."
    it.dictate()
    it.engine.jobs[0].finish()
    it.frame()
    assert not it.state.can_play
    assert it.state.sentence == "There is no loudspeaker."


def test_a_text_cannot_be_edited_before_it_is_there(voice):
    it = voice()
    it.dictate()
    with pytest.raises(SessionError, match="still being written down"):
        it.run.edit("Normal.")


def test_a_text_beyond_all_measure_is_refused_and_the_one_before_stays(voice):
    it = voice()
    it.dictate()
    it.engine.jobs[0].finish()
    it.frame()
    with pytest.raises(SessionError, match="too long"):
        it.run.edit("a" * 70_000)
    assert it.state.text == "No effusion."


def test_a_long_text_lies_in_several_rows(voice):
    it = voice()
    it.dictate()
    it.engine.jobs[0].finish()
    it.frame()
    it.run.edit("No effusion. " * 200)
    it.frame()
    names = {decode_text(each) for each in it.of("answer")["name"]}
    assert {"transcript_1#1/3", "transcript_1#2/3", "transcript_1#3/3"} <= names


def test_the_end_of_a_session_waits_for_what_is_nearly_done(voice):
    it = voice()
    it.dictate()
    it.do("leave")
    it.run.end(it.around)
    it.frame(1.0)
    assert not it.run.is_finished
    it.engine.jobs[0].finish()
    it.frame(1.0)
    assert it.run.is_finished
    assert len(it.of("word")) == 3
    assert it.events() == ["transcript"]


def test_the_end_of_a_session_gives_up_in_time_and_says_which_cases_lack_a_text(voice):
    it = voice()
    it.dictate()
    it.do("leave")
    it.run.end(it.around)
    it.run.end(it.around)
    it.frame(END_WAIT_NS * 1e-9 + 0.1)
    assert it.run.is_finished
    assert it.engine.jobs[0].is_cancelled
    (event,) = it.of("event")
    assert decode_text(event["kind"]) == "transcript_missing"
    assert "is not written down" in decode_text(event["text"])


def test_a_session_that_ends_while_the_reader_dictates_keeps_the_last_stretch(voice):
    it = voice()
    it.to_image()
    it.frame(2.0)
    it.do("leave")
    it.run.end(it.around)
    it.frame()
    assert it.microphone.segments == 1
    assert not it.run.is_voice_recorded
    assert len(it.engine.jobs[0].stretches) == 1


def test_rows_written_for_an_attempt_are_understood_by_the_loop_that_goes_on_with_it(voice):
    from reading_rig import Rig, recording_of, some_cases

    it = voice()
    it.dictate()
    it.engine.jobs[0].finish()
    it.frame()
    it.run.edit("No effusion, no nodule.")
    it.frame()
    later = Rig(study=it.study, cases=some_cases(3), earlier=[recording_of([*it.reading.made, *it.rows])])
    attempt = later.loop.state.interrupted
    assert attempt is not None
    assert attempt.answers[("transcript", "transcript_1")] == "No effusion, no nodule."


def test_a_label_is_not_waited_for_by_a_text_of_another_case(voice):
    """Works of two cases: the open one comes first, and one at a time."""
    it = voice()
    it.dictate()
    it.to_transcript()
    it.reading.step()
    it.dictate()
    assert len(it.engine.jobs) == 1
    it.engine.jobs[0].finish()
    it.frame()
    assert len(it.engine.jobs) == 2
    assert it.engine.jobs[1].stretches[0].t_first_host_ns > it.engine.jobs[0].stretches[0].t_first_host_ns


def test_the_screen_of_the_text_is_named_by_the_study(voice):
    study = a_study()
    renamed = [replace(each, name="report") if each.KIND == "transcript" else each for each in study.screens]
    tasks = [
        replace(task, screens=tuple("report" if name == "transcript" else name for name in task.screens))
        for task in study.tasks
    ]
    it = voice(study=replace(study, screens=tuple(renamed), tasks=tuple(tasks)))
    it.dictate()
    it.engine.jobs[0].finish()
    it.frame()
    assert set(it.of("answer")["screen"]) == {b"report"}
