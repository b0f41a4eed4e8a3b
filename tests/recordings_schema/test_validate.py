"""Every planted defect is found, and nothing else is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pytest

from gaze_core.rows import FIXATION, GAZE, IMAGE, SCREEN, TRIAL, VIEWPORT, GazeFlag
from recordings_schema.findings import Finding, Severity
from recordings_schema.layout import DatasetKey
from recordings_schema.metadata import ClosingFacts
from recordings_schema.testing import METADATA, TRACKER, append_samples, gaze_rows, raw_rows
from recordings_schema.validate import validate
from recordings_schema.writer import RecordingWriter


def errors(path: Path) -> list[str]:
    """Return where errors were found and what they say."""
    return [f"{each.where}: {each.what}" for each in validate(path) if each.severity is Severity.ERROR]


def serious(path: Path) -> list[Finding]:
    """Return the findings that are more than a note."""
    return [finding for finding in validate(path) if finding.severity is not Severity.NOTE]


def record(path: Path, fill: Callable[[RecordingWriter], None]) -> Path:
    """Write a finished recording with these rows."""
    writer = RecordingWriter.create(path, METADATA, TRACKER)
    fill(writer)
    return writer.close("done").path


def test_a_good_recording_has_nothing_against_it(finished: Path) -> None:
    findings = validate(finished)
    assert [finding.where for finding in findings] == ["/display@onset_latency"]
    assert findings[0].severity is Severity.NOTE


def test_a_measured_latency_leaves_no_finding_at_all(path: Path) -> None:
    display = replace(
        METADATA.display, onset_latency="measured", onset_latency_mean_ms=8.0, onset_latency_sd_ms=0.4
    )
    writer = RecordingWriter.create(path, replace(METADATA, display=display), TRACKER)
    append_samples(writer, 60)
    writer.close("done")
    assert validate(path) == []


def test_an_unfinished_recording_and_its_journal_are_named(unfinished: Path) -> None:
    found = errors(unfinished)
    assert len(found) == 2
    assert found[0].startswith(f"{unfinished.name}.journal: A journal lies beside")
    assert "was not closed" in found[1]


def test_an_unfinished_copy_is_named(finished: Path) -> None:
    finished.with_name(finished.name + ".partial").write_bytes(b"x")
    assert [finding.where for finding in serious(finished)] == [finished.name + ".partial"]


def change_rows(path: Path, dataset: str, change: Callable[[np.ndarray], np.ndarray]) -> None:
    """Change the rows of a finished file behind its back."""
    with h5py.File(path, "r+") as file:
        rows = change(file[dataset][:])
        file[dataset].resize(len(rows), axis=0)
        file[dataset][:] = rows


def _set(column: str, row: int, value: object) -> Callable[[np.ndarray], np.ndarray]:
    def change(rows: np.ndarray) -> np.ndarray:
        rows[column][row] = value
        return rows

    return change


@pytest.mark.parametrize(
    ("dataset", "change", "message"),
    [
        ("/tracker/raw", _set("left x", 5, 0.123), "checksum differs"),
        ("/tracker/raw", lambda rows: rows[:-1], "not those counted at the close"),
        ("/tracker/raw", lambda rows: rows[:-1], "2999 raw rows"),
        ("/tracker/gaze", lambda rows: rows[:-1], "3000 samples, 0 were dropped, but 2999"),
        ("/tracker/gaze", _set("t_host_ns", 100, 0), "Arrival runs backwards at 1 places"),
        ("/tracker/gaze", _set("t_device_ns", 100, 0), "Device time does not rise at 1 places"),
        ("/display/viewport", _set("image_id", 0, 7), "name image 7"),
        ("/display/viewport", _set("trial", 0, 9), "name trial 9"),
        ("/analysis/fixations", _set("run", 0, 3), "detector run 3"),
        ("/analysis/fixations", _set("image_id", 0, 4), "name image 4"),
        ("/trials", _set("state", 0, b"done"), "Trial 0 goes from nothing to 'done'"),
        ("/trials", _set("image_ids", 0, b"0,8"), "names image 8"),
        ("/images/table", lambda rows: np.concatenate([rows, rows]), "same number"),
    ],
)
def test_a_planted_defect_in_rows_is_found(
    finished: Path, dataset: str, change: Callable[[np.ndarray], np.ndarray], message: str
) -> None:
    change_rows(finished, dataset, change)
    assert any(message in found for found in errors(finished)), errors(finished)


def _delete(name: str) -> Callable[[h5py.File], None]:
    return lambda file: file.__delitem__(name)


def _set_attribute(group: str, name: str, value: object) -> Callable[[h5py.File], None]:
    return lambda file: file[group].attrs.__setitem__(name, value)


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (_delete("/markers"), "/markers"),
        (_delete("/audio"), "/audio"),
        (_delete("/analysis/runs"), "/analysis/runs"),
        (_delete("/software"), "/software"),
        (_set_attribute("/display", "width_mm", -1.0), "/display"),
        (_set_attribute("/participant", "pseudonym", "Jane Doe"), "/participant"),
        (_set_attribute("/tracker", "rate_hz", "fast"), "/tracker"),
        (_set_attribute("/closing", "is_recovered", 7), "/closing"),
        (_set_attribute("/events", "columns", 1.0), "/events"),
        (_set_attribute("/", "session_id", ""), "/"),
    ],
)
def test_a_planted_defect_in_the_structure_is_found_where_it_is(
    finished: Path, change: Callable[[h5py.File], None], where: str
) -> None:
    with h5py.File(finished, "r+") as file:
        change(file)
    assert where in [finding.where for finding in validate(finished) if finding.severity is Severity.ERROR]


def test_a_second_dataset_that_ends_in_gaze_is_found(finished: Path) -> None:
    with h5py.File(finished, "r+") as file:
        file["/analysis/gaze"] = np.zeros(3)
    assert any("/analysis/gaze" in found for found in errors(finished))


def test_an_object_of_another_program_is_noted_and_no_more(finished: Path) -> None:
    with h5py.File(finished, "r+") as file:
        file["/notes"] = "by hand"
    assert serious(finished) == []
    assert "/notes" in [finding.where for finding in validate(finished)]


def test_a_changed_embedded_image_is_found(path: Path) -> None:
    writer = RecordingWriter.create(path, METADATA, TRACKER)
    append_samples(writer, 60)
    writer.embed_image(b"picture")
    writer.close("done")
    with h5py.File(path, "r+") as file:
        next(iter(file["/images/embedded"].values()))[0] = 0
    assert ["/images/embedded" in found for found in errors(path)] == [True]


def _with_hole(writer: RecordingWriter, counted: int) -> None:
    rows = np.concatenate([gaze_rows(50), gaze_rows(50, 60)])
    writer.append(DatasetKey.GAZE, rows)
    writer.append(DatasetKey.RAW, raw_rows(100))
    writer.note_facts(ClosingFacts(samples_delivered=100, samples_missing=counted))


def test_holes_the_recorder_did_not_count_are_found(path: Path) -> None:
    record(path, lambda writer: _with_hole(writer, 3))
    assert any("10 samples are missing by number, the recorder counted 3" in found for found in errors(path))


def test_holes_the_recorder_counted_are_only_noted(path: Path) -> None:
    record(path, lambda writer: _with_hole(writer, 10))
    assert serious(path) == []
    assert "/tracker/gaze.seq" in [finding.where for finding in validate(path)]


def test_samples_the_program_lost_are_a_warning(path: Path) -> None:
    def fill(writer: RecordingWriter) -> None:
        append_samples(writer, 60)
        writer.note_facts(ClosingFacts(samples_delivered=65, samples_missing=0, samples_dropped=5))

    record(path, fill)
    assert "/closing@samples_dropped" in [finding.where for finding in serious(path)]


def test_samples_that_came_late_are_a_warning(path: Path) -> None:
    def fill(writer: RecordingWriter) -> None:
        rows = gaze_rows(100)
        rows[["seq", "t_device_ns"]][50:52] = rows[["seq", "t_device_ns"]][[51, 50]]
        rows["flags"][51] = GazeFlag.DEVICE_TIME_BACKWARD
        writer.append(DatasetKey.GAZE, rows)
        writer.append(DatasetKey.RAW, raw_rows(100))

    record(path, fill)
    assert [(each.severity, each.where) for each in serious(path)] == [
        (Severity.WARNING, "/tracker/gaze.seq")
    ]


def test_a_tracker_that_came_back_and_counts_anew_is_no_finding(path: Path) -> None:
    def fill(writer: RecordingWriter) -> None:
        rows = np.concatenate([gaze_rows(50), gaze_rows(50)])
        rows["t_host_ns"][50:] += 10**9
        rows["flags"][50] = GazeFlag.RECONNECTED | GazeFlag.CLOCK_RESET
        writer.append(DatasetKey.GAZE, rows)
        writer.append(DatasetKey.RAW, raw_rows(100))

    record(path, fill)
    assert serious(path) == []


@pytest.mark.parametrize(
    "states", [["open", "done"], ["open", "paused", "resumed", "done"], ["open", "interrupted", "discarded"]]
)
def test_a_trial_that_runs_its_course_is_no_finding(path: Path, states: list[str]) -> None:
    def fill(writer: RecordingWriter) -> None:
        append_samples(writer, 60)
        for number, state in enumerate(states):
            writer.append(DatasetKey.TRIALS, TRIAL.row(t_host_ns=number, trial=0, case_id="a", state=state))

    record(path, fill)
    assert serious(path) == []


def test_a_trial_without_an_end_is_a_warning(path: Path) -> None:
    def fill(writer: RecordingWriter) -> None:
        append_samples(writer, 60)
        writer.append(DatasetKey.TRIALS, TRIAL.row(t_host_ns=0, trial=0, case_id="a", state="open"))

    record(path, fill)
    assert [finding.where for finding in serious(path)] == ["/trials"]


def test_viewport_changes_out_of_order_are_found(path: Path) -> None:
    def fill(writer: RecordingWriter) -> None:
        append_samples(writer, 60)
        for t_ns in (20, 10):
            writer.append(DatasetKey.VIEWPORT, VIEWPORT.row(t_presented_host_ns=t_ns, pane=0, image_id=-1))

    record(path, fill)
    assert any("not in order of presentation" in found for found in errors(path))


@pytest.mark.parametrize("t_image_ns", [None, 10, 30], ids=["never", "before", "after"])
def test_an_image_screen_without_its_image_is_found(path: Path, t_image_ns: int | None) -> None:
    def fill(writer: RecordingWriter) -> None:
        append_samples(writer, 60)
        writer.append(DatasetKey.TRIALS, TRIAL.row(t_host_ns=0, trial=0, case_id="a", state="open"))
        if t_image_ns is not None:
            writer.append(DatasetKey.IMAGES, IMAGE.row(image_id=0, name="a.png", width_px=2, height_px=2))
            row = VIEWPORT.row(t_presented_host_ns=t_image_ns, trial=0, pane=0, image_id=0, cause="show")
            writer.append(DatasetKey.VIEWPORT, row)
        screen = SCREEN.row(t_asked_host_ns=5, t_presented_host_ns=20, trial=0, screen="read", kind="image")
        writer.append(DatasetKey.SCREENS, screen)

    record(path, fill)
    is_found = any("no image was on the reader's screen" in found for found in errors(path))
    assert is_found is (t_image_ns != 10)


def test_a_recording_without_samples_is_a_warning(path: Path) -> None:
    record(path, lambda writer: writer.append(DatasetKey.FIXATIONS, FIXATION.empty(0)))
    assert [finding.where for finding in serious(path)] == ["/tracker/gaze"]


def test_every_finding_but_a_note_says_what_to_do(finished: Path) -> None:
    change_rows(finished, "/tracker/gaze", lambda rows: np.concatenate([rows[::-1], GAZE.empty(5)]))
    assert serious(finished)
    assert all(finding.remedy for finding in serious(finished))


@pytest.mark.parametrize("content", [b"", b"random bytes", None], ids=["empty", "foreign", "folder"])
def test_what_is_no_recording_is_not_advised_to_be_recovered(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "other.gazeh5"
    path.mkdir() if content is None else path.write_bytes(content)
    (finding,) = validate(path)
    assert "ecover" not in finding.what + finding.remedy


def test_a_recording_that_is_being_made_is_not_advised_to_be_recovered(path: Path) -> None:
    writer = RecordingWriter.create(path, METADATA, TRACKER)
    try:
        remedies = [finding.remedy for finding in validate(path) if finding.severity is Severity.ERROR]
    finally:
        writer.abandon()
    assert remedies
    assert all(remedy.startswith("Stop the recording first") for remedy in remedies)
