"""What a recording that was imported keeps of each case beside its rows: one event per case, JSON.

A recording made here has its study for this. A published dataset comes without one, so that labels, patient,
zeros and what its tracker was stay with the case itself.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from capture_app.session.event_json import EventContent, event_rows, events_of
from gaze_core.eyes import Eye
from gaze_core.rows import Rows
from recordings_schema.formats.importing import ImportedCase
from recordings_schema.formats.reading import (
    Origin,
    ReadAccuracy,
    ReadLabel,
    ReadTracker,
)
from recordings_schema.reader import Recording

IMPORT_EVENT: Final = "imported_case"
IMPORTED_FROM: Final = "imported_from"
"""Key of a recording's settings: title of the dataset. Recordings without it were made by a station."""

_TEXTS: Final = (
    "case_id", "given_id", "given_split", "patient", "role", "task", "task_kind", "target", "question",
    "study", "onset_latency", "other_text", "grade", "exclusion",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedFacts:
    """The facts of one case; times are those of the recording's host clock."""

    trial: int
    first_ns: int  # of the reading
    end_ns: int
    view_count: int  # VIEWPORT rows of the case that are the dataset's own
    attempt: int
    texts: Mapping[str, str]
    image_names: tuple[str, ...]  # as the dataset has them, one for each pane
    distance_mm: float
    is_distance_measured: bool
    origins_ns: Mapping[Origin, int]
    tracker: ReadTracker
    accuracy: ReadAccuracy
    labels: tuple[ReadLabel, ...]
    chosen: tuple[str, ...]
    answer_kinds: Mapping[str, str]  # kind of each screen with answers
    pupil_baseline_area: float
    pupil_eye: Eye
    has_fixation_pupils: bool  # the dataset has a pupil for each fixation, over its baseline
    more: Mapping[str, str]  # worth keeping beside


def is_imported(recording: Recording) -> bool:
    """Tell whether a recording was made from a published dataset."""
    return bool(recording.metadata.settings.settings.get(IMPORTED_FROM))


def facts_rows(case: ImportedCase, trial: int, base_ns: int, span_ns: tuple[int, int]) -> Rows:
    """Return the EVENT rows that keep the facts of a case.

    Parameters
    ----------
    case
        As the dataset holds it.
    trial
        Its number in the recording.
    base_ns
        Host time of the case's zero.
    span_ns
        First and last host time of the reading.
    """
    tracker = case.tracker
    content: dict[str, Any] = {
        "texts": {name: getattr(case, name) for name in _TEXTS if getattr(case, name)},
        "first_ns": span_ns[0],
        "end_ns": span_ns[1],
        "view_count": len(case.viewport),
        "attempt": case.attempt,
        "image_names": [image.name for image in case.images],
        "distance_mm": case.distance_mm,
        "is_distance_measured": case.is_distance_measured,
        "origins_ns": {origin.value: base_ns + t_ns for origin, t_ns in case.origins_ns.items()},
        "tracker": [
            tracker.model, _number(tracker.rate_hz), tracker.signal, tracker.pupil_unit.value,
            tracker.is_simulated, tracker.detector, tracker.detector_version, tracker.detector_parameters,
        ],
        "labels": [
            [label.name, label.is_exclusive, label.is_other, label.needs_shape] for label in case.labels
        ],
        "chosen": list(case.chosen),
        "answer_kinds": {answer.screen: answer.kind for answer in case.answers},
        "pupil": [_number(case.pupil_baseline_area), case.pupil_eye.value],
        "has_fixation_pupils": case.has_fixation_pupils,
        "more": dict(case.facts),
    }  # fmt: skip
    if case.accuracy is not None:
        found = case.accuracy
        content["accuracy"] = [
            _number(found.before_mean_deg), _number(found.after_mean_deg), _number(found.worst_deg),
        ]  # fmt: skip
    return event_rows(IMPORT_EVENT, span_ns[0], content, trial=trial)


def imported_facts_of(event_rows_of_recording: Rows) -> dict[int, ImportedFacts]:
    """Return the facts of the imported cases by trial; those that are damaged are left out."""
    found = {}
    for event in events_of(event_rows_of_recording, IMPORT_EVENT):
        try:
            found[event.trial] = _facts(event)
        except (KeyError, TypeError, ValueError, IndexError):
            continue  # written by hand or cut off: then the case is read as one without facts
    return found


def _facts(event: EventContent) -> ImportedFacts:
    content = event.content
    model, rate_hz, signal, unit, is_simulated, detector, version, parameters = content["tracker"]
    before, after, worst = content.get("accuracy", (None, None, None))
    area, eye = content["pupil"]
    return ImportedFacts(
        trial=event.trial,
        first_ns=int(content["first_ns"]),
        end_ns=int(content["end_ns"]),
        view_count=int(content["view_count"]),
        attempt=int(content["attempt"]),
        texts={name: str(content["texts"].get(name, "")) for name in _TEXTS},
        image_names=tuple(str(name) for name in content["image_names"]),
        distance_mm=float(content["distance_mm"]),
        is_distance_measured=bool(content["is_distance_measured"]),
        origins_ns={Origin(name): int(t_ns) for name, t_ns in content["origins_ns"].items()},
        tracker=ReadTracker(
            model=str(model), rate_hz=_float(rate_hz), signal=str(signal), pupil_unit=str(unit),
            is_simulated=bool(is_simulated), detector=str(detector), detector_version=str(version),
            detector_parameters=str(parameters),
        ),
        accuracy=ReadAccuracy(
            before_mean_deg=_float(before), after_mean_deg=_float(after), worst_deg=_float(worst)
        ),
        labels=tuple(
            ReadLabel(
                name=str(name), is_exclusive=bool(exclusive), is_other=bool(other), needs_shape=bool(shape)
            )
            for name, exclusive, other, shape in content["labels"]
        ),
        chosen=tuple(str(name) for name in content["chosen"]),
        answer_kinds={str(screen): str(kind) for screen, kind in content["answer_kinds"].items()},
        pupil_baseline_area=_float(area),
        pupil_eye=Eye(eye),
        has_fixation_pupils=bool(content["has_fixation_pupils"]),
        more={str(name): str(value) for name, value in content["more"].items()},
    )  # fmt: skip


def _number(value: float) -> float | None:
    """Return a number as JSON has it: null where it is not known."""
    return value if math.isfinite(value) else None


def _float(value: object) -> float:
    return float(value) if isinstance(value, (int, float)) else math.nan
