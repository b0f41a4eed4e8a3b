"""The spreadsheets of MIMIC-Eye over all patients, and the same rows beside each patient.

Tables written there with an index have an unnamed first column. What only the hospital knows of an image,
such as its date or view, is empty.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

from recordings_schema.formats.contract import Facts
from recordings_schema.formats.reflacx_tables import METADATA_COLUMNS
from recordings_schema.formats.tables import CR_LF, header, quoted_lines

LABEL_COLUMNS: Final = (
    "Airway wall thickening", "Atelectasis", "Consolidation", "Emphysema", "Enlarged cardiac silhouette",
    "Fibrosis", "Fracture", "Groundglass opacity", "Mass", "Nodule", "Other", "Pleural effusion",
    "Pleural thickening", "Pneumothorax", "Pulmonary edema", "Quality issue", "Support devices",
    "Wide mediastinum", "Abnormal mediastinal contour", "Acute fracture", "Enlarged hilum", "Hiatal hernia",
    "High lung volume / emphysema", "Interstitial lung disease", "Lung nodule or mass", "Pleural abnormality",
)  # fmt: skip
IMAGE_COLUMNS: Final = (
    "dicom_id", "subject_id", "study_id", "PerformedProcedureStepDescription", "ViewPosition", "Rows",
    "Columns", "StudyDate", "StudyTime", "ProcedureCodeSequence_CodeMeaning", "ViewCodeSequence_CodeMeaning",
    "PatientOrientationCodeSequence_CodeMeaning", "in_eye_gaze", "in_reflacx", "StudyDateTime", "stay_id",
)  # fmt: skip
SPLIT_COLUMNS: Final = ("dicom_id", "study_id", "subject_id", "split")
_STUDY: Final = re.compile(r"(?:^|/)s(\d{8})(?:/|$)")
_SUBJECT: Final = re.compile(r"(?:^|/)p(\d{8})(?:/|$)")


def subject_of(image_name: str, patient: str) -> str:
    """Return whose image it is: the digits of its path in MIMIC-CXR, else the study's pseudonym."""
    found = _SUBJECT.search(image_name)
    return found.group(1) if found else patient


def study_of(image_name: str) -> str:
    """Return the number of the examination by the image's path in MIMIC-CXR; "" where it has none."""
    found = _STUDY.search(image_name)
    return found.group(1) if found else ""


def metadata_sheet(rows: Iterable[tuple[int, Facts]], label_names: Sequence[str]) -> bytes:
    """Return the table of REFLACX readings with their index: first the labels of its phases, then others."""
    names = (*LABEL_COLUMNS, *(name for name in label_names if name not in LABEL_COLUMNS))
    cells = [(place, *facts["row"], *(facts["labels"].get(name) for name in names)) for place, facts in rows]
    return header(("", *METADATA_COLUMNS, *names), end=CR_LF) + quoted_lines(cells, end=CR_LF)


def image_sheet(rows: Iterable[tuple[int, Facts]]) -> bytes:
    """Return `cxr_meta.csv`: one row for each image."""
    cells: list[tuple[Any, ...]] = [
        (place, *(facts.get(name) for name in IMAGE_COLUMNS)) for place, facts in rows
    ]
    return header(("", *IMAGE_COLUMNS)) + quoted_lines(cells)


def split_sheet(rows: Iterable[tuple[int, Facts]]) -> bytes:
    """Return `cxr_split.csv`: on which side each image is."""
    cells = [(place, *(facts.get(name) for name in SPLIT_COLUMNS)) for place, facts in rows]
    return header(("", *SPLIT_COLUMNS)) + quoted_lines(cells)
