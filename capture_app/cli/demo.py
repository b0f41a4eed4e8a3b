"""`reading-station demo`: the whole chain on built-in phantoms, and what came out of it."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

import click
import cv2
import numpy as np

from capture_app.cli.commands import print_json
from capture_app.cli.display import screens
from capture_app.cli.exits import CommandError, ExitCode
from capture_app.cli.interrupts import CtrlC, ctrl_c_noted, without_ctrl_c
from capture_app.session.acquisition_start import start_acquisition
from capture_app.session.demo import DEMO_READER, DemoScript, demo_cases, demo_tracker_options
from capture_app.session.engine import CaptureSession
from capture_app.session.port import SessionError
from capture_app.session.results import (
    RecordingResults,
    geometry_of,
    heatmap_of,
    heatmap_picture,
    results_of,
    shown_images,
)
from capture_app.session.session_metadata import new_recording_path
from capture_app.session.settings import LiveViewOptions, Settings, SettingsStore
from capture_app.session.station import Station
from gaze_core.rows import decode_text
from recordings_schema.errors import RecordingError
from recordings_schema.findings import Severity
from recordings_schema.layout import DatasetKey
from recordings_schema.reader import Recording
from recordings_schema.stimuli import load_image
from recordings_schema.validate import validate

PROGRESS_EVERY_NS = 5_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoOutcome:
    """What the demonstration made."""

    results: RecordingResults
    pictures: tuple[Path, ...]
    frame_age_median_ms: float


def run_demo(
    *, seconds_per_image: float, folder: Path | None, rate_hz: float, seed: int, as_json: bool
) -> None:
    """Run the demonstration and print its summary."""
    settings = Settings(live_view=LiveViewOptions(show_heatmap=True))
    target = (folder if folder is not None else settings.folder_for_recordings() / "demo").absolute()
    _make_folder(target)
    try:
        path = new_recording_path(target, "phantoms", DEMO_READER)
        with ctrl_c_noted() as pressed, screens() as is_visible:
            if not as_json:
                where = "in two windows" if is_visible else "without a display, in memory"
                click.echo(f"Three phantoms, read by the simulated tracker at {rate_hz:g} Hz, {where}.")
            options = demo_tracker_options(round(rate_hz), seed)
            age_ms = _play(path, settings, seconds_per_image, options, pressed, is_quiet=as_json)
    except SessionError as err:
        raise CommandError(str(err), ExitCode.RECORDING) from err
    outcome = _outcome(path, target, age_ms)
    if as_json:
        print_json(_as_document(outcome))
    else:
        _print_summary(outcome)
    if outcome.results.dropped or outcome.results.findings:
        raise CommandError("The recording has findings; see above.", ExitCode.DATA_LOST)


def _make_folder(folder: Path) -> None:
    """Make the folder for the recording and the pictures, or refuse it in words of the command line."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as err:
        raise CommandError(
            f"The folder {folder} cannot be made ({err.strerror}). Name another with --out.",
            ExitCode.RECORDING,
        ) from err
    if not os.access(folder, os.W_OK):
        raise CommandError(
            f"Nothing can be written into the folder {folder}. Name another with --out.", ExitCode.RECORDING
        )


def _play(
    path: Path,
    settings: Settings,
    seconds: float,
    options: dict[str, str],
    pressed: CtrlC,
    *,
    is_quiet: bool,
) -> float:
    """Run the windows until the script is over; return the median age of the newest sample at paint, ms."""
    from capture_app.gui.app import StationWindows, run_demo_windows
    from capture_app.session.states import LiveState

    session = CaptureSession(lambda: without_ctrl_c(start_acquisition), settings=settings)
    script = DemoScript(session, path, seconds)
    told_ns, is_leaving, before_or_after = 0, False, "beginning"

    def begin(windows: StationWindows) -> None:
        def follow(state: LiveState) -> None:
            nonlocal told_ns, is_leaving, before_or_after
            now_ns = time.perf_counter_ns()
            script.step(state, now_ns)
            if state.reader.progress:
                before_or_after = "ending"
            if not is_quiet and now_ns - told_ns > PROGRESS_EVERY_NS and state.elapsed_s > 0:
                told_ns = now_ns
                click.echo(
                    f"  {state.elapsed_s:4.0f} s  {state.reader.progress or before_or_after}  "
                    f"{state.health.rate_hz:.0f} Hz  {len(state.fixations)} fixations"
                )
            if script.is_over or (pressed.is_pressed and not is_leaving):
                is_leaving = True
                windows.controller.leave()

        pressed.take()  # the windows would wait for the file no longer when it is pressed twice
        session.show_cases(demo_cases())
        session.connect_tracker("mock", options)
        windows.controller.frame_rendered.connect(follow)

    store = SettingsStore(path.parent / ".demo-settings.json")
    try:
        summary = run_demo_windows(session, Station(), store, settings, begin)
    finally:
        store.path.unlink(missing_ok=True)
    if pressed.is_pressed:
        rest = f". The recording was closed: {path}" if path.exists() else " before anything was recorded."
        raise CommandError(f"Ended by Ctrl-C{rest}", ExitCode.INTERRUPTED)
    if session.recording.problem:
        raise CommandError(session.recording.problem, ExitCode.RECORDING)
    if session.link.closed is None:
        failure = session.link.failure
        text = (
            failure.text
            if failure is not None
            else "The demonstration was ended before its recording was closed."
        )
        raise CommandError(text, ExitCode.INTERRUPTED)
    return summary.age_median_ms


