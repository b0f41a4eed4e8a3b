"""The rows of the tables, cell by cell in the order of the declared columns."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import TypeAlias

import numpy as np

from capture_app.session.measures.case_tables import RecordedCase
from capture_app.session.measures.findings import FindingResult
from capture_app.session.measures.missed import MissedFinding
from capture_app.session.measures.recording_measures import MeasuredCase, MeasuredRecording
from capture_app.session.measures.table_columns import TABLES, TableColumn
from capture_app.session.study import OpenedStudy
from gaze_core.measures import AreaMeasures, MissRule, dwell_curve
from recordings_schema.formats.tables import header, one, quoted_lines

Cell: TypeAlias = "str | int | float | bool | None"
Record: TypeAlias = "dict[str, Cell]"

CURVE_S = np.round(np.arange(0.0, 3.0001, 0.05), 2)
"""Cut-offs of the dwell curve."""


def table_bytes(name: str, records: Iterable[Mapping[str, Cell]]) -> bytes:
    """Return a table as CSV: header and one line for each record, numbers rounded as declared."""
    columns = TABLES[name]
    lines = quoted_lines([_text(record[column.name], column) for column in columns] for record in records)
    return header([column.name for column in columns]) + lines


def _text(value: Cell, column: TableColumn) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float):
        return one(value, max(column.decimals, 0))
    return str(value)


def is_listed(case: MeasuredCase) -> bool:
    """Whether a case stands in tables: practice never does."""
    return not case.case.entry.is_practice


def reading_record(
    measured: MeasuredRecording, case: RecordedCase, order: int, opened: OpenedStudy | None
) -> Record:
    """Return whose reading of what it is."""
    listed = () if opened is None else opened.cases
    patient = next((each.patient for each in listed if each.case_id == case.entry.case_id), "")
    return {
        "reader": measured.recorded.reader, "case_id": case.entry.case_id, "patient": patient,
        "arm": case.entry.arm, "period": measured.recorded.period or None, "session": measured.name,
        "trial": case.entry.trial, "attempt": case.entry.attempt, "order": order, "task": case.entry.task,
        "role": case.entry.role,
    }  # fmt: skip


def case_record(reading: Record, measured: MeasuredRecording, case: MeasuredCase) -> Record:
    """Return the row of a case."""
    entry = case.case.entry
    return {
        **reading, "is_counted": entry.does_count, "exclusion": entry.exclusion,
        "is_diseased": case.findings.is_diseased, "layer": measured.layer.value, **asdict(case.figures),
        "accuracy_deg": case.case.accuracy_deg,
    }  # fmt: skip


def finding_record(reading: Record, finding: FindingResult) -> Record:
    """Return the row of a finding."""
    measures, mark = finding.measures, finding.mark
    left, top, right, bottom = (math.nan,) * 4 if mark is None else mark.area.bounds_image_px
    return {
        **reading, "finding": finding.finding, "lesion": finding.number, "is_present": finding.is_present,
        "source": finding.source, "is_found": finding.is_found, "found_by": finding.found_by,
        "does_label_agree": finding.does_label_agree,
        "rating": finding.certainty if finding.certainty >= 0 else None,
        "mark_x_image_px": (left + right) / 2, "mark_y_image_px": (top + bottom) / 2,
        "mark_width_image_px": right - left, "mark_height_image_px": bottom - top,
        "mention_s": finding.mention_s, "dwell_before_mention_s": finding.dwell_before_mention_s,
        "was_looked_at_first": finding.was_looked_at_first, **_looked_at(measures),
    }  # fmt: skip


def _looked_at(measures: AreaMeasures | None) -> Record:
    if measures is None:
        names = ("first_fixation_s", "is_censored", "observed_s", "fixation_dwell_s", "fixation_count",
                 "margin_deg")  # fmt: skip
        return dict.fromkeys(names)
    return {
        "first_fixation_s": measures.first_fixation_s, "is_censored": not measures.is_looked_at,
        "observed_s": measures.censored_s, "fixation_dwell_s": measures.fixation_dwell_s,
        "fixation_count": measures.fixation_count, "margin_deg": measures.margin_deg,
    }  # fmt: skip


def area_records(reading: Record, case: MeasuredCase) -> list[Record]:
    """Return the rows of the areas of a case, one for each margin."""
    images = case.case.entry.image_ids
    records: list[Record] = []
    for number, margined in enumerate(case.areas, start=1):
        for margin, each in margined.all:
            area = each.area
            records.append(
                {
                    **reading, "area": area.name, "number": number, "area_source": area.source.value,
                    "kind": area.kind.value, "pane": images.index(area.image_id) + 1, "margin": margin,
                    "width_deg": each.width_deg, "height_deg": each.height_deg, "is_small": each.is_small,
                    "sample_dwell_s": each.sample_dwell_s, "dwell_share": each.dwell_share,
                    "entry_count": each.entry_count, "revisit_count": each.revisit_count,
                    "first_visit_s": each.first_visit_s, "coverage_radius_deg": each.coverage_radius_deg,
                    "coverage_share": each.coverage_share, **_looked_at(each),
                }
            )  # fmt: skip
    return records


def transition_records(reading: Record, case: MeasuredCase) -> list[Record]:
    """Return the transitions of a case that happened."""
    names, counts = case.transitions.names, case.transitions.counts
    if len(names) < 2:
        return []
    return [
        {**reading, "from_area": names[row], "to_area": names[column], "count": int(counts[row, column])}
        for row, column in np.argwhere(counts > 0).tolist()
    ]


def miss_record(reading: Record, missed: MissedFinding, rule: MissRule) -> Record:
    """Return the row of a missed finding."""
    judged = missed.judged(rule)
    likely = judged.probabilities
    return {
        **reading, "finding": missed.finding.finding, "lesion": missed.finding.number,
        "miss": judged.miss.value, "dwell_s": judged.dwell_s, "nearest_deg": judged.nearest_deg,
        "first_near_s": judged.first_near_s, "near_count": judged.near_count, "radius_deg": rule.radius_deg,
        "measured_from": rule.measured_from.value, "dwell_cut_off_s": rule.dwell_s,
        "probability_search": likely.search, "probability_recognition": likely.recognition,
        "probability_decision": likely.decision, "probability_inside": likely.inside,
        "offset_deg": likely.offset_deg, "other_present": missed.other_present,
        "other_found": missed.other_found,
    }  # fmt: skip


def curve_records(dwells_s: Sequence[float]) -> list[Record]:
    """Return the dwell curve over misses."""
    curve = dwell_curve(dwells_s, CURVE_S)
    return [
        {
            "dwell_cut_off_s": float(curve.dwell_s[place]), "search_share": float(curve.search[place]),
            "recognition_share": float(curve.recognition[place]),
            "decision_share": float(curve.decision[place]),
        }
        for place in range(len(curve.dwell_s))
    ]  # fmt: skip


def codebook_bytes() -> bytes:
    """Return the codebook: every column of every table with unit, definition and what empty means."""
    rows = (
        (name, column.name, column.unit, column.doc, column.missing)
        for name, columns in TABLES.items()
        for column in columns
    )
    return header(["table", "column", "unit", "definition", "empty means"]) + quoted_lines(rows)
