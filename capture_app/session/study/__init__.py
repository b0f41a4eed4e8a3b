"""The study file: everything decided before the first reader, read, checked, ordered and made from presets.

`check_study` finds all that is wrong, `open_study` gives a study that may be used, `plan_for` a reader's
order, `new_study` a folder to begin with. The reference standard is apart: `open_reference`.
"""

from capture_app.session.study.audit import AUDIT_FILE, audit_text, write_audit
from capture_app.session.study.case_table import CaseRole, StudyCase
from capture_app.session.study.findings import StudyError, StudyFinding, has_errors
from capture_app.session.study.loading import (
    CheckedStudy,
    OpenedStudy,
    check_study,
    find_study,
    is_study,
    open_reference,
    open_study,
)
from capture_app.session.study.model import STUDY_EXTENSION, Study
from capture_app.session.study.order import PlannedCase, PlannedPeriod, ReadingPlan, earliest_start, plan_for
from capture_app.session.study.presets import PRESETS, new_study
from capture_app.session.study.reference import ReferenceEntry, Region, RegionKind
from capture_app.session.study.summary import StudySummary, summarise

__all__ = [
    "STUDY_EXTENSION",
    "Study",
    "StudyError",
    "StudyFinding",
    "has_errors",
    "CheckedStudy",
    "OpenedStudy",
    "find_study",
    "is_study",
    "check_study",
    "open_study",
    "open_reference",
    "CaseRole",
    "StudyCase",
    "ReferenceEntry",
    "Region",
    "RegionKind",
    "PlannedCase",
    "PlannedPeriod",
    "ReadingPlan",
    "plan_for",
    "earliest_start",
    "AUDIT_FILE",
    "audit_text",
    "write_audit",
    "PRESETS",
    "new_study",
    "StudySummary",
    "summarise",
]
