"""A tracker that was away and came back: what is set differently than before."""

from __future__ import annotations

from typing import Final

from drivers.contract import AS_OPENED, Notice, NoticeKind
from gaze_core.streams import TrackerInfo

SAME_RATE_HZ: Final = 0.5
SAME_MM: Final = 0.5

_MODE: Final = "mode"
_CORNERS: Final = "display_area_corners_mm"


def changes_after_return(
    opened: TrackerInfo, before: TrackerInfo, now: TrackerInfo, t_host_ns: int
) -> tuple[Notice, ...]:
    """Return a notice for each setting that is another one than before.

    Parameters
    ----------
    opened
        The tracker as it was first opened, which is what a recording says of it.
    before, now
        As it was opened last, and as it has just been opened.
    t_host_ns
        When that was.
    """
    title = f"{now.model} {now.serial}".strip()
    told = []
    if not _is_same_area(before, now):
        is_back = _is_same_area(opened, now)
        rest = (
            "is again as it was at first."
            if is_back
            else "is another one than before: its gaze no longer fits the screen as it did. Set it right, "
            "calibrate again, and open the tracker again before the next recording."
        )
        told.append(
            Notice(
                t_host_ns=t_host_ns,
                kind=NoticeKind.DISPLAY_AREA_CHANGED,
                text=f"The display area of the {title}, which came back, {rest}",
                value=AS_OPENED if is_back else 0.0,
            )
        )
    if abs(now.rate_hz - before.rate_hz) >= SAME_RATE_HZ:
        text = (
            f"The {title} came back and delivers {now.rate_hz:g} samples per second; it was opened with "
            f"{opened.rate_hz:g}. Where these differ, open it again before the next recording."
        )
        told.append(Notice(t_host_ns=t_host_ns, kind=NoticeKind.RATE_CHANGED, text=text, value=now.rate_hz))
    mode = now.settings.get(_MODE, "")
    if mode != before.settings.get(_MODE, ""):
        first_mode = opened.settings.get(_MODE, "")
        text = (
            f"The {title} came back and tracks in the mode {mode!r}; it was opened in {first_mode!r}. "
            "Where these differ, open it again before the next recording."
        )
        value = AS_OPENED if mode == first_mode else 0.0
        told.append(Notice(t_host_ns=t_host_ns, kind=NoticeKind.MODE_CHANGED, text=text, value=value))
    return tuple(told)


def _is_same_area(one: TrackerInfo, other: TrackerInfo) -> bool:
    if one.settings.get(_CORNERS, "") != other.settings.get(_CORNERS, ""):
        return False
    if one.display_area_mm is None or other.display_area_mm is None:
        return one.display_area_mm == other.display_area_mm
    return all(
        abs(side - other_side) < SAME_MM
        for side, other_side in zip(one.display_area_mm, other.display_area_mm, strict=True)
    )
