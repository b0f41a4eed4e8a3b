"""Which widget shows which kind of screen of a study."""

from __future__ import annotations

from typing import Final

from capture_app.gui.reading.answer_screens import (
    CertaintyScreenWidget,
    ChoiceScreenWidget,
    LabelScreenWidget,
)
from capture_app.gui.reading.drawing_screen import DrawingScreen
from capture_app.gui.reading.end_screen import EndScreenWidget
from capture_app.gui.reading.image_screen import ImageScreenWidget
from capture_app.gui.reading.instruction_screen import InstructionScreenWidget
from capture_app.gui.reading.likert_screen import LikertScreenWidget
from capture_app.gui.reading.rest_screens import BreakScreen
from capture_app.gui.reading.screen_widgets import ScreenFactory
from capture_app.gui.reading.text_screen import TextScreenWidget
from capture_app.gui.reading.transcript_screen import TranscriptScreenWidget
from capture_app.session.reading.names import BREAK

FACTORIES: Final[dict[str, ScreenFactory]] = {
    "instruction": InstructionScreenWidget,
    "image": ImageScreenWidget,
    "labels": LabelScreenWidget,
    "text": TextScreenWidget,
    "shapes": DrawingScreen,
    "chest_box": DrawingScreen,
    "choice": ChoiceScreenWidget,
    "certainty": CertaintyScreenWidget,
    "likert": LikertScreenWidget,
    "transcript": TranscriptScreenWidget,
    "end": EndScreenWidget,
    BREAK: BreakScreen,
}
"""By `Screen.KIND`, and for breaks."""
