"""Make docs/images from the real windows and the built-in phantoms: ``python docs/make_screenshots.py``.

Each picture is made in a process of its own, because scaling and monitors are fixed when Qt starts. Nothing
needs a display. Look at every picture afterwards.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from fnmatch import fnmatch
from functools import partial
from pathlib import Path

FOLDER = Path(__file__).parent / "images"
ROOT = Path(__file__).parent.parent
MONITORS = (
    {"name": "operator", "x": 0, "y": 0, "width": 1280, "height": 800, "logicalDpi": 96},
    {"name": "reader", "x": 1280, "y": 0, "width": 1920, "height": 1200, "logicalDpi": 144},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """One picture: what is shown, how large in pixels, at which scaling, in which theme."""

    name: str
    scene: str
    size_px: tuple[int, int] = (1280, 800)
    scale: float = 1.0
    theme: str = "dark"


SHOTS = (
    Shot(name="operator-dark", scene="operator"),
    Shot(name="operator-light-150", scene="operator", size_px=(2560, 1440), scale=1.5, theme="light"),
    Shot(name="operator-fault-light", scene="fault", theme="light"),
    Shot(name="operator-empty", scene="empty"),
    Shot(name="operator-overfull", scene="overfull", size_px=(2560, 1440)),
    Shot(name="operator-200", scene="operator", size_px=(2560, 1440), scale=2.0),
    Shot(name="start-page", scene="start"),
    Shot(
        name="start-page-first-time-light-200",
        scene="start-empty",
        size_px=(2560, 1440),
        scale=2.0,
        theme="light",
    ),
    Shot(name="settings", scene="settings"),
    Shot(name="settings-light", scene="settings-finding", theme="light"),
    Shot(name="settings-signals", scene="settings-signals"),
    Shot(name="settings-dictation", scene="settings-dictation"),
    Shot(name="settings-diagnostics", scene="settings-diagnostics"),
    Shot(name="tracker-page", scene="tracker"),
    Shot(name="tracker-first-time-light", scene="tracker-empty", theme="light"),
    Shot(name="tracker-searching", scene="tracker-searching"),
    Shot(
        name="tracker-other-screen-light-150",
        scene="tracker-fault",
        size_px=(2560, 1440),
        scale=1.5,
        theme="light",
    ),
    Shot(name="tracker-overfull-200", scene="tracker-overfull", size_px=(2560, 1440), scale=2.0),
    Shot(name="tracker-recording", scene="tracker-recording"),
    Shot(name="calibration", scene="calibration"),
    Shot(name="calibration-set-up-light", scene="calibration-set-up", theme="light"),
    Shot(name="calibration-running", scene="calibration-running"),
    Shot(
        name="calibration-poor-light-150",
        scene="calibration-poor",
        size_px=(2560, 1440),
        scale=1.5,
        theme="light",
    ),
    Shot(name="calibration-no-data-200", scene="calibration-no-data", size_px=(2560, 1440), scale=2.0),
    Shot(name="calibration-planned", scene="calibration-planned"),
    Shot(name="calibration-attempts", scene="calibration-attempts"),
    Shot(
        name="calibration-correction-light-150",
        scene="calibration-correction",
        size_px=(2560, 1440),
        scale=1.5,
        theme="light",
    ),
    Shot(name="calibration-closing-light", scene="calibration-closing", theme="light"),
    Shot(name="console", scene="console"),
    Shot(name="console-light-150", scene="console", size_px=(2560, 1440), scale=1.5, theme="light"),
    Shot(name="console-200", scene="console", size_px=(2560, 1440), scale=2.0),
    Shot(name="console-drift-check", scene="console-drift"),
    Shot(name="console-mask", scene="console-mask"),
    Shot(name="console-calibration-due", scene="console-calibration", theme="light"),
    Shot(name="console-overfull", scene="console-overfull", size_px=(2560, 1440)),
    Shot(name="console-no-tracker-light", scene="console-no-tracker", theme="light"),
    Shot(name="console-interrupted", scene="console-interrupted"),
    Shot(name="console-practice", scene="console-practice"),
    Shot(name="console-calibration-question", scene="console-calibration-due"),
    Shot(name="console-skip-light", scene="console-skip", theme="light"),
    Shot(name="console-leave", scene="console-leave"),
    Shot(name="console-end", scene="console-end"),
    Shot(name="console-end-light", scene="console-end", theme="light"),
    Shot(name="console-accuracy", scene="console-accuracy"),
    Shot(
        name="console-accuracy-light-150",
        scene="console-accuracy",
        size_px=(2560, 1440),
        scale=1.5,
        theme="light",
    ),
    Shot(name="studies", scene="studies"),
    Shot(name="studies-first-time-light", scene="studies-first-time", theme="light"),
    Shot(name="studies-findings", scene="studies-findings"),
    Shot(name="studies-editor", scene="studies-editor"),
    Shot(name="studies-ruler-light-150", scene="studies-ruler", theme="light", scale=1.5),
    Shot(name="study-start", scene="study-start"),
    Shot(name="study-start-missing-light", scene="study-start-missing", theme="light"),
    Shot(name="study-start-blocked-150", scene="study-start-blocked", size_px=(2560, 1440), scale=1.5),
    Shot(name="study-start-overfull-200", scene="study-start-overfull", size_px=(2560, 1440), scale=2.0),
    Shot(name="reader", scene="reader"),
    Shot(name="reader-target", scene="reader-target"),
    Shot(name="reading-instruction", scene="reading-instruction"),
    Shot(name="reading-read", scene="reading-read"),
    Shot(name="reading-search", scene="reading-search"),
    Shot(name="reading-question", scene="reading-question"),
    Shot(name="reading-labels", scene="reading-labels"),
    Shot(name="reading-other", scene="reading-other"),
    Shot(name="reading-ellipses", scene="reading-ellipses"),
    Shot(name="reading-chest-box", scene="reading-chest-box"),
    Shot(name="reading-choice", scene="reading-choice"),
    Shot(name="reading-certainty", scene="reading-certainty"),
    Shot(name="reading-likert", scene="reading-likert"),
    Shot(name="reading-transcript", scene="reading-transcript"),
    Shot(name="reading-end", scene="reading-end"),
    Shot(name="reading-aside", scene="reading-aside"),
    Shot(name="reading-break", scene="reading-break"),
    Shot(name="reading-keys", scene="reading-keys"),
    Shot(name="reading-labels-150", scene="reading-labels", size_px=(2560, 1440), scale=1.5),
    Shot(name="reading-ellipses-200", scene="reading-ellipses", size_px=(2560, 1440), scale=2.0),
    Shot(name="two-monitors", scene="two-monitors"),
    Shot(name="replay", scene="replay"),
    Shot(name="replay-whole-light-150", scene="replay-whole", size_px=(2560, 1440), scale=1.5, theme="light"),
    Shot(name="replay-samples", scene="replay-samples"),
    Shot(name="replay-layers", scene="replay-layers"),
    Shot(name="replay-layers-try", scene="replay-layers-try"),
    Shot(name="replay-layers-compare-light", scene="replay-layers-compare", theme="light"),
    Shot(name="replay-metrics", scene="replay-metrics"),
    Shot(name="replay-areas-light-150", scene="replay-areas", size_px=(2560, 1440), scale=1.5, theme="light"),
    Shot(name="error-report", scene="error-report"),
    Shot(name="error-report-light-150", scene="error-report", size_px=(1600, 1200), scale=1.5, theme="light"),
    Shot(name="readers", scene="readers"),
    Shot(
        name="readers-overlaid-light-150",
        scene="readers-overlaid",
        size_px=(2560, 1440),
        scale=1.5,
        theme="light",
    ),
    Shot(name="film-dialog", scene="film-dialog"),
    Shot(name="dataset-export", scene="dataset-export"),
    Shot(name="dataset-counted-light", scene="dataset-counted", theme="light"),
    Shot(name="dataset-finding-150", scene="dataset-finding", scale=1.5),
    Shot(name="dataset-import-light-150", scene="dataset-import", scale=1.5, theme="light"),
    Shot(name="dataset-running", scene="dataset-running"),
    Shot(name="dataset-done-light", scene="dataset-done", theme="light"),
    Shot(name="contact-sheet", scene="contact-sheet"),
    Shot(name="replay-missing-200", scene="replay-missing", size_px=(2560, 1440), scale=2.0),
)


TRACKER_SCENES = tuple({shot.scene: None for shot in SHOTS if shot.scene.startswith("tracker")})

CONSOLE_SCENES = tuple({shot.scene: None for shot in SHOTS if shot.scene.startswith("console")})

CALIBRATION_SCENES = tuple({shot.scene: None for shot in SHOTS if shot.scene.startswith("calibration")})

STUDY_SCENES = tuple({shot.scene: None for shot in SHOTS if shot.scene.startswith("stud")})

READING_SCENES = tuple({shot.scene: None for shot in SHOTS if shot.scene.startswith("reading")})

READERS_SCENES = ("readers", "readers-overlaid", "film-dialog", "contact-sheet")

MEASURE_SCENES = ("replay-metrics", "replay-areas", "error-report")

DATASET_SCENES = tuple({shot.scene: None for shot in SHOTS if shot.scene.startswith("dataset")})

REPLAY_SCENES = tuple({shot.scene: None for shot in SHOTS if shot.scene.startswith("replay")})


def main() -> None:
    """Make all pictures, or those whose names match the patterns on the command line (`console*`)."""
    if len(sys.argv) == 3 and sys.argv[1] == "--one":
        make(next(shot for shot in SHOTS if shot.name == sys.argv[2]))
        return
    patterns = sys.argv[1:] or ["*"]
    wanted = [shot for shot in SHOTS if any(fnmatch(shot.name, pattern) for pattern in patterns)]
    if not wanted:
        sys.exit(f"No picture is called {' or '.join(patterns)}. The names stand in {Path(__file__).name}.")
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        screens = [{"dpr": 1, "logicalBaseDpi": 96, **monitor} for monitor in MONITORS]
        configuration = Path(temporary) / "screens.json"
        configuration.write_text(json.dumps({"synchronousWindowSystemEvents": True, "screens": screens}))
        for shot in wanted:
            environment = dict(os.environ)
            environment["PYTHONPATH"] = os.pathsep.join([str(ROOT), str(ROOT / "docs"), *sys.path])
            environment["QT_SCALE_FACTOR"] = str(shot.scale)
            environment["QT_QPA_PLATFORM"] = "offscreen"
            if shot.scene == "two-monitors":
                environment["QT_QPA_PLATFORM"] = f"offscreen:configfile={configuration}"
            command = [sys.executable, __file__, "--one", shot.name]
            subprocess.run(command, env=environment, check=True, timeout=120)
            sys.stdout.write(f"{FOLDER / shot.name}.png\n")


def make(shot: Shot) -> None:
    """Make one picture in this process."""
    from PySide6.QtWidgets import QApplication

    from capture_app.gui.theme import ThemeSwitch
    from capture_app.session.settings import Theme

    application = QApplication([])
    switch = ThemeSwitch(application, Theme(shot.theme))
    scenes: dict[str, Callable[..., object]] = {
        "operator": operator,
        "fault": operator,
        "empty": operator,
        "overfull": operator,
        "start": start_page,
        "start-empty": start_page,
        "settings": settings,
        "settings-finding": settings,
        "settings-diagnostics": settings,
        "settings-signals": signals,
        "settings-dictation": dictation,
        **dict.fromkeys(TRACKER_SCENES, tracker_page),
        **dict.fromkeys(READING_SCENES, reading),
        **dict.fromkeys(CALIBRATION_SCENES, calibration_page),
        **dict.fromkeys(CONSOLE_SCENES, console),
        **dict.fromkeys(STUDY_SCENES, before_a_session),
        "reader": reader,
        "reader-target": reader,
        "two-monitors": two_monitors,
        **dict.fromkeys(REPLAY_SCENES, replay),
        **dict.fromkeys(MEASURE_SCENES, measures),
        **dict.fromkeys(READERS_SCENES, readers),
        **dict.fromkeys(DATASET_SCENES, datasets),
    }
    picture = scenes[shot.scene](application, switch.colours, shot)
    picture.save(str(FOLDER / f"{shot.name}.png"), "PNG", 0)  # type: ignore[attr-defined]  # a QImage


def _logical(shot: Shot) -> tuple[int, int]:
    return round(shot.size_px[0] / shot.scale), round(shot.size_px[1] / shot.scale)


def _settled(application, window, render=None):  # type: ignore[no-untyped-def]  # Qt is imported late
    for _ in range(4):
        if render is not None:
            render()
        application.processEvents()
    return window.grab().toImage()


def operator(application, colours, shot):  # type: ignore[no-untyped-def]  # Qt is imported late
    """The operator's window in one of its states."""
    import screenshot_states as states

    from capture_app.gui.operator_window import OperatorWindow
    from capture_app.session.settings import LiveViewOptions

    window = OperatorWindow(colours, now_ns=_jumping_clock())
    window.resize(*_logical(shot))
    window.show_station()
    window.show()
    overfull = replace(states.live_state(500), cases=states.long_cases(), title=states.LONG_TITLE)
    state = {
        "fault": states.failed_state,
        "empty": states.empty_state,
        "overfull": lambda: overfull,
    }.get(shot.scene, states.live_state)()
    window.set_live_view_options(LiveViewOptions(show_heatmap=shot.scene == "operator"))
    return _settled(application, window, lambda: window.render_state(state))


