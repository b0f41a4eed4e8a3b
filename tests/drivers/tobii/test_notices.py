"""Whatever the SDK notifies becomes a sentence of a kind the recording knows."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.contract import NoticeKind
from drivers.tobii.backend import TobiiNotice
from drivers.tobii.notices import (
    display_area_text,
    is_loss,
    mode_text,
    plain_notice,
    rate_text,
)

TITLE = "Tobii Pro Spectrum (TPSP1-01)"


def notice_of(kind: str, detail: str = "", value: float = math.nan) -> TobiiNotice:
    return TobiiNotice(t_host_ns=7, system_time_us=1, kind=kind, detail=detail, value=value)


@pytest.mark.parametrize(
    ("kind", "detail", "expected", "word"),
    [
        ("calibration_mode_entered", "", NoticeKind.CALIBRATION_MODE, "entered its calibration mode"),
        ("calibration_mode_left", "", NoticeKind.CALIBRATION_MODE, "left its calibration mode"),
        ("calibration_changed", "", NoticeKind.CALIBRATION_CHANGED, "by the new one"),
        ("device_faults", "fan,lamp", NoticeKind.WARNING, "reports a fault: fan,lamp."),
        ("device_faults", "", NoticeKind.WARNING, "no fault any more"),
        ("device_warnings", "hot", NoticeKind.WARNING, "warns: hot."),
        ("device_warnings", "", NoticeKind.WARNING, "no warning any more"),
        ("stream_buffer_overflow", "gaze_data", NoticeKind.BUFFER_OVERFLOW, "(gaze_data)"),
        ("stream_error", "insufficient_license gaze", NoticeKind.LICENCE_PROBLEM, "option licence_file"),
        ("stream_error", "stream_error_too_many_subscribers", NoticeKind.STREAM_ERROR, "is occupied"),
        ("stream_error", "not_supported eye_openness", NoticeKind.STREAM_ERROR, "option streams"),
        ("stream_error", "internal_error", NoticeKind.STREAM_ERROR, "failed (internal_error)"),
        ("stream_error", "The lamp is out.", NoticeKind.STREAM_ERROR, "The lamp is out."),
        ("stream_error", "", NoticeKind.STREAM_ERROR, "no reason given"),
        ("moon_phase_changed", "full", NoticeKind.WARNING, "moon phase changed: full."),
    ],
)
def test_each_notification_says_what_it_means(kind, detail, expected, word):
    notice = plain_notice(TITLE, notice_of(kind, detail))
    assert (notice.t_host_ns, notice.kind) == (7, expected)
    assert word in notice.text


@given(st.text(st.characters(codec="ascii", categories=["Ll"]), min_size=1), st.text(max_size=40))
def test_every_notification_known_or_not_ends_as_a_sentence(kind, detail):
    assert plain_notice(TITLE, notice_of(kind, detail.strip())).text.endswith((".", "!", "?"))


def test_calibration_mode_is_told_with_a_number():
    entered = plain_notice(TITLE, notice_of("calibration_mode_entered"))
    left = plain_notice(TITLE, notice_of("calibration_mode_left"))
    assert (entered.value, left.value) == (1.0, 0.0)


def test_a_stream_error_may_be_a_loss():
    assert is_loss(notice_of("connection_lost"))
    assert is_loss(notice_of("stream_error", "stream_error_connection_lost in gaze"))
    assert not is_loss(notice_of("stream_error", "internal_error"))
    assert not is_loss(notice_of("device_faults", "connection_lost"))


def test_changes_say_what_was_and_what_is():
    sizes = ("527 x 296 mm", "400 x 225 mm")
    assert "from 527 x 296 mm to 400 x 225 mm" in display_area_text(TITLE, *sizes, is_as_opened=False)
    moved = display_area_text(TITLE, sizes[0], sizes[0], is_as_opened=False)
    assert "to another place (527 x 296 mm)" in moved
    assert "again as it was when" in display_area_text(TITLE, *reversed(sizes), is_as_opened=True)
    assert "60 samples per second instead of 600" in rate_text(TITLE, 600.0, 60.0)
    assert "600 samples per second again" in rate_text(TITLE, 600.0, 600.0)
    assert "'monkey' instead of 'human'" in mode_text(TITLE, "human", "monkey")
    assert "'human' again" in mode_text(TITLE, "human", "human")
