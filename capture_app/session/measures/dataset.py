"""The folder of tables over many recordings: made as a whole or not at all, the same bytes every time.

Bad files are named and counted, and the others measured; only where nothing is left is nothing written.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import capture_app
from capture_app.session.measures.error_page import ErrorReport, error_page
from capture_app.session.measures.errors import MeasureError
from capture_app.session.measures.flow import LeftOutFile, flow_picture, flow_records, flows_of
from capture_app.session.measures.missed import MissedFinding
from capture_app.session.measures.recording_measures import (
    MeasuredCase,
    MeasuredRecording,
    MeasureOptions,
    measure_recording,
)
from capture_app.session.measures.roc_tables import Reading, RocIds, froc_sheets, froc_workbook, imrmc_bytes
from capture_app.session.measures.tables import (
    Record,
    area_records,
    case_record,
    codebook_bytes,
    curve_records,
    finding_record,
    is_listed,
    miss_record,
    reading_record,
    table_bytes,
    transition_records,
)
from capture_app.session.study import OpenedStudy, StudyError, open_reference
from gaze_core.measures import MissRule
from gaze_core.rows import decode_text
from recordings_schema.formats.contract import FormatError
from recordings_schema.formats.staging import Staging
from recordings_schema.formats.tables import header, quoted_lines

TABLES_VERSION: Final = "1"


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureOrder:
    """What a person asked for."""

    recordings: tuple[Path, ...]
    destination: Path
    opened: OpenedStudy | None = None
    options: MeasureOptions = field(default_factory=MeasureOptions)


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredDataset:
    """What was written."""

    folder: Path
    recording_count: int
    case_count: int  # practice left out
    counted: int  # of these
    finding_count: int
    missed_count: int  # with a region, in readings that count
    file_count: int
    left_out: tuple[LeftOutFile, ...]


def write_measures(
    order: MeasureOrder, *, on_case: Callable[[str, int, int], None] | None = None
) -> MeasuredDataset:
    """Measure recordings and write the tables. Blocks for as long as that takes: call it from a worker.

    Parameters
    ----------
    order
        What is measured, and where the tables go.
    on_case
        Told the name of a recording, how many of its cases are done and how many it has.

    Raises
    ------
    MeasureError
        If the destination holds something, no recording can be measured, or a file cannot be written.
    """
    staging = _staging(order)
    try:
        reference = () if order.opened is None else open_reference(order.opened)
    except StudyError as err:
        raise MeasureError(str(err)) from err
    measured: list[MeasuredRecording] = []
    left_out: list[LeftOutFile] = []
    for path in order.recordings:
        try:
            measured.append(
                measure_recording(
                    path, order.opened, reference, order.options,
                    on_case=None if on_case is None else _told(path.name, on_case),
                )
            )  # fmt: skip
        except MeasureError as err:
            left_out.append(LeftOutFile(name=path.name, reason=str(err)))
    if not measured:
        first = left_out[0].reason if left_out else "No recording was named."
        raise MeasureError(f"Nothing could be measured. {first}")
    try:
        staging.open()
        try:
            result = _write(staging, order, measured, left_out)
            staging.publish()
        except BaseException:  # whatever it is, Ctrl-C included: nothing half-written stays
            staging.discard()
            raise
    except FormatError as err:
        raise MeasureError(str(err)) from err
    except OSError as err:
        reason = err.strerror or "no reason given"
        raise MeasureError(
            f"The tables cannot be written into {order.destination} ({reason}). Choose another folder."
        ) from err
    return result


def _staging(order: MeasureOrder) -> Staging:
    """Return the folder the tables grow in, refused before hours are spent measuring."""
    destination = order.destination
    if destination.exists():
        raise MeasureError(f"{destination} is there already. Nothing is overwritten: choose another folder.")
    staging = Staging(destination, {"what": "measures", "version": TABLES_VERSION})
    if staging.folder.exists():
        raise MeasureError(
            f"{staging.folder} is left from another time. Remove that folder, or choose another destination."
        )
    return staging


def _told(name: str, on_case: Callable[[str, int, int], None]) -> Callable[[int, int], None]:
    def tell(done: int, count: int) -> None:
        on_case(name, done, count)

    return tell


def _write(
    staging: Staging,
    order: MeasureOrder,
    measured: Sequence[MeasuredRecording],
    left_out: Sequence[LeftOutFile],
) -> MeasuredDataset:
    records, missed = _records(measured, order)
    flows = flows_of(measured, order.opened)
    records["flow.csv"] = flow_records(flows, left_out)
    for name, rows in records.items():
        staging.file(name, table_bytes(name, rows))
    staging.file("flow.svg", (str(flow_picture(flows[-1], left_out)) + "\n").encode("utf-8"))
    staging.file("codebook.csv", codebook_bytes())
    _write_ratings(staging, order, measured)
    staging.file(
        "errors.html", error_page(error_report_of(measured, order.options.rule), order.opened).encode("utf-8")
    )
    staging.file("measures.json", _provenance(order, measured, left_out))
    cases = [case for each in measured for case in each.cases if is_listed(case)]
    return MeasuredDataset(
        folder=order.destination,
        recording_count=len(measured),
        case_count=len(cases),
        counted=sum(case.case.entry.does_count for case in cases),
        finding_count=len(records["findings.csv"]),
        missed_count=len(missed),
        file_count=len(staging.checksums()),
        left_out=tuple(left_out),
    )


def _records(
    measured: Sequence[MeasuredRecording], order: MeasureOrder
) -> tuple[dict[str, list[Record]], list[MissedFinding]]:
    """Return the rows of all tables, and the misses of readings that count."""
    found: dict[str, list[Record]] = {
        name: [] for name in ("findings.csv", "cases.csv", "areas.csv", "transitions.csv", "misses.csv")
    }
    counted: list[MissedFinding] = []
    for recording in measured:
        listed = [case for case in recording.cases if is_listed(case)]
        for place, case in enumerate(listed, start=1):
            reading = reading_record(recording, case.case, place, order.opened)
            found["cases.csv"].append(case_record(reading, recording, case))
            found["findings.csv"] += [finding_record(reading, each) for each in case.findings.results]
            found["areas.csv"] += area_records(reading, case)
            found["transitions.csv"] += transition_records(reading, case)
            if case.case.entry.does_count:
                found["misses.csv"] += [
                    miss_record(reading, each, order.options.rule) for each in case.missed
                ]
                counted += case.missed
    dwells_s = [each.judged(order.options.rule).dwell_s for each in counted]
    found["dwell_curve.csv"] = curve_records(dwells_s)
    return found, counted


def _counting(measured: Sequence[MeasuredRecording]) -> list[tuple[MeasuredRecording, MeasuredCase]]:
    return [(each, case) for each in measured for case in each.cases if case.case.entry.does_count]


def _write_ratings(staging: Staging, order: MeasureOrder, measured: Sequence[MeasuredRecording]) -> None:
    readings = [
        Reading(reader=each.recorded.reader, arm=case.case.entry.arm, case=case)
        for each, case in _counting(measured)
        if case.findings.is_truth_known
    ]
    if not readings:
        return
    ids = RocIds.of(readings)
    sheets = froc_sheets(readings, ids, order.opened)
    staging.file("rjafroc/froc.xlsx", froc_workbook(sheets))
    for sheet in sheets:
        head, *lines = sheet.lines
        staging.file(f"rjafroc/{sheet.name}.csv", header([str(each) for each in head]) + quoted_lines(lines))
    title = order.opened.study.study.study_id if order.opened is not None else "reading study"
    staging.file("imrmc/scores.imrmc", imrmc_bytes(readings, ids, title))
    staging.file("ids.csv", ids.table())


def error_report_of(measured: Sequence[MeasuredRecording], rule: MissRule) -> ErrorReport:
    """Return the perceptual errors of recordings: of their readings that count."""
    counting = _counting(measured)
    return ErrorReport(
        missed=tuple(missed for _, case in counting for missed in case.missed),
        findings=tuple(case.findings for _, case in counting),
        rule=rule,
        readers=tuple(sorted({each.recorded.reader for each in measured})),
        layer=_layer_words(measured),
        image_sha256s={
            (each.recorded.session_id, int(row["image_id"])): decode_text(row["sha256"])
            for each in measured
            for row in each.recorded.images
        },
        is_simulated=any(each.recorded.is_simulated for each in measured),
    )


def _layer_words(measured: Sequence[MeasuredRecording]) -> str:
    detectors = dict.fromkeys(" ".join(each.layer_words.split()[:2]) for each in measured)
    return f"{measured[0].layer.value}: {', '.join(each for each in detectors if each) or 'none'}"


def _provenance(
    order: MeasureOrder, measured: Sequence[MeasuredRecording], left_out: Sequence[LeftOutFile]
) -> bytes:
    rule, opened = order.options.rule, order.opened
    content = {
        "software": f"reading-station {capture_app.__version__}",
        "tables_version": TABLES_VERSION,
        "study": "" if opened is None else opened.study.study.study_id,
        "study_sha256": "" if opened is None else opened.sha256,
        "layer": order.options.layer.value,
        "layer_name": order.options.layer_name,
        "margin_deg": order.options.margin_deg,
        "coverage_radius_deg": order.options.coverage_radius_deg,
        "miss_rule": {
            "radius_deg": rule.radius_deg, "measured_from": rule.measured_from.value, "dwell_s": rule.dwell_s,
        },
        "recordings": [
            {
                "name": each.name, "sha256": each.sha256, "reader": each.recorded.reader,
                "detector": each.layer_words, "signal": each.recorded.signal.value,
                "tracker": each.recorded.tracker, "is_simulated": each.recorded.is_simulated,
            }
            for each in measured
        ],
        "left_out": [{"name": each.name, "reason": each.reason} for each in left_out],
    }  # fmt: skip
    return (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode("utf-8")
