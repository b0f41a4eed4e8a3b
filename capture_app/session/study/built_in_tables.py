"""The case list and the reference standard of a new study, for each kind of task."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from capture_app.session.phantom_shapes import MIDLINE_PX
from capture_app.session.phantoms import Finding, Phantom
from capture_app.session.study.case_table import CASE_COLUMNS, CHOICE_SEPARATOR, CaseRole
from capture_app.session.study.phantom_cases import CONSOLIDATION, HEART, NODULE
from capture_app.session.study.reference import REFERENCE_COLUMNS
from capture_app.session.study.task_keys import TaskKind

IMAGE_FOLDER: Final = "images"
_SOURCE: Final = "built-in phantom, known by construction"
_TARGETS: Final = (NODULE, CONSOLIDATION, HEART)
_HEART_SHADOW: Final = Finding(
    label="Heart shadow",
    x_image_px=868.0,
    y_image_px=1050.0,
    radius_x_image_px=235.0,
    radius_y_image_px=270.0,
    angle_deg=14.0,
)
"""What is segmented where a phantom has no finding: every chest has a heart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltInCase:
    """One built-in case as it was drawn."""

    case_id: str
    role: CaseRole
    shown: Phantom


def built_in_tables(kind: TaskKind, cases: Sequence[BuiltInCase]) -> tuple[str, str]:
    """Return case list and reference standard as CSV texts."""
    listed: list[dict[str, str]] = []
    reference: list[dict[str, str]] = []
    for number, case in enumerate(cases):
        row = {
            "case_id": case.case_id,
            "image": f"{IMAGE_FOLDER}/{case.case_id}.png",
            "role": case.role.value,
            "patient": f"P{number + 1:02}",
        }
        asked, known = _ASKING[kind](case, number)
        listed.append({**row, **asked})
        reference.extend({"case_id": case.case_id, "source": _SOURCE, **entry} for entry in known)
    return _csv(CASE_COLUMNS, listed), _csv(REFERENCE_COLUMNS, reference)


_Rows = tuple[dict[str, str], list[dict[str, str]]]


def _read(case: BuiltInCase, number: int) -> _Rows:
    del number
    known = [_present(finding) for finding in case.shown.findings]
    return {}, known or [{"finding": "Normal radiograph", "present": "yes"}]


def _search(case: BuiltInCase, number: int) -> _Rows:
    """Ask for what is there in two cases of three, else for what is not."""
    found = {finding.label: finding for finding in case.shown.findings}
    absent = [target for target in _TARGETS if target not in found]
    if found and number % 3:
        target = next(iter(found))
        return {"target": target}, [_present(found[target])]
    target = absent[number % len(absent)]
    return {"target": target}, [{"finding": target, "present": "no"}]


def _question(case: BuiltInCase, number: int) -> _Rows:
    nodule = next((finding for finding in case.shown.findings if finding.label == NODULE), None)
    if nodule is not None and number % 2:
        # The patient's right is at the left of the picture.
        answer = "right" if nodule.x_image_px < MIDLINE_PX else "left"
        asked = {
            "question": "Which lung holds the nodule?",
            "choices": CHOICE_SEPARATOR.join(("right", "left")),
        }
        return asked, [{"answer": answer, **_present(nodule)}]
    label = _TARGETS[number % len(_TARGETS)]
    found = next((finding for finding in case.shown.findings if finding.label == label), None)
    asked = {"question": f"Is there this finding: {label.lower()}?"}
    known = {"finding": label, "present": "no"} if found is None else _present(found)
    return asked, [{"answer": known["present"], **known}]


def _segment(case: BuiltInCase, number: int) -> _Rows:
    del number
    target = case.shown.findings[0] if case.shown.findings else _HEART_SHADOW
    return {"target": target.label}, [_present(target)]


_ASKING: Final = {
    TaskKind.READ: _read,
    TaskKind.SEARCH: _search,
    TaskKind.QUESTION: _question,
    TaskKind.SEGMENT: _segment,
}


def _present(finding: Finding) -> dict[str, str]:
    return {
        "finding": finding.label,
        "present": "yes",
        "region": "ellipse",
        "x_image_px": f"{finding.x_image_px:.1f}",
        "y_image_px": f"{finding.y_image_px:.1f}",
        "width_image_px": f"{2 * finding.radius_x_image_px:.1f}",
        "height_image_px": f"{2 * finding.radius_y_image_px:.1f}",
        "angle_deg": f"{finding.angle_deg:.1f}",
    }


def _csv(columns: Iterable[str], rows: Sequence[dict[str, str]]) -> str:
    """Return a table of those columns that some row fills in, in the declared order."""
    used = [name for name in columns if any(row.get(name) for row in rows)]
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, used, restval="", extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()
