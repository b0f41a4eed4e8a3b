"""Codes in the columns of rows: bits and kinds. The row types that hold them are in `gaze_core.rows`."""

from __future__ import annotations

from typing import Final


class GazeFlag:
    """Bits of ``GAZE.flags``; raw values are kept whatever the flag says."""

    DEVICE_TIME_BACKWARD: Final = 1  # device time not after that of the sample before
    CLOCK_RESET: Final = 2  # first sample of a new device time line
    GAP_BEFORE: Final = 4  # seq or device time shows that samples are missing before this one
    SYNTHETIC: Final = 8  # not an eye: pointer, generator, played back
    RECONNECTED: Final = 16  # first sample after the tracker came back


class EventKind:
    """Values of ``GAZE_EVENT.kind``."""

    FIXATION: Final = 1
    SACCADE: Final = 2
    BLINK: Final = 3  # a loss as long as a blink with both eyes gone
    LOSS: Final = 4  # any other loss


class EventFlag:
    """Bits of ``GAZE_EVENT.flags`` and ``FIXATION.flags``."""

    AFTER_LOSS: Final = 1  # begins at the end of a loss: the true onset was not seen
    BEFORE_LOSS: Final = 2  # ends at the start of a loss
    EYES_CHANGED: Final = 4  # an eye was lost or came back inside
    VIEWPORT_CHANGED: Final = 8  # the viewport changed inside
    VIEWPORT_SPLIT: Final = 16  # one part of a fixation that the viewport change cut
    MERGED: Final = 32  # joined over a short gap
    CUT_BY_BREAK: Final = 64  # the time line or the stream ended inside
    BEFORE_IMAGE: Final = 128  # began before its image was presented: not part of the reading
