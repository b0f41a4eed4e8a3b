"""Fixation detectors: `ivt` (offline reference), `idt` (for comparability), `adaptive` (live)."""

from gaze_core.eyes import Eye
from gaze_core.fixations.contract import Detector, DetectorName, DetectorOutput, EventMessage, MessagePhase
from gaze_core.fixations.factory import create_detector, detect
from gaze_core.fixations.parameters import (
    AdaptiveParameters,
    DetectorParameters,
    IdtParameters,
    IvtParameters,
    NoiseReduction,
    ParameterError,
    parameters_from_json,
    parameters_to_json,
)

__all__ = [
    "AdaptiveParameters",
    "Detector",
    "DetectorName",
    "DetectorOutput",
    "DetectorParameters",
    "EventMessage",
    "Eye",
    "IdtParameters",
    "IvtParameters",
    "MessagePhase",
    "NoiseReduction",
    "ParameterError",
    "create_detector",
    "detect",
    "parameters_from_json",
    "parameters_to_json",
]
