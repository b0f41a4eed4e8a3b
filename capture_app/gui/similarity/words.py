"""The measures in words a person understands."""

from __future__ import annotations

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from gaze_core.similarity import GazeMeasure

_TITLES = {
    GazeMeasure.TIMA: QT_TRANSLATE_NOOP("similarity", "Bursts of gaze in order (TIMA)"),
    GazeMeasure.HEAT: QT_TRANSLATE_NOOP("similarity", "Finer bursts in order (heat)"),
    GazeMeasure.MULTIMATCH: QT_TRANSLATE_NOOP("similarity", "Path of gaze (MultiMatch)"),
    GazeMeasure.MOMENT_SEQUENCE: QT_TRANSLATE_NOOP("similarity", "Bursts place by place"),
    GazeMeasure.MOMENT: QT_TRANSLATE_NOOP("similarity", "Whole map (gaze moments)"),
    GazeMeasure.DENTAL: QT_TRANSLATE_NOOP("similarity", "Whole map, spread first (dental)"),
    GazeMeasure.DHASH: QT_TRANSLATE_NOOP("similarity", "Light and dark of the map (dHash)"),
}

_MEANINGS = {
    GazeMeasure.TIMA: QT_TRANSLATE_NOOP(
        "similarity", "How much and how widely each burst of gaze covered, one after the other."
    ),
    GazeMeasure.HEAT: QT_TRANSLATE_NOOP(
        "similarity", "The same with smaller bursts, mass and spread counting alike."
    ),
    GazeMeasure.MULTIMATCH: QT_TRANSLATE_NOOP(
        "similarity", "Shape, direction, length, place and duration of the steps of gaze, averaged."
    ),
    GazeMeasure.MOMENT_SEQUENCE: QT_TRANSLATE_NOOP(
        "similarity", "The first burst with the first, the second with the second, and so on."
    ),
    GazeMeasure.MOMENT: QT_TRANSLATE_NOOP(
        "similarity", "How much of the image gaze covered, and how far apart, in the whole reading."
    ),
    GazeMeasure.DENTAL: QT_TRANSLATE_NOOP("similarity", "The same; how far apart counts four times as much."),
    GazeMeasure.DHASH: QT_TRANSLATE_NOOP(
        "similarity", "Whether the map grows lighter or darker from place to place."
    ),
}

ORDER = tuple(_TITLES)
"""The measures as the box lists them: of the course of gaze first."""


def measure_title(measure: GazeMeasure) -> str:
    """Return what a measure is called."""
    return QCoreApplication.translate("similarity", str(_TITLES[measure]))


def measure_meaning(measure: GazeMeasure) -> str:
    """Return a sentence that says what it compares."""
    return QCoreApplication.translate("similarity", str(_MEANINGS[measure]))
