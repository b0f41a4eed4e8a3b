"""Detectors by name."""

from __future__ import annotations

import numpy as np

from gaze_core.fixations.adaptive import AdaptiveDetector
from gaze_core.fixations.contract import Detector, DetectorName, DetectorOutput
from gaze_core.fixations.idt import IdtDetector
from gaze_core.fixations.ivt import IvtDetector
from gaze_core.fixations.parameters import (
    PARAMETER_TYPES,
    AdaptiveParameters,
    DetectorParameters,
    IdtParameters,
    IvtParameters,
    ParameterError,
)
from gaze_core.rows import Rows


def create_detector(name: DetectorName, parameters: DetectorParameters | None = None) -> Detector:
    """Return a new detector.

    Raises
    ------
    ParameterError
        If the parameters are those of another detector.
    """
    chosen = PARAMETER_TYPES[name]() if parameters is None else parameters
    if name is DetectorName.IVT and isinstance(chosen, IvtParameters):
        return IvtDetector(chosen)
    if name is DetectorName.IDT and isinstance(chosen, IdtParameters):
        return IdtDetector(chosen)
    if name is DetectorName.ADAPTIVE and isinstance(chosen, AdaptiveParameters):
        return AdaptiveDetector(chosen)
    wanted = PARAMETER_TYPES[name].__name__
    raise ParameterError(f"The detector {name.value} was given {type(chosen).__name__}; give it {wanted}.")


def detect(rows: Rows, name: DetectorName, parameters: DetectorParameters | None = None) -> DetectorOutput:
    """Run a detector over a whole stream of DIRECTION rows."""
    detector = create_detector(name, parameters)
    outputs = (detector.push(rows), detector.flush())
    return DetectorOutput(
        events=np.concatenate([output.events for output in outputs]),
        messages=outputs[0].messages + outputs[1].messages,
        thresholds=np.concatenate([output.thresholds for output in outputs]),
    )
