"""Attempts at a case: what was shown, answered, drawn and measured, as the rows tell it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from capture_app.session.reading.answer_codec import AnswerValue
from capture_app.session.reading.gaze_loss import GazeLoss


class CaseState(str, Enum):
    """How far a case has come in one attempt."""

    OPEN = "open"  # its first screens, or the image
    READ = "read"  # the last image was left
    ANNOTATED = "annotated"  # all screens before the end of the case are through
    COMMITTED = "committed"  # final; never repeated
    INTERRUPTED = "interrupted"  # the recording ended in the middle
    RESTARTED = "restarted"  # left behind for another attempt, kept
    SET_ASIDE = "set_aside"  # skipped or discarded with a reason


class Ending(str, Enum):
    """How an attempt ended."""

    NONE = ""
    DONE = "done"
    SET_ASIDE = "set_aside"
    RESTARTED = "restarted"


class ShapeKind(str, Enum):
    """What is drawn on an image."""

    ELLIPSE = "ellipse"
    BOX = "box"
    CHEST_BOX = "chest_box"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A shape as the reader left it."""

    kind: ShapeKind
    image_id: int  # of the image table of its recording
    pane: int
    slice_index: int = 0
    left_image_px: float
    top_image_px: float
    right_image_px: float
    bottom_image_px: float
    labels: tuple[str, ...] = ()
    certainty: int = -1  # `screen_code` of the study's scale; -1: not given


@dataclass(slots=True, kw_only=True)
class Attempt:
    """One attempt at one case. It may go on over more than one trial when recordings were cut off."""

    case_id: str
    attempt: int  # from 0
    trial: int  # the last it was read in, numbered within its recording
    task: str
    screen: str = ""  # the last that was presented; "" before the first
    furthest: int = -1  # place in the task of the furthest screen presented
    visits: dict[str, int] = field(default_factory=dict)  # how often each screen was presented
    answers: dict[tuple[str, str], AnswerValue] = field(default_factory=dict)  # by screen and name
    shapes: dict[int, Shape] = field(default_factory=dict)  # by number
    next_shape: int = 0
    ending: Ending = Ending.NONE
    is_interrupted: bool = False
    is_paused: bool = False
    does_count: bool = False
    grade: str = ""
    is_correct: bool | None = None  # practice, where the reference says; None: unknown
    loss: GazeLoss = field(default_factory=GazeLoss)  # over the reading; looking again is not in it
    shown_ns: dict[str, int] = field(default_factory=dict)  # how long each image screen was visible
    visible_since_ns: int | None = None  # an image is before the reader since then
    is_looking_again: bool = False  # the visible image was left before
    opened_ns: int | None = None  # the running trial began or went on; None while it rests
    worked_ns: int = 0  # in trials that ended or rest

    @property
    def is_open(self) -> bool:
        """Whether it is before the reader, paused or not."""
        return self.ending is Ending.NONE and not self.is_interrupted
