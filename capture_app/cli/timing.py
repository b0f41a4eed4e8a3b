"""`reading-station timing`: measure what every latency here is, with whatever is attached."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final

import click

from capture_app.acquisition.audio import SoundClient, SoundError, SoundPort
from capture_app.cli.display import screens
from capture_app.cli.exits import CommandError, ExitCode
from capture_app.cli.interrupts import CtrlC, ctrl_c_noted, without_ctrl_c
from capture_app.cli.timing_report import print_findings
from capture_app.session.acquisition_start import start_acquisition
from capture_app.session.engine import CaptureSession
from capture_app.session.headless import RecordingFailedError, StoppedEarlyError, TrackerUnavailableError
from capture_app.session.port import SessionError
from capture_app.session.settings import Settings, SettingsStore
from capture_app.session.signal_settings import OutletSettings
from capture_app.session.timing_audio import (
    MOST_OPENINGS,
    OPENINGS,
    SOUND_CLOCK,
    ClickRun,
    SoundChoice,
    audio_findings,
    listen_for_drift,
    play_clicks,
)
from capture_app.session.timing_clocks import lsl_clock_ns, measure_clocks
from capture_app.session.timing_constants import TRACKER_CONSTANTS, ConstantName, TimingConstants
from capture_app.session.timing_findings import TimingFindings, Unmeasured
from capture_app.session.timing_onset import PatchRun, measure_onset
from capture_app.session.timing_store import TimingStore, TimingStoreError
from capture_app.session.timing_tracker import (
    DELIVERY,
    TRACKER_CLOCK,
    TTL,
    measure_tracker,
    nothing_of_tracker,
    tracker_findings,
)
from drivers.contract import DriverOptionError
from drivers.registry import find_driver
from gaze_core.clocks import HostClock

PARTS: Final = ("audio", "onset", "tracker", "drift")

_SOUND: Final = "The latency of sound"
_LIGHT: Final = "The time from presentation to light"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimingRequest:
    """What is to be measured, as the command line says it."""

    parts: tuple[str, ...] = PARTS
    sound: SoundChoice
    seconds: float = 20.0  # of each part
    flips: int = 40
    tracker: str = ""  # "": the one of the settings, unless that is simulated
    options: Mapping[str, str] | None = None  # None: as the settings have them


class TimingRun:
    """One run of the command: its parts in turn, each with a sound process of its own."""

    def __init__(
        self,
        request: TimingRequest,
        settings: Settings,
        known: TimingConstants,
        pressed: CtrlC,
        *,
        start_sound: Callable[[], SoundPort] = SoundClient,
        say: Callable[[str], None],
    ) -> None:
        self._request = request
        self._settings = settings
        self._known = known
        self._pressed = pressed
        self._start_sound = start_sound
        self._say = say
        self.is_simulated = False  # the tracker that was measured
        self.findings = TimingFindings()  # so far

    def measure(self) -> None:
        """Measure all that was asked for; what breaks off leaves the findings until then.

        Raises
        ------
        CommandError
            If a named device or tracker cannot be used, nothing can be recorded, or Ctrl-C was pressed.
        """
        self._tracker_name()  # a driver that does not exist is told before anything is measured
        steps = {"audio": self._audio, "onset": self._onset, "tracker": self._tracker, "drift": self._drift}
        for part in PARTS:
            if part in self._request.parts:
                found = steps[part]()
                self._check_stop()
                self._known = self._known.with_new(found.constants)
                self.findings = TimingFindings.joined((self.findings, found))

    def _audio(self) -> TimingFindings:
        self._say("Playing clicks and listening for them ...")
        runs: list[ClickRun] = []
        for _ in range(MOST_OPENINGS):
            with self._sound() as sound:
                if isinstance(sound, str):
                    return TimingFindings(unmeasured=(Unmeasured(what=_SOUND, why=sound),))
                seconds = self._request.seconds / OPENINGS
                run = play_clicks(sound, self._request.sound, seconds, self._wait)
            if isinstance(run, Unmeasured):
                return TimingFindings(unmeasured=(run,))
            runs.append(run)
            if sum(not each.has_gap for each in runs) == OPENINGS:
                break
        return audio_findings(runs)

    def _onset(self) -> TimingFindings:
        with screens() as is_visible, self._sound() as sound:
            if not is_visible:
                why = "there is no screen here; run this in a graphical session"
                return TimingFindings(unmeasured=(Unmeasured(what=_LIGHT, why=why),))
            if isinstance(sound, str):
                return TimingFindings(unmeasured=(Unmeasured(what=_LIGHT, why=sound),))
            self._say("Changing the corner patch on the reader's monitor ...")
            return measure_onset(sound, self._request.sound, self._flip_patch, self._known, self._wait)

    def _flip_patch(self) -> PatchRun:
        # Qt is loaded once the screens are settled, and only where a window is needed.
        from capture_app.gui.timing_window import run_patch

        run = run_patch(self._settings, self._request.flips, is_stop_wanted=lambda: self._pressed.is_pressed)
        self._check_stop()
        return run

    def _tracker(self) -> TimingFindings:
        name = self._tracker_name()
        if not name:
            why = "no tracker is chosen in Settings; connect one, or name it with --tracker"
            return nothing_of_tracker(why)
        self._say(f"Recording with the tracker {name} ...")
        has_port = bool(self._settings.signals.port_out)
        options = self._request.options
        if options is None:
            options = self._settings.tracker_options if name == self._settings.tracker else {}
        session = CaptureSession(
            lambda: without_ctrl_c(start_acquisition),
            settings=replace(self._settings, outlet=OutletSettings()),
        )
        try:
            session.connect_tracker(name, options)
            streams = measure_tracker(session, self._request.seconds, lambda: self._pressed.is_pressed)
        except StoppedEarlyError:
            self._check_stop()
            raise
        except RecordingFailedError as err:
            raise CommandError(str(err), ExitCode.RECORDING) from err
        except TrackerUnavailableError as err:
            if self._request.tracker:
                raise CommandError(str(err), ExitCode.TRACKER) from err
            return nothing_of_tracker(str(err).rstrip("."))
        finally:
            session.close()
        self._check_stop()
        self.is_simulated = self.is_simulated or streams.is_simulated
        return tracker_findings(streams, has_trigger_port=has_port)

    def _tracker_name(self) -> str:
        """Return the driver to measure with, "" where only a simulated one is chosen and none was named."""
        name = self._request.tracker or self._settings.tracker
        try:
            driver = find_driver(name)
        except DriverOptionError as err:
            if self._request.tracker:
                raise CommandError(str(err), ExitCode.TRACKER) from err
            return ""
        if not driver.is_simulated:
            return name
        self.is_simulated = True
        return self._request.tracker

    def _drift(self) -> TimingFindings:
        parts = []
        self._say("Listening to the clock of the sound card ...")
        with self._sound() as sound:
            parts.append(
                TimingFindings(unmeasured=(Unmeasured(what=SOUND_CLOCK, why=sound),))
                if isinstance(sound, str)
                else listen_for_drift(sound, self._request.sound, self._request.seconds, self._wait)
            )
        if "tracker" not in self._request.parts:
            found = self._tracker()
            drifts = tuple(each for each in found.constants if each.name is ConstantName.TRACKER_DRIFT)
            missing = tuple(each for each in found.unmeasured if each.what == TRACKER_CLOCK)
            parts.append(TimingFindings(constants=drifts, unmeasured=missing))
        self._say("Reading the clocks of this computer ...")
        parts.append(measure_clocks(HostClock(), lsl_clock_ns(), self._request.seconds, self._wait))
        return TimingFindings.joined(parts)

    @contextmanager
    def _sound(self) -> Iterator[SoundPort | str]:
        """Start the sound process and end it; yields why there is no sound where there is none."""
        try:
            sound = without_ctrl_c(self._start_sound)
        except SoundError as err:
            yield str(err).rstrip(".")
            return
        try:
            yield sound
        except SoundError as err:  # only where a device was named and is not there
            raise CommandError(str(err), ExitCode.INPUT) from err
        finally:
            sound.close()

    def _wait(self, seconds: float) -> None:
        time.sleep(seconds)
        self._check_stop()

    def _check_stop(self) -> None:
        if self._pressed.is_pressed:
            raise CommandError("Ended by Ctrl-C. Nothing was stored.", ExitCode.INTERRUPTED)


def run_timing(request: TimingRequest, *, as_json: bool) -> None:
    """Measure, store the constants and print them.

    Raises
    ------
    CommandError
        If a named device cannot be used, the constants cannot be stored, or Ctrl-C was pressed.
    """
    store = TimingStore()
    loaded = store.load()
    settings = SettingsStore().load().settings

    def say(text: str) -> None:
        if not as_json:
            click.echo(text, err=True)

    if loaded.notice:
        say(loaded.notice)
    with ctrl_c_noted() as pressed:
        run = TimingRun(request, settings, loaded.constants, pressed, say=say)
        failure = _failure_of(run)
    if failure is not None and failure.code is ExitCode.INTERRUPTED:
        raise failure
    findings = run.findings
    kept = tuple(
        each for each in findings.constants if not (run.is_simulated and each.name in TRACKER_CONSTANTS)
    )
    if len(kept) < len(findings.constants):
        note = "The tracker is simulated: what was measured of it describes the simulation and is not stored."
        simulated = tuple(
            Unmeasured(what=what, why="the tracker is a simulated one") for what in (DELIVERY, TTL)
        )
        others = tuple(each for each in findings.unmeasured if each.what not in (DELIVERY, TTL))
        findings = replace(findings, notes=(*findings.notes, note), unmeasured=(*others, *simulated))
    stored_in = None
    if kept:
        try:
            store.save(loaded.constants.with_new(kept))
            stored_in = store.path
        except TimingStoreError as err:  # told after the figures, which took minutes
            failure = failure or CommandError(str(err), ExitCode.RECORDING)
    if failure is None or findings != TimingFindings():
        known = loaded.constants.with_new(kept)  # a simulation belongs into no methods section
        print_findings(findings, known, stored_in, as_json=as_json)
    if failure is not None:
        raise failure


def _failure_of(run: TimingRun) -> CommandError | None:
    """Measure; return what ended it before its time: the parts before that are kept."""
    try:
        run.measure()
    except CommandError as err:
        return err
    except SessionError as err:
        return CommandError(str(err), ExitCode.TRACKER)
    return None
