"""A recording analysed again: other detectors, other parameters, drift-corrected gaze; kept beside it."""

from capture_app.session.layers.choice import LIVE_LAYER, LayerChoice, LayerError
from capture_app.session.layers.comparing import (
    DURATION_EDGES_MS,
    EventFigures,
    LayerComparison,
    compare_layers,
)
from capture_app.session.layers.desk import TRIED, LayerDesk, Span
from capture_app.session.layers.drift import (
    DriftSettings,
    MeasuredDrift,
    OffsetSource,
    measured_drift,
    settings_from_json,
)
from capture_app.session.layers.finding import EventFinder, found_between
from capture_app.session.layers.making import make_layer
from capture_app.session.layers.parameter_specs import (
    ParameterKind,
    ParameterSpec,
    parameter_specs,
    parameters_from_texts,
)

__all__ = [
    "DURATION_EDGES_MS",
    "TRIED",
    "LayerDesk",
    "Span",
    "LIVE_LAYER",
    "DriftSettings",
    "EventFigures",
    "EventFinder",
    "LayerChoice",
    "LayerComparison",
    "LayerError",
    "MeasuredDrift",
    "OffsetSource",
    "ParameterKind",
    "ParameterSpec",
    "compare_layers",
    "found_between",
    "make_layer",
    "measured_drift",
    "parameter_specs",
    "parameters_from_texts",
    "settings_from_json",
]
