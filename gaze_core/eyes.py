"""Which eye's signal is used."""

from __future__ import annotations

from enum import Enum


class Eye(str, Enum):
    """The gaze signal a detector or a report looks at."""

    LEFT = "left"
    RIGHT = "right"
    AVERAGE = "average"  # mean where both eyes are valid, else the valid one
    STRICT_AVERAGE = "strict_average"  # mean where both eyes are valid, else nothing
