"""Signals in and triggers out as the settings want them: the ports to use, and a trigger at each onset."""

from __future__ import annotations

from typing import Final

from capture_app.acquisition import messages as m
from capture_app.session.link import Link
from capture_app.session.settings import Settings
from gaze_core.rows import NO_TIME, Rows

_CAUSES: Final = ("show", "clear")
"""Causes of VIEWPORT rows that have a code, the one that counts first: an image may replace others."""


_TARGET: Final = "target"
_NO_TRIAL: Final = -1


class TriggerLines:
    """Tells the acquisition process which ports to use, and of the onsets that a trigger stands for."""

    def __init__(self) -> None:
        self._used: m.UseSignals | None = None
        self._codes = dict.fromkeys((*_CAUSES, _TARGET), 0)
        self._is_out_wanted = False

    def configure(self, link: Link, settings: Settings) -> None:
        """Take settings; ports that stay as they are stay open."""
        signals = settings.signals
        is_marker_sent = signals.is_marker_sent_to_lsl and settings.outlet.is_on
        self._codes = {
            "show": signals.code_image_shown,
            "clear": signals.code_cleared,
            _TARGET: signals.code_target_shown,
        }
        self._is_out_wanted = bool(signals.port_out) or is_marker_sent
        wanted = m.UseSignals(
            port_in=signals.port_in,
            port_out=signals.port_out,
            setup={
                "kind_in": signals.kind_in,
                "kind_out": signals.kind_out,
                "baud": str(signals.baud),
                "pulse_ms": f"{signals.pulse_ms:g}",
                "is_marker_sent_to_lsl": "yes" if is_marker_sent else "no",
            },
        )
        is_anything_wanted = bool(signals.port_in) or self._is_out_wanted
        if wanted != self._used and (is_anything_wanted or self._used is not None):
            self._used = wanted
            link.send(wanted)

    def presented(self, link: Link, rows: Rows) -> None:
        """Send the trigger of an onset; only while recording, so that each one sent has its row."""
        if not (self._is_out_wanted and link.takes_rows):
            return
        shown = rows[rows["t_presented_host_ns"] != NO_TIME]
        for cause in _CAUSES:
            onsets = shown[shown["cause"] == cause.encode()]
            if len(onsets):
                self._send(link, cause, int(onsets["t_presented_host_ns"][-1]), int(onsets["trial"][-1]))
                return

    def target_presented(self, link: Link, t_host_ns: int) -> None:
        """Send the trigger of a target that stands before the eyes; only while recording."""
        if self._is_out_wanted and link.takes_rows:
            self._send(link, _TARGET, t_host_ns, _NO_TRIAL)

    def _send(self, link: Link, cause: str, t_onset_host_ns: int, trial: int) -> None:
        link.send(
            m.SendTrigger(t_onset_host_ns=t_onset_host_ns, code=self._codes[cause], cause=cause, trial=trial)
        )
