"""Exports of recordings: opens them one after the other and hands their cases to a format."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import capture_app
from capture_app.session.export.case_keys import keys_of, unfinished_problem
from capture_app.session.export.identity_check import identity_problems
from capture_app.session.export.many import HERE, Chunks, Workers, writing_by
from capture_app.session.export.recordings import ExportError, NothingToExport
from capture_app.session.study import OpenedStudy, StudyError
from recordings_schema.errors import RecordingError
from recordings_schema.formats.contract import Format, FormatError, NothingToExportError
from recordings_schema.formats.export import ExportPlan, ExportRequest, ExportResult, plan_export, run_export
from recordings_schema.formats.options import FormatOptionError, options_from_texts
from recordings_schema.formats.reading import ReadingKey
from recordings_schema.formats.registry import find_format
from recordings_schema.reader import Recording

__all__ = ["ExportError", "ExportOrder", "NothingToExport", "dry_run", "export_recordings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportOrder:
    """What a person asked for."""

    format_name: str
    recordings: tuple[Path, ...]
    destination: Path
    opened: OpenedStudy | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    is_excluded_wanted: bool = False
    images: Path | None = None  # folder of the images of imported recordings
    workers: Workers = HERE


def dry_run(order: ExportOrder) -> ExportPlan:
    """Return what an export would write, without writing anything.

    Raises
    ------
    ExportError
        If the format, its options or a recording cannot be used.
    """
    with _told():
        return plan_export(_request(order)[0])


def export_recordings(
    order: ExportOrder, *, on_case: Callable[[int, int], None] | None = None
) -> ExportResult:
    """Write a dataset. Blocks for as long as reading the recordings takes: call it from a worker.

    Raises
    ------
    ExportError
        If it cannot be written; what is done is kept and gone on with when the same is asked for again.
    """
    with _told():
        request, places = _request(order)
    chunks = Chunks(
        format_name=order.format_name,
        options=request.options,
        places=places,
        opened=order.opened,
        images=order.images,
    )
    with _told():
        return run_export(
            request,
            writing_by(order.workers, chunks),
            on_case=on_case,
            check=lambda folder: identity_problems(folder, order.opened),
        )


def _request(order: ExportOrder) -> tuple[ExportRequest, dict[str, Path]]:
    """Return what is exported, and where each recording lies, by its checksum."""
    published: Format[Any] = find_format(order.format_name)
    options = options_from_texts(published.options_type, order.options)
    keys: list[ReadingKey] = []
    places: dict[str, Path] = {}
    for path in order.recordings:
        with Recording.open(path) as recording:
            if not recording.is_finished:
                raise ExportError(unfinished_problem(path))
            _check_study(recording, order.opened)
            found = keys_of(recording, order.opened)
        keys += found
        places.update((key.recording_sha256, path) for key in found)
    request = ExportRequest(
        format=published,
        options=options,
        keys=tuple(keys),
        destination=order.destination,
        is_excluded_wanted=order.is_excluded_wanted,
        software=f"reading-station {capture_app.__version__}",
        about=_about(order.opened),
    )
    return request, places


def _check_study(recording: Recording, opened: OpenedStudy | None) -> None:
    named = recording.metadata.session.study
    if opened is not None and named and named != opened.study.study.study_id:
        raise ExportError(
            f"{recording.path} was recorded for the study {named}, and the study given is "
            f"{opened.study.study.study_id}. Name the study it belongs to."
        )


def _about(opened: OpenedStudy | None) -> dict[str, Any]:
    if opened is None:
        return {"study": "", "note": "No study was given: labels, certainty and patients are not known."}
    study = opened.study
    return {
        "study": study.study.study_id,
        "study_version": study.study.version,
        "study_sha256": opened.sha256,
        "images_licence": study.images.licence,
        "images_source": study.images.source,
    }


@contextmanager
def _told() -> Iterator[None]:
    """Turn what goes wrong below into the one error a person is shown."""
    try:
        yield
    except NothingToExportError as err:
        raise NothingToExport(str(err)) from err
    except (FormatError, FormatOptionError, RecordingError, StudyError) as err:
        raise ExportError(str(err)) from err
