"""What the self-test checks. Each check uses the real thing, in a folder of its own, in a process of its own.

A check is given an empty folder and returns a few words for the report; anything it raises is its failure.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from capture_app.cli.self_checks_media import CheckError, dictation, films, sound_devices

MOCK_SECONDS: Final = 10.0
MOCK_RATE_HZ: Final = 600
_FEWEST_SHARE: Final = 0.9  # of the samples of `MOCK_SECONDS`; the clock of the run starts before the first


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check of the self-test."""

    name: str
    run: Callable[[Path], str]


def hdf5(folder: Path) -> str:
    """Write, compress, read and compare a recording."""
    from recordings_schema.self_check import check_closed_recording

    return check_closed_recording(folder)


def recovery(folder: Path) -> str:
    """Recover a recording whose writer broke off."""
    from recordings_schema.self_check import check_recovery

    return check_recovery(folder)


def image_decoders(folder: Path) -> str:
    """Decode an image of every transfer syntax and file format."""
    from recordings_schema.stimuli.self_check import check_decoders

    checks = check_decoders(folder)
    failed = [check.text for check in checks if not check.is_passed]
    if failed:
        raise CheckError(" ".join(failed))
    return f"{len(checks)} kinds of image files"


def opencv(folder: Path) -> str:
    """Draw, blur, write and read a picture, as heatmaps are."""
    drawn = np.zeros((64, 96, 3), np.uint8)
    cv2.circle(drawn, (48, 32), 20, (40, 160, 250), -1)
    picture = cv2.applyColorMap(cv2.GaussianBlur(drawn, (0, 0), 3.0), cv2.COLORMAP_INFERNO)
    path = folder / "heatmap.png"
    path.write_bytes(cv2.imencode(".png", picture)[1].tobytes())
    found = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_COLOR)
    if not np.array_equal(np.asarray(found), picture):
        raise CheckError("A PNG picture read back is not the one that was written.")
    return f"OpenCV {cv2.__version__}"


def lsl(folder: Path) -> str:  # noqa: ARG001  # every check is given a folder
    """Send and receive an LSL stream between two processes."""
    from drivers.lsl_loopback import check_loopback

    return check_loopback()


def serial_ports(folder: Path) -> str:  # noqa: ARG001  # every check is given a folder
    """List the serial ports; send a byte both ways where a pseudo terminal can stand for a cable."""
    from drivers.serial_port import SerialSetup, list_serial_ports, open_serial_port

    found = f"{len(list_serial_ports())} found"
    if sys.platform == "win32":
        return found
    try:
        device, other = os.openpty()
    except OSError:  # a system without pseudo terminals
        return f"{found}; there is no pseudo terminal to try one with"
    try:
        port = open_serial_port(SerialSetup(name=os.ttyname(other)))
        port.write(b"\x07")
        os.write(device, b"\x05")
        sent, received = os.read(device, 1), port.read(1.0)
        port.close()
    finally:
        os.close(device)
        os.close(other)
    if (sent, received) != (b"\x07", b"\x05"):
        raise CheckError(f"A byte was sent as {sent!r} and another received as {received!r}.")
    return f"{found}, a byte sent and received"


def study_presets(folder: Path) -> str:
    """Read the study file of every preset, as it was shipped, and check it without its images."""
    from capture_app.session.study import PRESETS, check_study
    from capture_app.session.study.findings import has_errors
    from capture_app.session.study.presets import preset_text

    for name in PRESETS:
        (folder / name).mkdir()
        path = folder / name / f"{name}.gazestudy"
        path.write_text(preset_text(name), encoding="utf-8")
        check = check_study(path)
        own = tuple(finding for finding in check.findings if finding.file == path.name)
        if check.opened is None or has_errors(own):
            raise CheckError(own[0].sentence())
    return f"{len(PRESETS)} presets"


def windows(folder: Path) -> str:
    """Draw both windows; without a display in memory."""
    from capture_app.cli.display import screens

    with screens() as is_visible:
        from capture_app.gui.self_check import check_windows

        words = check_windows(_picture(folder))
    return words if is_visible else f"{words}, without a display"