def start_page(application, colours, shot):  # type: ignore[no-untyped-def]  # Qt is imported late
    """The start page, with and without a past."""
    from capture_app.gui.operator_window import OperatorWindow
    from capture_app.gui.station_parts import disk_part, monitor_part, tracker_part
    from capture_app.session.port import ScreenFacts, TrackerChoice
    from capture_app.session.settings import RecentItem, RecentKind, Settings

    window = OperatorWindow(colours)
    window.resize(*_logical(shot))
    trackers = (TrackerChoice(name="mock", title="simulated", is_usable=True, is_simulated=True),)
    facts = ScreenFacts(name="DP-2", model="RX360", width_px=1536, height_px=2048)
    folder = Path("/home/lab/Documents/Reading Station")
    is_new = shot.scene == "start-empty"
    parts = (
        tracker_part(Settings(), trackers),
        monitor_part(facts, 1 if is_new else 2),
        disk_part(folder, 5_200_000_000 if is_new else 812_000_000_000),
    )
    window.start_page.set_parts(parts)
    opened = 1_795_330_000
    recent = (
        RecentItem(kind=RecentKind.RECORDING, path=f"{folder}/2026-11-22_R03.gazeh5", opened_unix_s=opened),
        RecentItem(kind=RecentKind.FOLDER, path="/home/lab/images/chest-A", opened_unix_s=opened - 86_000),
        RecentItem(
            kind=RecentKind.RECORDING,
            path=f"{folder}/2026-11-20_R02.gazeh5",
            opened_unix_s=opened - 2 * 86_400,
        ),
        RecentItem(
            kind=RecentKind.FOLDER,
            path="/mnt/archive/multi_centre_reading_trial_arm_B/second_session/frontal_upright_after_intubation_v2",
            opened_unix_s=opened - 9 * 86_400,
        ),
    )
    window.set_recent(() if is_new else recent)
    window.show()
    window.start_page.cards[0].setFocus()
    return _settled(application, window)


