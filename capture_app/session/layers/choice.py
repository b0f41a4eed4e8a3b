"""What a layer is to be made with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from capture_app.session.layers.drift import DriftSettings
from capture_app.session.port import SessionError
from gaze_core.fixations import DetectorName, DetectorParameters

LIVE_LAYER: Final = "Recorded live"
"""Name of what was found while recording; no other layer may have it."""


class LayerError(SessionError):
    """A layer cannot be made or used; the text says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerChoice:
    """Detector, parameters and gaze of a layer."""

    detector: DetectorName
    parameters: DetectorParameters
    drift: DriftSettings | None = None  # None: gaze as recorded
