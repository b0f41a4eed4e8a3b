"""Dictation as `record` asks for it, and what it says of it afterwards."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from capture_app.acquisition.messages import AudioState
from capture_app.cli.dictation import dictation_notes, wait_for_microphone, with_dictation
from capture_app.cli.exits import CommandError, ExitCode
from capture_app.session.dictation_settings import DictationSettings
from capture_app.session.link import Sentence
from capture_app.session.settings import Settings

HEARD = AudioState(is_on=True, is_kept=False, level_db=-20.0, device="Yeti", text="Yeti is heard.")
MISSING = AudioState(is_on=False, is_kept=False, level_db=-96.0, device="", text="There is no microphone.")


def session(audio=None, sentences=(), files=0):
    closed = SimpleNamespace(rows={"audio_segments": files})
    link = SimpleNamespace(audio=audio, sentences=sentences, closed=closed)
    return SimpleNamespace(link=link, step=lambda: None)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (None, DictationSettings(device="Desk")),
        ("", DictationSettings(is_on=True, device="Desk")),
        ("Yeti", DictationSettings(is_on=True, device="Yeti")),
    ],
)
def test_the_microphone_of_the_settings_is_meant_unless_another_is_named(asked, expected):
    settings = Settings(dictation=DictationSettings(device="Desk"))
    assert with_dictation(settings, asked).dictation == expected


def test_a_microphone_that_is_heard_is_told(capsys):
    wait_for_microphone(session(HEARD), "Yeti")
    assert capsys.readouterr().err == "Yeti is heard.\n"


def test_a_microphone_that_was_named_and_is_not_there_ends_the_command():
    with pytest.raises(CommandError, match="There is no microphone") as caught:
        wait_for_microphone(session(MISSING), "Yeti")
    assert caught.value.code == ExitCode.INPUT


def test_without_any_microphone_the_gaze_is_recorded_alone(capsys):
    wait_for_microphone(session(MISSING), "")
    assert "recorded without dictation" in capsys.readouterr().err


def test_a_sound_system_that_never_answers_does_not_hold_the_recording_up(capsys):
    slept = []
    wait_for_microphone(session(None), "", slept.append)
    assert sum(slept) == pytest.approx(40.0, abs=0.1)
    assert "not ready within 40 s" in capsys.readouterr().err


def test_the_notes_tell_what_went_wrong_and_how_many_files_there_are():
    lost = Sentence(t_host_ns=1, kind="audio_lost", text="Yeti may have been unplugged.")
    other = Sentence(t_host_ns=1, kind="marker", text="hello")
    assert dictation_notes(session(HEARD, [lost, other], files=2)) == [
        "Yeti may have been unplugged.",
        "The dictation is in 2 files beside the recording.",
    ]
    assert dictation_notes(session()) == []
