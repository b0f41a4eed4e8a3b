"""The table of actions is sound, and each action is possible when it makes sense."""

from __future__ import annotations

from collections import Counter

import pytest
from PySide6.QtGui import QKeySequence

from capture_app.gui.actions import ACTIONS, STATE_BOUND, possible_actions
from capture_app.session.states import RecordingState


def test_names_and_shortcuts_are_given_once():
    names = Counter(info.name for info in ACTIONS)
    keys = Counter(QKeySequence(info.shortcut).toString() for info in ACTIONS if info.shortcut)
    assert max(names.values()) == 1
    assert max(keys.values()) == 1


@pytest.mark.parametrize("info", ACTIONS, ids=lambda info: info.name)
def test_every_action_has_a_key_and_a_sentence(info):
    assert info.shortcut
    assert not QKeySequence(info.shortcut).isEmpty()
    assert info.shortcut_text() in info.tip_text()


@pytest.mark.parametrize(
    ("recording", "expected"),
    [
        (
            RecordingState.NO_TRACKER,
            {"connect", "next_case", "previous_case", "open_folder", "open_list", "start_page"},
        ),
        (
            RecordingState.READY,
            {
                "start",
                "connect",
                "calibrate",
                "next_case",
                "previous_case",
                "open_folder",
                "open_list",
                "start_page",
            },
        ),
        (RecordingState.RECORDING, {"calibrate", "stop", "pause", "mark", "next_case", "previous_case"}),
        (RecordingState.PAUSED, {"calibrate", "stop", "resume", "mark", "next_case", "previous_case"}),
        (RecordingState.CLOSING, set()),
    ],
)
def test_what_is_possible_follows_the_state(recording, expected):
    assert possible_actions(recording, 2, 5) == expected
    assert expected <= STATE_BOUND


def test_there_is_no_next_case_after_the_last_and_no_start_without_cases():
    assert "next_case" not in possible_actions(RecordingState.RECORDING, 5, 5)
    assert "previous_case" not in possible_actions(RecordingState.RECORDING, 1, 5)
    assert "start" not in possible_actions(RecordingState.READY, 0, 0)
