"""Words that rows of the reading carry, so that writing and reading them cannot differ."""

from __future__ import annotations

from enum import Enum
from typing import Final

BREAK: Final = "break"
"""Kind and name of the screen between cases while the reader rests."""


class Subject(str, Enum):
    """What a JUDGEMENT row is about."""

    CALIBRATION = "calibration"
    CASE = "case"
    DRIFT = "drift"
    RESUME = "resume"
    QUOTA = "quota"


class Event(str, Enum):
    """What happened, in the figures of a JUDGEMENT row of the case loop."""

    OPENING = "opening"  # quota: a case is about to open, as which attempt
    BREAK_OVER = "break_over"  # quota: reading goes on
    PRACTICE_AGAIN = "practice_again"  # quota: the operator allows another round
    PRACTICE_OVER = "practice_over"  # quota: the operator ends practice
    VISIT = "visit"  # case: an image was left, with its loss
    END = "end"  # case: the verdict
    CONTINUE = "continue"  # resume: on at the interrupted screen
    RESTART = "restart"  # resume: from the beginning, as another attempt
    SKIP = "skip"  # resume: not at all


class Cause(str, Enum):
    """Why a screen was shown."""

    NEXT = "next"
    BACK = "back"
    JUMP = "jump"
    RESUME = "resume"
    RESTART = "restart"
    SKIP = "skip"  # a screen before it was passed over
    BREAK = "break"


class By(str, Enum):
    """Who decided."""

    GATE = "gate"
    OPERATOR = "operator"
    READER = "reader"
