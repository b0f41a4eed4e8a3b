"""Recordings looked at again: what was on the screen, where the eyes were, what was said, at any moment."""

from capture_app.session.replay.columns import Curve, SignalColumns
from capture_app.session.replay.frame import FrameMaker, PlacedShape, ReplayFrame, ReplayNumbers
from capture_app.session.replay.heat import ReplayHeatmaps
from capture_app.session.replay.image_times import ImageSpan, image_spans, last_shown_ns
from capture_app.session.replay.layout import ShownPane
from capture_app.session.replay.losses import LossSpans
from capture_app.session.replay.options import (
    SLIDING_S,
    TRAIL_S,
    HeatmapSpan,
    ReplayOptions,
    ShownEye,
    ViewMode,
)
from capture_app.session.replay.pictures import ReplayPictures
from capture_app.session.replay.play_clock import SPEEDS, PlayClock
from capture_app.session.replay.shown_screens import ShownScreens
from capture_app.session.replay.sound import SoundStretches, Waveform
from capture_app.session.replay.source import ReplayError, ReplayEvents, ReplaySource, replay_events
from capture_app.session.replay.tables import Moment, ReplayCase, ReplayScreen, ReplayTables, SpokenWord
from capture_app.session.replay.voice import ReplayVoice

__all__ = [
    # A recording and what is in it.
    "ReplaySource", "ReplayError", "ReplayEvents", "replay_events",
    "ReplayTables", "ReplayCase", "ReplayScreen", "Moment", "SpokenWord",
    "SignalColumns", "Curve", "LossSpans", "SoundStretches", "Waveform",
    "ImageSpan", "image_spans", "last_shown_ns",
    # What is shown.
    "FrameMaker", "ReplayFrame", "ReplayNumbers", "PlacedShape", "ShownPane", "ShownScreens",
    "ReplayPictures", "ReplayHeatmaps", "ReplayOptions", "ViewMode", "HeatmapSpan", "ShownEye", "SLIDING_S",
    "TRAIL_S",
    # When.
    "PlayClock", "SPEEDS", "ReplayVoice",
]  # fmt: skip
