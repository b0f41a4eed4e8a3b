"""What gaze did in a case: areas of interest, figures of the case, why findings were missed.

All take a `CaseGaze`; degrees are exact angles on the screen as it was seen, times are seconds since the
image was shown, "never" is NaN beside the time it could have happened in.
"""

from gaze_core.measures.areas import Area, AreaKind, AreaSource
from gaze_core.measures.case_figures import FIGURES, CaseFigures, FigureInfo, measure_case
from gaze_core.measures.case_gaze import CaseGaze, sample_weights_s, views_of_fixations
from gaze_core.measures.coverage import COVERAGE_RADII_DEG, area_coverage, coverage_shares
from gaze_core.measures.dwell import (
    AreaMeasures,
    Transitions,
    dwell_before_s,
    fixations_on,
    measure_area,
    samples_on,
    transitions,
)
from gaze_core.measures.misses import (
    ClassProbabilities,
    DwellCurve,
    MeasuredFrom,
    MissClass,
    MissRule,
    TargetError,
    angles_to_finding_deg,
    class_probabilities,
    dwell_curve,
    dwell_near_s,
)
from gaze_core.measures.rates import Rate, rate_of
from gaze_core.measures.reach import angle_to_area_deg

__all__ = [
    "Area",
    "AreaKind",
    "AreaSource",
    "CaseGaze",
    "sample_weights_s",
    "views_of_fixations",
    "CaseFigures",
    "FigureInfo",
    "FIGURES",
    "measure_case",
    "AreaMeasures",
    "Transitions",
    "measure_area",
    "fixations_on",
    "samples_on",
    "dwell_before_s",
    "transitions",
    "COVERAGE_RADII_DEG",
    "coverage_shares",
    "area_coverage",
    "angle_to_area_deg",
    "MissClass",
    "MissRule",
    "MeasuredFrom",
    "TargetError",
    "ClassProbabilities",
    "DwellCurve",
    "angles_to_finding_deg",
    "dwell_near_s",
    "class_probabilities",
    "dwell_curve",
    "Rate",
    "rate_of",
]