def datasets(application, colours, shot):  # type: ignore[no-untyped-def]  # Qt is imported late
    """The dialogs of exports and imports."""
    import screenshot_datasets

    del colours
    return screenshot_datasets.picture_of(application, shot.scene)


def settings(application, colours, shot):  # type: ignore[no-untyped-def]  # Qt is imported late
    """The settings: the reader's screen, also with a finding, or the page that saves diagnostics."""
    from capture_app.gui.settings_dialog import SettingsDialog
    from capture_app.session.port import TrackerChoice, TrackerOption
    from capture_app.session.settings import Settings

    del colours
    options = (
        TrackerOption(
            name="rate_hz", title="Sampling rate (Hz)", default="600", choices=("60", "600", "1200")
        ),
        TrackerOption(name="scenario", title="Scenario", default="typical", choices=("typical", "glasses")),
    )
    reason = "An eye is simulated that looks at the places a radiologist would look at."
    trackers = (
        TrackerChoice(name="mock", title="Simulated tracker", is_usable=True, options=options, reason=reason),
    )
    page = "diagnostics" if shot.scene == "settings-diagnostics" else "screen"
    dialog = SettingsDialog(
        Settings(screen_width_mm=518.0, screen_height_mm=324.0), trackers, None, page=page
    )
    if shot.scene == "settings-finding":
        dialog.screen_page.distance_mm.setValue(65.0)
        dialog.show()
        dialog.save.click()
    dialog.show()
    return _settled(application, dialog)