def _outcome(path: Path, folder: Path, age_ms: float) -> DemoOutcome:
    try:
        errors = tuple(
            f"{finding.where}: {finding.what}"
            for finding in validate(path)
            if finding.severity is Severity.ERROR
        )
        with Recording.open(path) as recording:
            results = results_of(recording, errors)
            pictures = _write_pictures(recording, folder)
    except RecordingError as err:
        raise CommandError(str(err), ExitCode.RECORDING) from err
    return DemoOutcome(results=results, pictures=pictures, frame_age_median_ms=age_ms)


def _write_pictures(recording: Recording, folder: Path) -> tuple[Path, ...]:
    """Write a PNG of each image with its heatmap beside the recording."""
    geometry = geometry_of(recording)
    root = demo_cases().root
    written = []
    shown = shown_images(recording)
    for row in recording.rows(DatasetKey.IMAGES):
        if int(row["image_id"]) not in shown:  # decoded ahead, its turn never came
            continue
        stimulus = load_image(root / decode_text(row["name"]))
        density = heatmap_of(recording, geometry, int(row["image_id"]), stimulus.width_px, stimulus.height_px)
        picture = heatmap_picture(stimulus, density)
        path = folder / f"{recording.path.stem}_{Path(decode_text(row['name'])).stem}_heatmap.png"
        _, encoded = cv2.imencode(".png", np.ascontiguousarray(picture[..., ::-1]))
        path.write_bytes(encoded.tobytes())
        written.append(path)
    return tuple(written)


def _print_summary(outcome: DemoOutcome) -> None:
    results = outcome.results
    click.echo("")
    click.echo(
        f"samples            {results.samples} in {results.duration_s:.1f} s, "
        f"{100 * results.valid_share:.1f} % valid"
    )
    click.echo(
        f"losses             {results.dropped} by this program, "
        f"{results.missing} never sent by the simulated "
        f"tracker, {results.out_of_order} out of order"
    )
    click.echo(f"live fixations     {results.fixations} on {results.trials} images")
    if results.scores is not None:
        events = results.scores.events
        click.echo(
            f"against the truth  kappa {results.scores.kappa:.3f}, F1 {events.f1:.3f} "
            f"({events.detected_count} detected, {events.true_count} true), "
            f"onset median {np.median(np.abs(events.onset_difference_ms)):.1f} ms off"
        )
        click.echo(
            "                   scored are the fixations wholly inside the recording, on images and off"
        )
    click.echo(f"age at paint       {outcome.frame_age_median_ms:.1f} ms median, newest sample")
    click.echo(f"file               {results.path}")
    for picture in outcome.pictures:
        click.echo(f"heatmap            {picture}")
    for finding in results.findings:
        click.echo(f"finding            {finding}")


def _as_document(outcome: DemoOutcome) -> dict[str, object]:
    results = outcome.results
    scores = results.scores
    return {
        "path": str(results.path),
        "samples": results.samples,
        "valid_share": results.valid_share,
        "lost_by_program": results.dropped,
        "never_sent": results.missing,
        "out_of_order": results.out_of_order,
        "fixations": results.fixations,
        "trials": results.trials,
        "kappa": scores.kappa if scores is not None else None,
        "f1": scores.events.f1 if scores is not None else None,
        "frame_age_median_ms": outcome.frame_age_median_ms,
        "heatmaps": [str(path) for path in outcome.pictures],
        "findings": list(results.findings),
    }
