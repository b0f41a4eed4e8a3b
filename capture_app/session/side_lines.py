"""What goes on beside the gaze at the right moments: our own LSL streams, triggers, dictation."""

from __future__ import annotations

from capture_app.session.dictation_lines import DictationLines
from capture_app.session.link import Link
from capture_app.session.settings import Settings
from capture_app.session.stream_lines import StreamLines
from capture_app.session.trigger_lines import TriggerLines
from gaze_core.rows import Rows


class SideLines:
    """Keeps the acquisition process told of what the settings want, and of onsets as they are presented."""

    def __init__(self) -> None:
        self._streams = StreamLines()
        self._triggers = TriggerLines()
        self._dictation = DictationLines()

    def configure(self, link: Link, settings: Settings) -> None:
        """Take settings; the acquisition process is told what changed. A new process is told all."""
        self._streams.configure(link, settings)
        self._triggers.configure(link, settings)
        self._dictation.configure(link, settings)

    def presented(self, link: Link, rows: Rows) -> None:
        """Take VIEWPORT rows that have just come out of `Presentation.presented`."""
        self._triggers.presented(link, rows)

    def target_presented(self, link: Link, t_host_ns: int) -> None:
        """A target of a calibration or validation stands before the eyes."""
        self._triggers.target_presented(link, t_host_ns)