def tracker_page(application, colours, shot):  # type: ignore[no-untyped-def]  # Qt is imported late
    """The tracker's page in one of its states."""
    import screenshot_trackers as shown
    from PySide6.QtCore import QSize

    from capture_app.gui.tracker_page import TrackerPage

    desk = shown.DeskShown(shot.scene)
    page = TrackerPage(colours, desk, shown.CHOICES, desk.settings)
    page.resize(page.size().boundedTo(QSize(*_logical(shot))))
    page.show()
    return _settled(application, page, lambda: (page.list.choose(desk.chosen), page.render_desk()))


def calibration_page(application, colours, shot):  # type: ignore[no-untyped-def]  # Qt is imported late
    """The calibration's page in one of its states."""
    import screenshot_calibration as shown
    from PySide6.QtCore import QSize

    from capture_app.gui.calibration_page import CalibrationPage

    page = CalibrationPage(colours, shown.CalibrationShown(shot.scene), lambda: shown.HEAD, shown.ASPECT)
    page.resize(page.size().boundedTo(QSize(*_logical(shot))))
    page.show()
    return _settled(application, page, page.render_desk)


def console(application, colours, shot):  # type: ignore[no-untyped-def]  # Qt is imported late
    """The operator's console of a study, its questions and pages."""
    import screenshot_console as shown

    return shown.picture(application, colours, shot, _settled, _jumping_clock())


