"""A tracker that is not set up any more as it was opened is remembered until it is again."""

from __future__ import annotations

import pytest

from capture_app.acquisition.notice_watch import NoticeWatch
from drivers.contract import AS_OPENED, Notice, NoticeKind
from gaze_core.rows import NO_TIME
from gaze_core.streams import TrackerInfo


@pytest.fixture
def watch(info: TrackerInfo) -> NoticeWatch:
    return NoticeWatch(info)


def notice(kind: NoticeKind, text: str, value: float = 0.0, t_host_ns: int = 1) -> Notice:
    return Notice(t_host_ns=t_host_ns, kind=kind, text=text, value=value)


def test_settings_that_changed_are_told_until_they_are_as_they_were_opened(
    watch: NoticeWatch, info: TrackerInfo
) -> None:
    watch.take([notice(NoticeKind.DISPLAY_AREA_CHANGED, "Area."), notice(NoticeKind.MODE_CHANGED, "Mode.")])
    watch.take([notice(NoticeKind.RATE_CHANGED, "Rate.", value=info.rate_hz / 2)])
    assert watch.changed == "Area. Mode. Rate."
    watch.take([notice(NoticeKind.RATE_CHANGED, "Back.", value=info.rate_hz)])
    watch.take([notice(NoticeKind.DISPLAY_AREA_CHANGED, "Back.", value=AS_OPENED)])
    assert watch.changed == "Mode."
    watch.take([notice(NoticeKind.MODE_CHANGED, "Back.", value=AS_OPENED)])
    assert watch.changed == ""


def test_other_notices_change_no_setting_and_are_known_by_their_time(watch: NoticeWatch) -> None:
    watch.take([notice(NoticeKind.CONNECTION_LOST, "Gone.", t_host_ns=5)])
    watch.take([notice(NoticeKind.CONNECTION_LOST, "Gone.", t_host_ns=9)])
    assert watch.changed == ""
    assert watch.last_ns(NoticeKind.CONNECTION_LOST) == 9
    assert watch.last_ns(NoticeKind.CONNECTION_RESTORED) == NO_TIME
