"""The operator's window renders idempotently, says what is wanted, and can be walked by keyboard."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QListView, QSlider, QWidget

from capture_app.gui import tokens
from capture_app.gui.operator_window import OperatorWindow
from capture_app.gui.start_page import StationPart
from capture_app.gui.tokens import DARK, LIGHT
from capture_app.session.settings import LiveViewOptions, RecentItem, RecentKind
from capture_app.session.states import CaseItem, CaseMark, RecordingState, Verdict


def shown(operator, state):
    operator._panels_due_ns = operator._trace_due_ns = 0
    operator.render_state(state)
    QApplication.processEvents()
    return operator.grab().toImage()


def test_rendering_is_idempotent(operator, make_state):
    state = make_state()
    first = shown(operator, state)
    assert shown(operator, state) == first


@pytest.mark.parametrize(
    ("button", "state", "signal"),
    [
        ("main_button", RecordingState.READY, "start_requested"),
        ("main_button", RecordingState.RECORDING, "stop_requested"),
        ("main_button", RecordingState.NO_TRACKER, "connect_requested"),
        ("pause_button", RecordingState.RECORDING, "pause_requested"),
        ("pause_button", RecordingState.PAUSED, "resume_requested"),
        ("mark_button", RecordingState.RECORDING, "mark_requested"),
        ("next_button", RecordingState.RECORDING, "next_case_requested"),
    ],
)
def test_the_buttons_of_the_bar_ask_for_what_they_say(qtbot, operator, make_state, button, state, signal):
    shown(operator, make_state(recording=state))
    with qtbot.waitSignal(getattr(operator, signal)):
        qtbot.mouseClick(getattr(operator.top_bar, button), Qt.MouseButton.LeftButton)


@pytest.mark.parametrize(
    ("key", "modifier", "signal"),
    [
        (Qt.Key.Key_M, Qt.KeyboardModifier.NoModifier, "mark_requested"),
        (Qt.Key.Key_PageDown, Qt.KeyboardModifier.NoModifier, "next_case_requested"),
        (Qt.Key.Key_PageUp, Qt.KeyboardModifier.NoModifier, "previous_case_requested"),
        (Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier, "pause_requested"),
        (Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier, "settings_requested"),
    ],
)
def test_keys_ask_for_the_same(qtbot, operator, make_state, key, modifier, signal):
    shown(operator, make_state())
    operator.activateWindow()
    with qtbot.waitSignal(getattr(operator, signal)):
        qtbot.keyClick(operator, key, modifier)


def test_what_makes_no_sense_cannot_be_pressed(operator, make_state):
    shown(operator, make_state(recording=RecordingState.CLOSING))
    bar = operator.top_bar
    assert not any(
        b.isEnabled() for b in (bar.main_button, bar.pause_button, bar.mark_button, bar.next_button)
    )


def test_the_buttons_keep_their_places_through_all_states(operator, make_state):
    places = []
    for recording in RecordingState:
        shown(operator, make_state(recording=recording))
        bar = operator.top_bar
        places.append([b.geometry().getRect() for b in (bar.main_button, bar.pause_button)])
    assert all(place == places[0] for place in places)


def test_a_double_click_on_a_case_asks_for_it(qtbot, operator, make_state):
    shown(operator, make_state())
    with qtbot.waitSignal(operator.case_requested) as caught:
        operator.case_list.view.activated.emit(operator.case_list._model.index(3))
    assert caught.args == [3]


def test_an_unreadable_case_cannot_be_asked_for(operator, make_state):
    shown(operator, make_state())
    asked = []
    operator.case_requested.connect(asked.append)
    operator.case_list.view.activated.emit(operator.case_list._model.index(4))
    assert asked == []


def test_five_hundred_cases_with_long_names_are_listed_whole_in_tooltips(operator, make_state):
    name = "a_very_long_name_of_a_study_with_several_words_" * 3
    cases = tuple(CaseItem(case_id=f"{name}{n}", mark=CaseMark.WAITING, note="loss 12 %") for n in range(500))
    shown(operator, make_state(cases=cases, cases_version=2))
    model = operator.case_list._model
    assert model.rowCount() == 500
    assert name in model.data(model.index(499), int(Qt.ItemDataRole.ToolTipRole))


def test_the_case_list_is_left_alone_while_its_version_stays(operator, make_state):
    shown(operator, make_state())
    shown(operator, make_state(cases=(), cases_version=1))
    assert operator.case_list._model.rowCount() == 5


def test_a_click_on_the_strip_marks_that_moment(qtbot, operator, make_state):
    shown(operator, make_state())
    strip = operator.trace
    plot = strip._plot()
    middle = QPoint(round(plot.center().x()), round(plot.center().y()))
    with qtbot.waitSignal(operator.mark_at_requested) as caught:
        qtbot.mouseClick(strip, Qt.MouseButton.LeftButton, pos=middle)
    assert caught.args[0] == pytest.approx(15.0, abs=0.05)


def test_a_click_beside_the_plot_marks_nothing(qtbot, operator, make_state):
    shown(operator, make_state())
    marks = []
    operator.mark_at_requested.connect(marks.append)
    qtbot.mouseClick(operator.trace, Qt.MouseButton.LeftButton, pos=QPoint(3, 20))
    assert marks == []


def test_the_toggles_change_what_is_drawn(qtbot, operator):
    options = []
    operator.live_view_options_changed.connect(options.append)
    operator.actions_by_name["show_heatmap"].trigger()
    operator.controls.opacity.setValue(30)
    operator.actions_by_name["follow"].trigger()
    assert options[-1] == LiveViewOptions(show_heatmap=True, heatmap_opacity=0.3, follow=True)
    assert operator.actions_by_name["fit"].isChecked() is False


def test_setting_options_from_outside_says_nothing(operator):
    options = []
    operator.live_view_options_changed.connect(options.append)
    operator.set_live_view_options(LiveViewOptions(show_gaze=False, show_heatmap=True))
    assert options == []
    assert operator.actions_by_name["show_gaze"].isChecked() is False


def test_the_word_of_the_verdict_explains_itself_on_click(qtbot, operator, make_state):
    verdict = Verdict(level="bad", word="left eye lost", explanation="Ask the reader to move back.")
    shown(operator, make_state(verdict=verdict, notices=("12:01 A notice.",)))
    qtbot.mouseClick(operator.top_bar.verdict_button, Qt.MouseButton.LeftButton)
    assert operator._popover.isVisible()
    assert operator._popover._explanation.text() == "Ask the reader to move back."
    operator._popover.hide()


def test_panels_hide_and_are_remembered(qtbot, operator, make_state):
    shown(operator, make_state())
    operator.panels[0].close()
    kept = operator.layout_to_keep()
    operator.show_start_page()
    operator.show_station()
    assert not operator.panels[0].isVisible()
    assert operator.panels[1].isVisible()
    assert all(kept)


def test_panels_have_their_usual_widths_when_the_station_follows_the_start_page(qtbot, themed):
    window = OperatorWindow(DARK)
    part = StationPart(
        name="tracker", title="Tracker", word="a tracker with a long name " * 9, level="good", tip=""
    )
    window.start_page.set_parts((part, part, part))
    window.show()
    QApplication.processEvents()
    window.show_station()
    qtbot.waitUntil(lambda: abs(window.panels[0].width() - tokens.CASES_WIDTH) <= tokens.SPACE_S)
    assert window.panels[1].width() >= tokens.QUALITY_MINIMUM_WIDTH
    window.hide()
    window.deleteLater()


def test_a_broken_layout_is_left_aside(operator):
    operator.restore_layout("not base64 !!", "neither")
    assert operator.panels[1].isVisible()


def test_the_start_page_hides_bar_and_panels(operator):
    operator.show_start_page()
    assert operator.start_page.isVisible()
    assert not any(widget.isVisible() for widget in (operator.top_bar, *operator.panels))


def test_the_recent_list_asks_for_its_items(qtbot, operator):
    item = RecentItem(kind=RecentKind.FOLDER, path="/images/chest", opened_unix_s=1)
    operator.set_recent((item,))
    with qtbot.waitSignal(operator.recent_requested) as caught:
        operator._recent_menu.actions()[0].trigger()
    assert caught.args == [item]
    with qtbot.waitSignal(operator.start_page.recent_requested) as caught:
        operator.start_page._rows[0].click()
    assert caught.args == [item]


def test_the_theme_changes_while_the_window_is_open(operator, make_state):
    dark = shown(operator, make_state())
    operator.set_colours(LIGHT)
    assert shown(operator, make_state()) != dark


def test_closing_only_asks(qtbot, operator):
    with qtbot.waitSignal(operator.close_requested):
        operator.close()
    assert operator.isVisible()


def test_a_painted_frame_is_told_with_its_time(qtbot, operator, make_state):
    with qtbot.waitSignal(operator.painted) as caught:
        operator.render_state(make_state())
    assert caught.args[0] > 0


def controls_of(operator) -> list[QWidget]:
    kinds = (QAbstractButton, QSlider, QListView)
    return [
        widget
        for kind in kinds
        for widget in operator.findChildren(kind)
        if widget.isVisibleTo(operator) and widget.isEnabled()
    ]


def walked_by_tab(operator) -> set[QWidget]:
    first = operator.top_bar.menu_button
    first.setFocus(Qt.FocusReason.TabFocusReason)
    reached: set[QWidget] = set()
    for _ in range(200):
        focus = QApplication.focusWidget()
        if focus is None or focus in reached:
            break
        reached.add(focus)
        operator.focusNextChild()
    return reached


def test_every_control_is_reached_with_the_tab_key(operator, make_state):
    operator.set_live_view_options(LiveViewOptions(show_heatmap=True))
    shown(operator, make_state())
    operator.activateWindow()
    wanted = {widget for widget in controls_of(operator) if not widget.objectName().startswith("qt_")}
    missing = [f"{type(w).__name__} {w.objectName()}" for w in wanted - walked_by_tab(operator)]
    assert missing == []


def test_no_target_is_smaller_than_the_smallest_allowed(operator, make_state):
    shown(operator, make_state())
    small = [
        (widget.objectName(), widget.width(), widget.height())
        for widget in controls_of(operator)
        if min(widget.width(), widget.height()) < tokens.MINIMUM_TARGET and not isinstance(widget, QListView)
    ]
    assert small == []


def test_every_button_has_a_name_for_those_who_do_not_see_it(operator, make_state):
    shown(operator, make_state())
    nameless = [
        b
        for b in operator.findChildren(QAbstractButton)
        if b.isVisible() and not (b.text() or b.accessibleName())
    ]
    assert nameless == []


def test_numbers_that_are_not_known_are_dashes(operator, make_state):
    state = make_state()
    unknown = replace(state.health, rate_hz=float("nan"), loss_share=float("nan"))
    shown(operator, replace(state, health=unknown, trace=None))
    assert operator.quality._values["rate"].text() == "\u2013"
