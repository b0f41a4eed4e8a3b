"""Data quality: accuracy, precision, rate, and loss by class, for reports and for the live view."""

from gaze_core.quality.loss import LossClass, LossInterval, LossTracker, loss_intervals, loss_shares
from gaze_core.quality.precision import (
    Accuracy,
    Agreement,
    accuracy,
    bcea_deg2,
    left_right_agreement,
    rms_s2s_deg,
    std_deg,
    windowed_rms_s2s_deg,
    windowed_std_deg,
)
from gaze_core.quality.timing import (
    Gap,
    SamplingSummary,
    find_gaps,
    loss_of_delivered_percent,
    loss_of_expected_percent,
    summarise_sampling,
)
from gaze_core.quality.window import QualitySnapshot, QualityWindow

__all__ = [
    "Accuracy",
    "Agreement",
    "Gap",
    "LossClass",
    "LossInterval",
    "LossTracker",
    "QualitySnapshot",
    "QualityWindow",
    "SamplingSummary",
    "accuracy",
    "bcea_deg2",
    "find_gaps",
    "left_right_agreement",
    "loss_intervals",
    "loss_of_delivered_percent",
    "loss_of_expected_percent",
    "loss_shares",
    "rms_s2s_deg",
    "std_deg",
    "summarise_sampling",
    "windowed_rms_s2s_deg",
    "windowed_std_deg",
]