def before_a_session(application, colours, shot):  # type: ignore[no-untyped-def]  # Qt is imported late
    """The pages of studies: open, make, correct, fill in, check."""
    import screenshot_studies as shown

    def settled(window):  # type: ignore[no-untyped-def]  # Qt is imported late
        return _settled(application, window)

    return shown.picture(application, colours, shot.scene, _logical(shot), settled)


def readers(application, colours, shot):  # type: ignore[no-untyped-def]  # Qt is imported late
    """Several readers of one image, and what is saved of a replay."""
    import screenshot_readers as shown

    def settled(window):  # type: ignore[no-untyped-def]  # Qt is imported late
        return _settled(application, window)

    return shown.picture(application, colours, shot.scene, _logical(shot), settled)


def signals(application, colours, shot):  # type: ignore[no-untyped-def]  # Qt is imported late
    """The settings of signals, triggers and streams, all in use."""
    from capture_app.gui import tokens
    from capture_app.gui.settings_dialog import SettingsDialog
    from capture_app.session.port import SerialPortChoice
    from capture_app.session.settings import Settings
    from capture_app.session.signal_settings import OutletSettings, SignalSettings

    del colours, shot
    chosen = Settings(
        signals=SignalSettings(port_in="/dev/ttyUSB0", kind_in="lines", port_out="/dev/ttyACM0"),
        outlet=OutletSettings(is_on=True),
    )
    dialog = SettingsDialog(chosen, (), None, page="signals")
    dialog.resize(tokens.SETTINGS_SIZE[0], 940)
    dialog.show()
    dialog.signals_page.show_ports(
        (
            SerialPortChoice(name="/dev/ttyUSB0", description="USB TTL cable"),
            SerialPortChoice(name="/dev/ttyACM0", description="Trigger box"),
        )
    )
    return _settled(application, dialog)