def mock_session(folder: Path) -> str:
    """Record the simulated tracker on a picture through both processes, and validate the file."""
    from capture_app.session.acquisition_start import start_acquisition
    from capture_app.session.cases import cases_of_images
    from capture_app.session.demo import demo_tracker_options
    from capture_app.session.engine import CaptureSession
    from capture_app.session.headless import HeadlessRun
    from capture_app.session.settings import Settings

    path = folder / "session.gazeh5"
    session = CaptureSession(start_acquisition, settings=Settings())
    try:
        session.show_cases(cases_of_images([_picture(folder)]))
        session.connect_tracker("mock", demo_tracker_options(MOCK_RATE_HZ))
        result = HeadlessRun(session).record(path, "self-test", MOCK_SECONDS)
    finally:
        session.close()
    if result.closed.findings:
        raise CheckError(" ".join(result.closed.findings))
    return _looked_over(path)


def tracker_search(folder: Path) -> str:  # noqa: ARG001  # every check is given a folder
    """Search for the trackers of every driver that is installed; finding none is no fault."""
    from capture_app.cli.tracker_tools import searched

    search, usable = searched("", {}, is_quiet=True)
    problems = [f"{each.driver}: {each.problem}" for each in search.findings if each.problem]
    return " ".join([f"{len(usable)} found.", *problems])


def _picture(folder: Path) -> Path:
    """Write a picture with something to look at and return its path."""
    y, x = np.mgrid[:600, :500]
    grey = np.rint((np.sin(x / 40.0) + np.cos(y / 55.0) + 2.0) / 4.0 * 255.0).astype(np.uint8)
    path = folder / "picture.png"
    path.write_bytes(cv2.imencode(".png", grey)[1].tobytes())
    return path


def _looked_over(path: Path) -> str:
    from capture_app.session.results import results_of
    from recordings_schema.findings import Severity
    from recordings_schema.reader import Recording
    from recordings_schema.validate import validate

    errors = tuple(finding.what for finding in validate(path) if finding.severity is Severity.ERROR)
    with Recording.open(path) as recording:
        results = results_of(recording, errors)
    if errors:
        raise CheckError(f"The recording has errors: {' '.join(errors)}")
    if results.dropped or results.out_of_order:
        raise CheckError(f"{results.dropped} samples were lost and {results.out_of_order} came out of order.")
    wanted = round(_FEWEST_SHARE * MOCK_SECONDS * MOCK_RATE_HZ)
    if results.samples < wanted:
        raise CheckError(f"{results.samples} samples were recorded, at least {wanted} were to come.")
    if not results.trials:
        raise CheckError("No image was shown while recording.")
    return f"{results.samples} samples, none lost, {results.fixations} live fixations"


CHECKS: Final = (
    Check(name="recording, compression", run=hdf5),
    Check(name="recovery from the journal", run=recovery),
    Check(name="image decoders", run=image_decoders),
    Check(name="pictures", run=opencv),
    Check(name="films", run=films),
    Check(name="speech to text", run=dictation),
    Check(name="sound devices", run=sound_devices),
    Check(name="LSL between processes", run=lsl),
    Check(name="serial ports", run=serial_ports),
    Check(name="study presets", run=study_presets),
    Check(name="windows", run=windows),
    Check(name="session, two processes", run=mock_session),
)

TRACKER_CHECK: Final = Check(name="search for trackers", run=tracker_search)
"""Only where it is asked for: it speaks to the network."""


def outcome_as_bytes(check: Check, folder: Path) -> bytes:
    """Run a check and return how it went as JSON: ``passed`` and ``detail``."""
    try:
        passed, detail = True, check.run(folder)
    except Exception as err:  # noqa: BLE001  # a check may fail in any way; that is what it is for
        passed, detail = False, f"{type(err).__name__}: {err}"
    return json.dumps({"passed": passed, "detail": detail}).encode("utf-8")
