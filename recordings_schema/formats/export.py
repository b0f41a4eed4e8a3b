"""Runs an export: plan, cases one after the other, check, provenance, and only then the dataset's name."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol

from recordings_schema.formats.contract import (
    Facts,
    FinishedCase,
    Format,
    FormatError,
    NothingToExportError,
    PlannedCase,
)
from recordings_schema.formats.options import options_to_json, options_told
from recordings_schema.formats.reading import CaseReading, ReadingKey
from recordings_schema.formats.staging import CaseStaging, Staging

PROVENANCE_NAME: Final = "provenance.json"
PRACTICE: Final = "Practice cases are never exported."
TERMS: Final = (
    "Use of these data is bound to the terms of the images and of the readers' consent; images are in the "
    "dataset only where the format is made of them or they were asked for."
)
_DIGITS: Final = 1_000_000
_GIVEN_DIGITS: Final = re.compile(r"R(\d{6})$")


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A case that is not in the dataset."""

    key: ReadingKey
    reason: str  # a sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportPlan:
    """What an export would write: the dry run."""

    cases: tuple[PlannedCase, ...]
    left_out: tuple[LeftOut, ...]

    @property
    def reasons(self) -> dict[str, int]:
        """How many cases are left out for each reason, the most frequent first."""
        return dict(Counter(each.reason for each in self.left_out).most_common())


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportRequest:
    """What is exported, and to where."""

    format: Format[Any]
    options: Any  # of the format's options type
    keys: tuple[ReadingKey, ...]  # all cases of all recordings, in their order
    destination: Path
    is_excluded_wanted: bool = False  # cases that do not count as well
    software: str = ""  # name and version of the program
    about: Mapping[str, Any] = field(default_factory=dict)  # of the study, for the provenance file; JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportResult:
    """A dataset that was written."""

    folder: Path
    case_count: int
    left_out: tuple[LeftOut, ...]
    file_count: int
    is_resumed: bool
    warnings: tuple[str, ...]


class CaseWriting(Protocol):
    """Writes cases into the folder of an export in the making: one after the other, or many at once."""

    def __call__(self, cases: Sequence[PlannedCase], folder: Path) -> Iterator[int]:
        """Write cases; yield how many were written since it yielded last.

        Raises
        ------
        FormatError
            If a case cannot be written; those that were noted as done stay so.
        """


def plan_export(request: ExportRequest) -> ExportPlan:
    """Return which cases would be written and which not, without reading any gaze or writing anything."""
    cases: list[PlannedCase] = []
    left_out: list[LeftOut] = []
    taken: set[int] = set()
    known: set[str] = set()
    sessions: dict[str, int] = {}
    images: Counter[tuple[str, ...]] = Counter()
    repeats: Counter[tuple[tuple[str, ...], str, str]] = Counter()
    for key in request.keys:
        reason = _reason(request, key)
        if not reason and key.text in known:
            reason = "The same recording was named twice; its cases are written once."
        if reason:
            left_out.append(LeftOut(key=key, reason=reason))
            continue
        known.add(key.text)
        same = (key.image_sha256s, key.reader, key.target)
        cases.append(
            PlannedCase(
                key=key,
                number=len(cases),
                digits=_digits(key, taken),
                session=sessions.setdefault(key.recording_sha256, len(sessions) + 1),
                earlier=images[key.image_sha256s],
                repeat=repeats[same],
            )
        )
        images[key.image_sha256s] += 1
        repeats[same] += 1
    _check_images(cases)
    return ExportPlan(cases=tuple(cases), left_out=tuple(left_out))


def run_export(
    request: ExportRequest,
    write: CaseWriting,
    *,
    on_case: Callable[[int, int], None] | None = None,
    check: Callable[[Path], Sequence[str]] | None = None,
) -> ExportResult:
    """Write a dataset.

    Parameters
    ----------
    request
        What, and to where.
    write
        Writes the cases: `one_by_one`, or with many workers.
    on_case
        Called with the number of cases done and of all.
    check
        Looks through the finished files before they get their name; sentences that it returns, for instance
        about identifying data, keep the dataset from being published.

    Raises
    ------
    FormatError
        If the destination cannot be used, nothing is left to export, or a check found something.
    """
    plan = plan_export(request)
    if not plan.cases:
        reasons = " ".join(f"{reason} ({count})" for reason, count in plan.reasons.items())
        raise NothingToExportError(f"There is no case to export. {reasons or 'The recordings hold none.'}")
    staging = Staging(request.destination, _identity(request, plan))
    try:
        done = staging.open()
        missing = [each for each in plan.cases if each.number not in done]
        count = len(plan.cases) - len(missing)
        if count and on_case is not None:
            on_case(count, len(plan.cases))
        for further in write(missing, staging.folder):
            count += further
            if on_case is not None:
                on_case(count, len(plan.cases))
        done = staging.done()
        left_out = [*plan.left_out]
        finished = []
        for planned in plan.cases:
            facts = done[planned.number]
            if "left_out" in facts:
                left_out.append(LeftOut(key=planned.key, reason=str(facts["left_out"])))
            else:
                finished.append(FinishedCase(planned=planned, facts=facts))
        if not finished:
            staging.discard()
            raise NothingToExportError(f"No case can be in this format. {left_out[-1].reason}")
        said = request.format.finish(finished, staging, request.options)
        found = check(staging.dataset) if check is not None else ()
        problems = (*request.format.check(staging.dataset), *found)
        if problems:
            raise FormatError(
                f"The dataset was not published; it lies in {staging.folder}. {' '.join(problems[:5])}",
                path=staging.folder,
            )
        checksums = staging.checksums()
        content = _provenance(request, finished, left_out, said, checksums)
        staging.file(PROVENANCE_NAME, content)
        staging.publish()
    except OSError as err:
        raise FormatError(
            f"{staging.destination} cannot be written ({err.strerror or 'no reason given'}). What is done is "
            f"kept in {staging.folder}: make room or correct the rights, and run the same command again.",
            path=staging.destination,
        ) from err
    return ExportResult(
        folder=staging.destination,
        case_count=len(finished),
        left_out=tuple(left_out),
        file_count=len(checksums) + 1,
        is_resumed=staging.is_resumed,
        warnings=tuple(said.get("warnings", ())),
    )