def dictation(application, colours, shot):  # type: ignore[no-untyped-def]  # Qt is imported late
    """The settings' page of the microphone, after a test."""
    from capture_app.gui.settings_dialog import SettingsDialog
    from capture_app.session.dictation_settings import DictationSettings
    from capture_app.session.port import MicrophoneChoice
    from capture_app.session.settings import Settings

    del colours, shot
    chosen = Settings(dictation=DictationSettings(is_on=True, device="USB Desk Microphone, ALSA"))
    dialog = SettingsDialog(chosen, (), None, page="dictation")
    dialog.show()
    page = dialog.dictation_page
    page.show_microphones(
        (
            MicrophoneChoice(name="Built-in Audio Analog, ALSA", description="the system's own"),
            MicrophoneChoice(name="USB Desk Microphone, ALSA", description=""),
        )
    )
    page.show_level(-14.0)
    page.show_test("USB Desk Microphone, ALSA was heard well (at most -14 dB).")
    return _settled(application, dialog)


def reader(application, colours, shot):  # type: ignore[no-untyped-def]  # Qt is imported late
    """The reader's window."""
    import screenshot_states as states

    from capture_app.gui.reader_window import ReaderWindow
    from capture_app.session.states import DotState

    del colours
    window = ReaderWindow()
    window.resize(*_logical(shot))
    window.show()
    state = states.reader_state(shot.size_px)
    if shot.scene == "reader-target":
        dot = DotState(x_norm=0.8, y_norm=0.5, size_share=0.6)
        state = replace(state, panes=(), progress="", has_targets=True, dot=dot)
    window.render_state(state)
    return _settled(application, window)


def reading(application, colours, shot):  # type: ignore[no-untyped-def]  # Qt is imported late
    """A screen of a study on the reader's monitor."""
    import screenshot_reading as shown

    from capture_app.gui.reader_window import ReaderWindow

    del colours
    window = ReaderWindow()
    window.resize(*_logical(shot))
    window.host(shown.NoActs())
    window.show()
    with tempfile.TemporaryDirectory() as folder:
        scene = shown.ReadingShown(shot.scene, Path(folder), shot.size_px, shot.scale)
    state = scene.state

    def render() -> None:
        window.render_state(scene.reader)
        window.render_study(state)

    _settled(application, window, render)
    if shot.scene == "reading-aside":
        window.screens.current.aside.click()
    if shot.scene == "reading-keys":
        window.screens.toggle_keys()
    return _settled(application, window, render)


def measures(application, colours, shot):  # type: ignore[no-untyped-def]  # Qt is imported late
    """Figures, areas of interest or perceptual errors."""
    import screenshot_measures as shown

    return shown.measures(application, colours, shot.scene, _logical(shot), partial(_settled, application))


def replay(application, colours, shot):  # type: ignore[no-untyped-def]  # Qt is imported late
    """A recording that is looked at again."""
    import screenshot_replay as shown

    def settled(window):  # type: ignore[no-untyped-def]  # Qt is imported late
        return _settled(application, window)

    return shown.picture(application, colours, shot.scene, _logical(shot), settled)


def two_monitors(application, colours, shot):  # type: ignore[no-untyped-def]  # Qt is imported late
    """Operator at 100 % and reader at 150 % beside each other, in half their physical pixels."""
    import screenshot_states as states
    from PySide6.QtCore import QPoint, Qt
    from PySide6.QtGui import QColor, QImage, QPainter

    from capture_app.gui.reader_window import ReaderWindow

    reader_window = ReaderWindow()
    screen = application.screens()[1]
    reader_window.show_on(screen)
    application.processEvents()
    state = states.reader_state(reader_window.physical_size)
    reader_window.render_state(state)
    right = _settled(application, reader_window)
    left = operator(application, colours, replace(shot, scene="operator"))
    canvas = QImage(left.width() + right.width() + 48, right.height(), QImage.Format.Format_RGB32)
    canvas.fill(QColor(128, 128, 128))
    painter = QPainter(canvas)
    for image, place in ((left, QPoint(0, 0)), (right, QPoint(left.width() + 48, 0))):
        image.setDevicePixelRatio(1.0)
        painter.drawImage(place, image)
    painter.end()
    return canvas.scaledToWidth(canvas.width() // 2, Qt.TransformationMode.SmoothTransformation)


def _jumping_clock() -> Callable[[], int]:
    """Return a clock that lets every panel be due at every frame."""
    now = [0]

    def now_ns() -> int:
        now[0] += 1_000_000_000
        return now[0]

    return now_ns


if __name__ == "__main__":
    main()
