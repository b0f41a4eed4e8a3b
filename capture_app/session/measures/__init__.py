"""Measures of recordings: areas of interest, figures of cases, missed findings, tables for statisticians."""

from capture_app.session.measures.area_book import (
    KeptArea,
    areas_beside,
    areas_path,
    load_areas,
    on_image,
    placed,
    save_areas,
)
from capture_app.session.measures.area_import import ImportedAreas, import_areas
from capture_app.session.measures.case_tables import RecordedCase, RecordedCases, recorded_cases
from capture_app.session.measures.dataset import MeasuredDataset, MeasureOrder, write_measures
from capture_app.session.measures.errors import MeasureError
from capture_app.session.measures.gaze_of_case import SampleColumns, columns_of_case, gaze_of_case
from capture_app.session.measures.layers import EventLayer
from capture_app.session.measures.recording_measures import (
    MeasuredCase,
    MeasuredRecording,
    MeasureOptions,
    measure_gaze,
    measure_recording,
)

__all__ = [
    "EventLayer",
    "ImportedAreas",
    "KeptArea",
    "MeasureError",
    "MeasureOptions",
    "MeasureOrder",
    "MeasuredCase",
    "MeasuredDataset",
    "MeasuredRecording",
    "RecordedCase",
    "RecordedCases",
    "SampleColumns",
    "areas_beside",
    "areas_path",
    "columns_of_case",
    "gaze_of_case",
    "import_areas",
    "load_areas",
    "measure_gaze",
    "measure_recording",
    "on_image",
    "placed",
    "recorded_cases",
    "save_areas",
    "write_measures",
]
