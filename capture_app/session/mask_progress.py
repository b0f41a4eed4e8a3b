"""How far a mask has come that is covered with the eyes: its time, its size, whether looking changes it.

A mask only grows, so that the one of a while ago lies inside the one of now and their overlap needs areas
alone: Dice = 2 before / (before + now). A mask has settled once so many seconds of gaze on the image have
changed it by less than one per cent.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from typing import Any, Final

from capture_app.session.event_json import event_rows
from gaze_core.rows import Rows

MASK_EVENT: Final = "mask"
SETTLED_CHANGE: Final = 0.01
"""Change of Dice below which more looking is not worth the reader's time."""
SETTLING_GAZE_S: Final = 5.0
"""Seconds of gaze on the image that the change is measured over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskProgress:
    """One mask now."""

    image_id: int
    visible_s: float  # since its image was presented
    gaze_s: float  # valid gaze on the image
    covered_share: float  # of the image, 0..1
    dice_change: float  # by the last seconds of gaze, 0..1; NaN before there were as many
    settled_s: float  # visible time when it settled, and has been since; NaN while it has not

    @property
    def has_settled(self) -> bool:
        """Whether more looking changes next to nothing."""
        return math.isfinite(self.settled_s)


class MaskWatch:
    """Follows the area of one mask. One thread.

    Parameters
    ----------
    image_id
        The image the mask lies on.
    """

    def __init__(self, image_id: int) -> None:
        self._areas: deque[tuple[float, float]] = deque([(0.0, 0.0)])  # s of gaze, covered share
        self.now = MaskProgress(
            image_id=image_id, visible_s=0.0, gaze_s=0.0, covered_share=0.0, dice_change=math.nan,
            settled_s=math.nan,
        )  # fmt: skip

    def step(self, visible_s: float, gaze_s: float, covered_share: float) -> None:
        """Take the mask of this moment; all three never fall."""
        if gaze_s > self._areas[-1][0]:
            self._areas.append((gaze_s, covered_share))
        while len(self._areas) > 1 and self._areas[1][0] <= gaze_s - SETTLING_GAZE_S:
            self._areas.popleft()
        before_s, before = self._areas[0]
        change = math.nan
        if gaze_s - before_s >= SETTLING_GAZE_S and covered_share > 0.0:
            change = 1.0 - 2.0 * before / (before + covered_share)
        has_settled = change < SETTLED_CHANGE
        since_s = self.now.settled_s if self.now.has_settled else visible_s
        self.now = MaskProgress(
            image_id=self.now.image_id, visible_s=visible_s, gaze_s=gaze_s, covered_share=covered_share,
            dice_change=change, settled_s=since_s if has_settled else math.nan,
        )  # fmt: skip


def mask_event(progress: MaskProgress, *, t_host_ns: int, trial: int, attempt: int, screen: str) -> Rows:
    """Return the EVENT rows of a mask that is done; `value` is the time its image was before the reader."""
    content: dict[str, Any] = {
        "screen": screen,
        "attempt": attempt,
        "image_id": progress.image_id,
        "visible_s": round(progress.visible_s, 3),
        "gaze_s": round(progress.gaze_s, 3),
        "covered_share": round(progress.covered_share, 6),
        "settled_s": round(progress.settled_s, 3) if progress.has_settled else None,
    }
    return event_rows(MASK_EVENT, t_host_ns, content, value=progress.visible_s, trial=trial)