def one_by_one(
    published: Format[Any], options: Any, read: Callable[[ReadingKey], CaseReading]
) -> CaseWriting:
    """Return what writes cases here, one after the other.

    Parameters
    ----------
    published, options
        The format and its options.
    read
        Returns a case; called in the order of the recordings.
    """

    def write(cases: Sequence[PlannedCase], folder: Path) -> Iterator[int]:
        for planned in cases:
            write_case(published, options, planned, read, folder)
            yield 1

    return write


def write_case(
    published: Format[Any],
    options: Any,
    planned: PlannedCase,
    read: Callable[[ReadingKey], CaseReading],
    folder: Path,
    *,
    worker: str = "",
) -> None:
    """Write one case into the folder of an export in the making and note it as done, or why it is left out.

    Raises
    ------
    FormatError
        If its name cannot be that of a file.
    OSError
        If something cannot be written.
    """
    reading = read(planned.key)
    sink = CaseStaging(folder, planned.number)
    problem = published.problem(reading, options)
    facts: Facts = {"left_out": problem} if problem else published.write_case(planned, reading, sink, options)
    # Kept as JSON, so that a resumed export sees exactly what an uninterrupted one sees.
    sink.note_done(facts, worker)


def _reason(request: ExportRequest, key: ReadingKey) -> str:
    if key.is_practice:
        return PRACTICE
    if key.exclusion and not request.is_excluded_wanted:
        return f"Does not count: {key.exclusion}"
    return str(request.format.key_problem(key, request.options))


def _digits(key: ReadingKey, taken: set[int]) -> str:
    """Return six digits of a reading; the next free ones where another reading has them.

    A reading that was imported with such digits in its name keeps them.
    """
    given = _GIVEN_DIGITS.search(key.given_id)
    number = (
        int(given[1])
        if given
        else int.from_bytes(hashlib.sha256(key.text.encode()).digest()[:8], "big") % _DIGITS
    )
    while number in taken:
        number = (number + 1) % _DIGITS
    taken.add(number)
    return f"{number:06d}"


def _check_images(cases: Iterable[PlannedCase]) -> None:
    known: dict[str, str] = {}
    for planned in cases:
        for name, sha256 in zip(planned.key.image_names, planned.key.image_sha256s, strict=True):
            stem = name.replace("\\", "/").rpartition("/")[2].rpartition(".")[0] or name
            if known.setdefault(stem.lower(), sha256) != sha256:
                raise FormatError(
                    f"Two different images are called {stem}; tables name images by this. Export the studies "
                    "they come from one by one, or rename one of them before it is read."
                )


def _identity(request: ExportRequest, plan: ExportPlan) -> dict[str, Any]:
    return {
        "format": request.format.name,
        "format_version": request.format.version,
        "options": options_to_json(request.options),
        "software": request.software,
        "cases": [each.key.text for each in plan.cases],
        "about": dict(request.about),
    }


def _provenance(
    request: ExportRequest,
    finished: Sequence[FinishedCase],
    left_out: Sequence[LeftOut],
    said: Facts,
    checksums: dict[str, str],
) -> bytes:
    recordings = {key.recording_sha256: key for key in request.keys}
    reasons = Counter(each.reason for each in left_out)
    content = {
        "format": request.format.name,
        "title": request.format.title,
        "format_version": request.format.version,
        "software": request.software,
        "options": options_told(request.options),
        "about": dict(request.about),
        "recordings": [
            {"name": key.recording_name, "sha256": sha256, "session": key.session_id, "reader": key.reader}
            for sha256, key in recordings.items()
        ],
        "cases": [
            {"session": each.planned.key.session_id, "trial": each.planned.key.trial,
             "case": each.planned.key.case_id, "reader": each.planned.key.reader}
            for each in finished
        ],
        "case_count": len(finished),
        "left_out": [{"reason": reason, "count": count} for reason, count in sorted(reasons.items())],
        "said_by_the_format": said,
        "not_in_this_format": list(request.format.losses),
        "terms": TERMS,
        "files": checksums,
    }  # fmt: skip
    return (json.dumps(content, indent=2, ensure_ascii=False) + "\n").encode("utf-8")
