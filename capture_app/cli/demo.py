"""`reading-station demo`: the whole chain on built-in phantoms, and what came out of it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import click
import cv2
import numpy as np

from capture_app.cli.commands import print_json
from capture_app.cli.display import screens
from capture_app.cli.exits import CommandError, ExitCode
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
    try:
        path = new_recording_path(target, "phantoms", DEMO_READER)
        with screens() as is_visible:
            if not as_json:
                where = "in two windows" if is_visible else "without a display, in memory"
                click.echo(f"Three phantoms, read by the simulated tracker at {rate_hz:g} Hz, {where}.")
            age_ms = _play(
                path, settings, seconds_per_image, demo_tracker_options(round(rate_hz), seed), as_json
            )
    except SessionError as err:
        raise CommandError(str(err), ExitCode.RECORDING) from err
    outcome = _outcome(path, target, age_ms)
    if as_json:
        print_json(_as_document(outcome))
    else:
        _print_summary(outcome)
    if outcome.results.dropped or outcome.results.findings:
        raise CommandError("The recording has findings; see above.", ExitCode.DATA_LOST)


def _play(path: Path, settings: Settings, seconds: float, options: dict[str, str], is_quiet: bool) -> float:
    """Run the windows until the script is over; return the median age of the newest sample at paint, ms."""
    from capture_app.gui.app import StationWindows, run_demo_windows
    from capture_app.session.states import LiveState

    session = CaptureSession(start_acquisition, settings=settings)
    script = DemoScript(session, path, seconds)
    told_ns = 0

    def begin(windows: StationWindows) -> None:
        def follow(state: LiveState) -> None:
            nonlocal told_ns
            now_ns = time.perf_counter_ns()
            script.step(state, now_ns)
            if not is_quiet and now_ns - told_ns > PROGRESS_EVERY_NS and state.elapsed_s > 0:
                told_ns = now_ns
                click.echo(
                    f"  {state.elapsed_s:4.0f} s  {state.reader.progress or 'ending'}  "
                    f"{state.health.rate_hz:.0f} Hz  {len(state.fixations)} fixations"
                )
            if script.is_over:
                windows.controller.leave()

        session.show_cases(demo_cases())
        session.connect_tracker("mock", options)
        windows.controller.frame_rendered.connect(follow)

    store = SettingsStore(path.parent / ".demo-settings.json")
    try:
        summary = run_demo_windows(session, Station(), store, settings, begin)
    finally:
        store.path.unlink(missing_ok=True)
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
    for row in recording.rows(DatasetKey.IMAGES):
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
