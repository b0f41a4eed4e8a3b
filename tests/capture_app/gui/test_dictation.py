"""The page of the microphone and its meter in the top bar."""

from __future__ import annotations

from dataclasses import replace

import pytest

from capture_app.gui.settings_dialog import SettingsDialog
from capture_app.gui.settings_dictation_page import MicrophoneDesk
from capture_app.session.dictation_settings import DictationSettings
from capture_app.session.settings import Settings
from capture_app.session.states import DictationState

CHANGED = Settings(
    dictation=DictationSettings(
        is_on=True, device="Yeti, ALSA", rate_hz=16_000, model_folder="/models/small.en"
    )
)
HEARD = DictationState(is_on=True, is_kept=True, level_db=-15.0, is_loud=False, text="Yeti, ALSA is heard.")


@pytest.fixture
def open_page(qtbot, themed, station):
    opened = []

    def show(settings: Settings):
        dialog = SettingsDialog(settings, station.trackers(), None, page="dictation")
        opened.append(dialog)
        MicrophoneDesk(station, dialog).serve(dialog.dictation_page)
        with qtbot.waitSignal(dialog.dictation_page.microphones_wanted):
            dialog.show()
        qtbot.waitUntil(dialog.dictation_page.refresh.isEnabled)
        return dialog

    yield show
    for dialog in opened:
        dialog.close()
        dialog.deleteLater()


def saved(qtbot, dialog: SettingsDialog) -> Settings:
    with qtbot.waitSignal(dialog.settings_accepted) as caught:
        dialog.save.click()
    return caught.args[0]


@pytest.mark.parametrize("settings", [Settings(), CHANGED], ids=["usual", "changed"])
def test_saving_without_touching_changes_nothing_of_the_dictation(qtbot, open_page, settings):
    assert saved(qtbot, open_page(settings)).dictation == settings.dictation


def test_a_microphone_found_can_be_chosen_and_switched_on(qtbot, open_page):
    dialog = open_page(Settings())
    page = dialog.dictation_page
    assert page.found.text() == "2 microphones found."
    page.is_on.click()
    page.device.setCurrentIndex(page.device.findData("Yeti, ALSA"))
    assert saved(qtbot, dialog).dictation == DictationSettings(is_on=True, device="Yeti, ALSA")


def test_the_test_of_a_microphone_moves_the_bar_and_ends_with_a_sentence(qtbot, open_page):
    page = open_page(CHANGED).dictation_page
    page.test.click()
    assert not page.test.isEnabled()
    qtbot.waitUntil(page.test.isEnabled)
    assert page.heard.text() == "Yeti, ALSA was heard well at 16000 Hz."
    assert page.level.share == pytest.approx(0.8)


def test_a_computer_without_sound_says_so_on_the_page(qtbot, open_page, station):
    station.ports_problem = "The PortAudio library cannot be loaded."
    page = open_page(Settings()).dictation_page
    assert page.found.text() == "The PortAudio library cannot be loaded."


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({}, "Mic on"),
        ({"is_kept": False}, "Mic ready"),
        ({"is_kept_when_asked": True}, "Voice kept"),
        ({"is_kept_when_asked": True, "is_kept": False}, "Voice not kept"),
        ({"is_loud": True, "level_db": 0.0}, "Too loud"),
        ({"is_on": False, "is_kept": False}, "No mic"),
    ],
)
def test_the_meter_says_how_the_microphone_stands(operator, make_state, changes, word):
    meter = operator.top_bar.dictation
    operator.render_state(make_state(dictation=replace(HEARD, **changes)))
    assert meter.isVisible()
    assert meter.word.text() == word
    assert meter.toolTip() == "Yeti, ALSA is heard."


def test_there_is_no_meter_while_dictation_is_off(operator, make_state):
    operator.render_state(make_state(dictation=HEARD))
    operator.render_state(make_state(dictation=None))
    assert not operator.top_bar.dictation.isVisible()
