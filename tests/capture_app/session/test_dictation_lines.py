"""What the acquisition process is told of the microphone, and what the windows are told of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from capture_app.acquisition import messages as m
from capture_app.session.dictation_lines import DictationLines, dictation_state
from capture_app.session.dictation_settings import DictationSettings
from capture_app.session.link import Link
from capture_app.session.settings import Settings, check_settings
from capture_app.session.timing_constants import ConstantName, TimingConstants, constant
from capture_app.session.timing_store import TimingStore

ON = Settings(dictation=DictationSettings(is_on=True, device="Yeti", rate_hz=16_000))
HEARD = m.AudioState(is_on=True, is_kept=True, level_db=-0.5, device="Yeti", text="Yeti is heard.")


class FakeAcquisition:
    """An acquisition process that says what a test says."""

    is_alive = True

    def __init__(self) -> None:
        self.sent: list[m.Message] = []
        self.arriving: list[m.Message] = []

    def send(self, message: m.Message) -> None:
        self.sent.append(message)

    def poll(self) -> list[m.Message]:
        arrived, self.arriving = self.arriving, []
        return arrived


@pytest.fixture
def acquisition(tmp_path, monkeypatch):
    monkeypatch.setattr(
        "capture_app.session.dictation_lines.TimingStore", lambda: TimingStore(tmp_path / "timing.json")
    )
    measured = (
        constant(ConstantName.AUDIO_INPUT, "Yeti, ALSA", [7.0, 7.5], "clicks"),
        constant(ConstantName.AUDIO_OUTPUT, "Yeti, ALSA", [40.0], "clicks"),
    )
    TimingStore(tmp_path / "timing.json").save(TimingConstants(constants=measured))
    return FakeAcquisition()


def test_nothing_is_said_of_a_microphone_while_dictation_stays_off(acquisition):
    DictationLines().configure(Link(acquisition), Settings())
    assert acquisition.sent == []


def test_a_microphone_is_heard_from_when_dictation_is_switched_on_until_it_is_switched_off(acquisition):
    lines, link = DictationLines(), Link(acquisition)
    for settings in (ON, replace(ON, reader="R02"), Settings(), Settings()):
        lines.configure(link, settings)
    start, stop = acquisition.sent
    assert start == m.StartAudio(device="Yeti", rate_hz=16_000.0, latencies_ms={"Yeti, ALSA": 7.25})
    assert stop == m.StopAudio()


def test_switching_off_and_on_again_tries_a_lost_microphone_anew(acquisition):
    lines, link = DictationLines(), Link(acquisition)
    for settings in (ON, Settings(), ON):
        lines.configure(link, settings)
    assert [type(each) for each in acquisition.sent] == [m.StartAudio, m.StopAudio, m.StartAudio]


def test_the_windows_are_told_how_the_microphone_stands_and_a_sentence_once(acquisition):
    link = Link(acquisition)
    acquisition.arriving = [HEARD, replace(HEARD, level_db=-20.0)]
    link.poll()
    assert [each.text for each in link.take_sentences()] == ["Yeti is heard."]
    state = dictation_state(link, ON)
    assert (state.is_kept, state.level_db, state.is_loud) == (True, -20.0, False)
    assert dictation_state(link, Settings()) is None
    acquisition.arriving = [replace(HEARD, is_kept_when_asked=True)]
    link.poll()
    assert dictation_state(link, Settings()).is_kept_when_asked  # a study hears it, whatever the settings say


def test_a_rate_that_no_device_has_is_refused_with_the_usual_ones():
    (finding,) = check_settings(Settings(dictation=DictationSettings(rate_hz=12_345)))
    assert finding.name == "dictation_rate_hz"
    assert "48000" in finding.text
