"""The columns of the tables: name, unit, definition, what empty means. The codebook is made of this."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from gaze_core.measures import FIGURES


@dataclass(frozen=True, slots=True, kw_only=True)
class TableColumn:
    """One column."""

    name: str
    unit: str  # "" of texts and codes
    doc: str
    missing: str = "never empty"  # what an empty cell means
    decimals: int = -1  # of numbers; -1: a text or a whole number


def _c(name: str, unit: str, doc: str, missing: str = "never empty", decimals: int = -1) -> TableColumn:
    return TableColumn(name=name, unit=unit, doc=doc, missing=missing, decimals=decimals)


_NO_STUDY: Final = "no study was given or the recording was made without one"
READING: Final = (
    _c("reader", "", "pseudonym of the reader"),
    _c("case_id", "", "case of the study's list"),
    _c("patient", "", "pseudonym of the patient", _NO_STUDY),
    _c("arm", "", "condition of a crossover", "the study has no arms"),
    _c("period", "count", "period of the reader's plan, from 1", _NO_STUDY),
    _c("session", "", "name of the recording; of one whose name holds a date, its checksum"),
    _c("trial", "count", "number of the reading within its recording, from 0"),
    _c("attempt", "count", "attempt at the case, from 0"),
    _c("order", "count", "place of the reading in its session, practice left out, from 1"),
    _c("task", "", "task of the study", _NO_STUDY),
    _c("role", "", "study, spare", _NO_STUDY),
)
"""Whose reading of what: these stand first in every table."""

CASES: Final = (
    *READING,
    _c("is_counted", "0 or 1", "1 where the case counts by the study's rules"),
    _c("exclusion", "", "why it does not count", "it counts"),
    _c("is_diseased", "0 or 1", "1 where the reference standard says that a finding is there", "not known"),
    _c("layer", "", "which events: study (of its detector), recorded (found live), saved (a named layer)"),
    *(_c(name, each.unit, each.doc, "not known", each.decimals) for name, each in FIGURES.items()),
    _c("accuracy_deg", "deg", "worse of the mean offsets of the validations before and after the case",
       "no validation", 3),
)  # fmt: skip

FINDINGS: Final = (
    *READING,
    _c("finding", "", "name of the finding in the reference standard"),
    _c("lesion", "count", "number of the finding within its case, from 1"),
    _c("is_present", "0 or 1", "1 where the reference standard says it is there"),
    _c("source", "", "who or what knows it"),
    _c("is_found", "0 or 1", "1 where the reader marked, chose or affirmed it", "the task did not ask"),
    _c("found_by", "", "shape (a mark lies on it), label (chosen), answer (present)",
       "not found or not asked"),
    _c("does_label_agree", "0 or 1", "1 where a label of that mark is the finding", "no mark with a label"),
    _c("rating", "code", "certainty of the mark or answer, as the study exports it", "none was given"),
    _c("mark_x_image_px", "image px", "centre of the mark", "no mark", 1),
    _c("mark_y_image_px", "image px", "centre of the mark", "no mark", 1),
    _c("mark_width_image_px", "image px", "width of the mark", "no mark", 1),
    _c("mark_height_image_px", "image px", "height of the mark", "no mark", 1),
    _c("first_fixation_s", "s", "from image shown to the first fixation on it", "never, or no region", 3),
    _c("is_censored", "0 or 1", "1 where it was never fixated: first_fixation_s is beyond observed_s",
       "no region"),
    _c("observed_s", "s", "how long the images were visible; 0 without any gaze", "no region", 3),
    _c("fixation_dwell_s", "s", "durations of the fixations on it, added up", "no region", 3),
    _c("fixation_count", "count", "fixations on it", "no region"),
    _c("mention_s", "s", "from image shown to its first mention in the transcript", "not mentioned", 3),
    _c("dwell_before_mention_s", "s", "fixation dwell on it until then", "not mentioned, or no region", 3),
    _c("was_looked_at_first", "0 or 1", "1 where it was fixated before it was mentioned",
       "not mentioned, or no region"),
    _c("margin_deg", "deg", "around the region that counted as on it", "no region", 3),
)  # fmt: skip

AREAS: Final = (
    *READING,
    _c("area", "", "name of the area"),
    _c("number", "count", "number of the area within the reading, from 1"),
    _c("area_source", "", "reader, reference, drawn (afterwards), imported"),
    _c("kind", "", "ellipse, box, polygon, mask"),
    _c("pane", "count", "image of the case it lies on, from 1"),
    _c("margin", "", "none, accuracy (grown by accuracy_deg) or chosen (by the option)"),
    _c("margin_deg", "deg", "how much around the area counts as on it", decimals=3),
    _c("width_deg", "deg", "width of the rectangle around it as first shown", "never shown", 3),
    _c("height_deg", "deg", "height of that rectangle", "never shown", 3),
    _c(
        "is_small",
        "0 or 1",
        "1 where width or height is below 1 deg: gaze on it or beside it is hardly told",
    ),
    _c("fixation_dwell_s", "s", "durations of the fixations on it, added up", decimals=3),
    _c("sample_dwell_s", "s", "time of the valid samples on it, saccades across it included", decimals=3),
    _c("dwell_share", "share", "fixation dwell over that of all fixations on images", "no fixation", 4),
    _c("first_fixation_s", "s", "from image shown to the first fixation on it", "never", 3),
    _c("is_censored", "0 or 1", "1 where it was never fixated"),
    _c("observed_s", "s", "how long the images were visible; 0 without any gaze", decimals=3),
    _c("fixation_count", "count", "fixations on it"),
    _c("entry_count", "count", "runs of consecutive fixations on it"),
    _c("revisit_count", "count", "entries after the first"),
    _c("first_visit_s", "s", "fixation dwell of the first entry", "never", 3),
    _c("coverage_radius_deg", "deg", "radius of coverage_share", decimals=3),
    _c("coverage_share", "share", "share of the area within that radius of a fixation", decimals=4),
)

TRANSITIONS: Final = (
    *READING,
    _c("from_area", "", "area of a fixation, or elsewhere"),
    _c("to_area", "", "area of the next fixation, or elsewhere"),
    _c("count", "count", "how often the second followed the first; equal names: stayed"),
)

MISSES: Final = (
    *READING,
    _c("finding", "", "name of the missed finding"),
    _c("lesion", "count", "number of the finding within its case, from 1"),
    _c("miss", "", "search (never fixated), recognition (dwell below dwell_cut_off_s), decision"),
    _c("dwell_s", "s", "durations of the fixations within radius_deg, added up", decimals=3),
    _c("nearest_deg", "deg", "angle from the nearest fixation", "no fixation on the image", 3),
    _c("first_near_s", "s", "from image shown to the first fixation within the radius", "never", 3),
    _c("near_count", "count", "fixations within the radius"),
    _c("radius_deg", "deg", "what counts as near", decimals=3),
    _c("measured_from", "", "edge or centre of the finding's region"),
    _c("dwell_cut_off_s", "s", "dwell from which a miss is one of decision", decimals=3),
    _c("probability_search", "0..1", "of the class, given the measured accuracy there", "no validation", 3),
    _c("probability_recognition", "0..1", "of the class, given the measured accuracy there", "no validation",
       3),
    _c("probability_decision", "0..1", "of the class, given the measured accuracy there", "no validation", 3),
    _c("probability_inside", "0..1", "that the nearest fixation truly lay within the radius", "no validation",
       3),
    _c("offset_deg", "deg", "mean offset at the targets near the finding, the nearer the heavier",
       "no validation", 3),
    _c("other_present", "count", "further findings of the case"),
    _c("other_found", "count", "of these found by the reader"),
)  # fmt: skip

DWELL_CURVE: Final = (
    _c("dwell_cut_off_s", "s", "cut-off", decimals=3),
    _c("search_share", "share", "misses never fixated, of all misses with a region", "no misses", 4),
    _c("recognition_share", "share", "misses with a dwell below the cut-off", "no misses", 4),
    _c("decision_share", "share", "misses with a dwell of at least the cut-off", "no misses", 4),
)

FLOW: Final = (
    _c("reader", "", "pseudonym; `all` adds them up"),
    _c("step", "", "planned, opened, counted, excluded, analysed, not_read, practice, left_out"),
    _c("reason", "", "of exclusion or for being left out", "the step needs none"),
    _c("count", "count", "readings"),
)

TABLES: Final = {
    "findings.csv": FINDINGS, "cases.csv": CASES, "areas.csv": AREAS, "transitions.csv": TRANSITIONS,
    "misses.csv": MISSES, "dwell_curve.csv": DWELL_CURVE, "flow.csv": FLOW,
}  # fmt: skip
"""The columns of each table by its file."""
