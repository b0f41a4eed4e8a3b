"""The settings show what is set, return what is changed, and name what cannot stand."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QKeySequence

from capture_app.gui.settings_dialog import SettingsDialog
from capture_app.session.settings import Corner, LiveViewOptions, MonitorChoice, Settings, Theme
from capture_app.session.viewer_controls import PointerButton, ViewerControls
from gaze_core.eyes import Eye

CHANGED = Settings(
    tracker="mock",
    tracker_options={"rate_hz": "1200", "seed": "3"},
    screen_width_mm=520.0,
    screen_height_mm=320.0,
    distance_mm=600.0,
    background_grey=20,
    corner_patch=Corner.TOP_LEFT,
    onset_latency_mean_ms=12.5,
    onset_latency_sd_ms=0.8,
    luminance_minimum_cd_m2=0.4,
    luminance_maximum_cd_m2=400.0,
    gsdf_check="passed",
    eye=Eye.LEFT,
    heatmap_sigma_deg=0.5,
    recording_folder="/recordings",
    ffmpeg="/programs/ffmpeg",
    theme=Theme.LIGHT,
    controls=ViewerControls(pan_button=PointerButton.LEFT, draw_button=PointerButton.MIDDLE, fit_key="G"),
    live_view=LiveViewOptions(show_heatmap=True),
)


@pytest.fixture
def open_dialog(qtbot, themed, station):
    opened = []

    def show(settings: Settings, page: str = "tracker") -> SettingsDialog:
        dialog = SettingsDialog(settings, station.trackers(), None, page=page)
        opened.append(dialog)
        dialog.show()
        return dialog

    yield show
    for dialog in opened:
        dialog.close()
        dialog.deleteLater()


@pytest.mark.parametrize("settings", [Settings(), CHANGED], ids=["usual", "changed"])
def test_saving_without_touching_changes_nothing_but_the_monitor(qtbot, open_dialog, settings):
    dialog = open_dialog(settings)
    with qtbot.waitSignal(dialog.settings_accepted) as caught:
        dialog.save.click()
    accepted = caught.args[0]
    assert isinstance(accepted.monitor, MonitorChoice)
    assert {
        name for name in Settings.__dataclass_fields__ if getattr(accepted, name) != getattr(settings, name)
    } <= {"monitor"}


def test_options_of_the_tracker_have_fields_of_their_own(qtbot, open_dialog):
    dialog = open_dialog(CHANGED)
    assert dialog.tracker_page._fields_of_options["rate_hz"].currentText() == "1200"
    assert dialog.tracker_page.further.text() == "seed=3"


def test_the_options_of_one_tracker_are_not_those_of_another(open_dialog):
    dialog = open_dialog(CHANGED)
    page = dialog.tracker_page
    page.tracker.setCurrentIndex(page.tracker.findData("lsl"))
    assert page.further.text() == ""
    page.tracker.setCurrentIndex(page.tracker.findData("mock"))
    assert page.further.text() == "seed=3"
    page.tracker.setCurrentIndex(page.tracker.findData("lsl"))
    (accepted,) = accepted_after(dialog)
    assert (accepted.tracker, accepted.tracker_options) == ("lsl", {})


def test_a_tracker_that_cannot_be_used_says_why(open_dialog):
    dialog = open_dialog(Settings(tracker="lsl"))
    assert dialog.tracker_page._reason.text() == "The LSL library is missing."


def test_a_tracker_of_another_station_is_kept(qtbot, open_dialog):
    dialog = open_dialog(Settings(tracker="somebody-elses"))
    with qtbot.waitSignal(dialog.settings_accepted) as caught:
        dialog.save.click()
    assert caught.args[0].tracker == "somebody-elses"


def test_another_monitor_has_to_be_measured_anew(open_dialog):
    page = open_dialog(CHANGED).screen_page
    page.monitor.addItem("another")
    page.monitor.setCurrentIndex(page.monitor.count() - 1)
    assert (page.latency_ms.value(), page.latency_sd_ms.value()) == (0.0, 0.0)
    assert (page.black.value(), page.white.value(), page.gsdf.text()) == (0.0, 0.0, "")


def accepted_after(dialog: SettingsDialog) -> list:
    accepted = []
    dialog.settings_accepted.connect(accepted.append)
    dialog.save.click()
    return accepted


def test_a_value_that_cannot_stand_is_named_on_its_page(open_dialog):
    dialog = open_dialog(Settings())
    dialog.screen_page.distance_mm.setValue(50.0)
    assert accepted_after(dialog) == []
    assert dialog._navigation.currentItem().text() == "Reader's screen"
    finding = dialog.screen_page._findings["distance_mm"]
    assert "between 200 and 1500 mm" in finding.text()
    assert finding.isVisible()


def test_a_finding_goes_when_the_value_is_mended(open_dialog):
    dialog = open_dialog(Settings())
    dialog.screen_page.distance_mm.setValue(50.0)
    dialog.save.click()
    dialog.screen_page.distance_mm.setValue(700.0)
    assert accepted_after(dialog)[0].distance_mm == 700.0


def test_width_without_height_is_asked_for(open_dialog):
    dialog = open_dialog(Settings())
    dialog.screen_page.width_mm.setValue(500.0)
    assert accepted_after(dialog) == []
    assert "together" in dialog.screen_page._findings["screen_width_mm"].text()


def test_a_key_given_twice_is_refused_in_words(open_dialog):
    dialog = open_dialog(Settings(), "controls")
    dialog.controls_page.keys["fit_key"].setKeySequence(QKeySequence("R"))
    assert accepted_after(dialog) == []
    assert "change one" in dialog.controls_page._findings["controls"].text()


def test_options_that_are_not_pairs_are_refused_in_words(open_dialog):
    dialog = open_dialog(Settings())
    dialog.tracker_page.further.setText("seed")
    assert accepted_after(dialog) == []
    assert "name=value" in dialog.tracker_page._findings["tracker_options"].text()


def test_cancel_changes_nothing(qtbot, open_dialog):
    dialog = open_dialog(Settings())
    with qtbot.assertNotEmitted(dialog.settings_accepted):
        dialog.cancel.click()
