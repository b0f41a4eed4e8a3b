"""`trackers --search` and `tracker-test`: what the tracker's page does, without windows."""

from __future__ import annotations

import shlex
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from typing import Final

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from capture_app.acquisition.find_service import SEARCH_TIMEOUT_NS
from capture_app.cli.commands import print_json
from capture_app.cli.exits import CommandError, ExitCode
from capture_app.cli.interrupts import CtrlC, ctrl_c_noted, without_ctrl_c
from capture_app.session.acquisition_start import start_acquisition
from capture_app.session.engine import CaptureSession
from capture_app.session.headless import OPEN_TIMEOUT_S, STEP_S
from capture_app.session.port import ScreenFacts, SessionError
from capture_app.session.settings import Settings, SettingsStore
from capture_app.session.station import Station
from capture_app.session.tracker_search import search_requests
from capture_app.session.tracker_states import (
    DriverFindings,
    SearchState,
    StreamQuality,
    TrackerDeskState,
)
from drivers.contract import DriverOptionError
from drivers.registry import FoundTracker, find_driver

_RATE_OPTION: Final = "rate_hz"
_ANSWER_S: Final = SEARCH_TIMEOUT_NS * 1e-9 + 5.0  # of one driver, the way through the pipe included


def search_trackers(driver: str, options: Mapping[str, str], *, as_json: bool) -> None:
    """Search for trackers and print what was found.

    Parameters
    ----------
    driver
        Search for the trackers of this driver alone; "" for all, when simulated ones do not count.
    options
        Of that driver.
    as_json
        Print JSON.
    """
    search, usable = searched(driver, options, is_quiet=as_json)
    _show_search(search, as_json=as_json)
    if not usable:
        is_told = all(each.problem for each in search.findings)  # nothing was searched for
        raise CommandError(
            "No tracker could be searched for; why stands above."
            if is_told
            else "No tracker was found that can be used. Connect one and switch it on, then search again.",
            ExitCode.TRACKER,
        )


def searched(
    driver: str, options: Mapping[str, str], *, is_quiet: bool
) -> tuple[SearchState, list[FoundTracker]]:
    """Search for trackers; return how it went and what can be used.

    Parameters
    ----------
    driver
        Search for the trackers of this driver alone; "" for all, when simulated ones do not count.
    options
        Of that driver.
    is_quiet
        Show no progress.

    Raises
    ------
    CommandError
        If there is nothing to search for, or the search could not be made.
    """
    settings = _settings(driver, options)
    choices = Station().drivers()
    requests = search_requests(choices, settings, driver)
    if not requests:
        raise CommandError(
            f"The {driver} driver has nothing to search for; name what it needs with --option.",
            ExitCode.TRACKER,
        )
    with ctrl_c_noted() as pressed:
        session = _session(settings)
        try:
            session.step()
            session.tracker_desk.search(requests)
            _follow_search(session, len(requests), pressed, is_quiet=is_quiet)
            search = session.tracker_desk.state.search
        finally:
            session.close()
    simulated = {choice.name for choice in choices if choice.is_simulated and choice.name != driver}
    return search, [each for each in _all_found(search) if each.is_usable and each.driver not in simulated]


def run_tracker_test(
    driver: str, options: Mapping[str, str], rate_hz: float | None, seconds: float, *, as_json: bool
) -> int:
    """Connect a tracker, try it for a while, print the numbers; return the exit code."""
    chosen = {**options, **({_RATE_OPTION: f"{rate_hz:g}"} if rate_hz is not None else {})}
    settings = _settings(driver, chosen)
    with ctrl_c_noted() as pressed:
        session = _session(settings)
        try:
            session.connect_tracker(driver, chosen)
            connected = _wait(session, _is_settled, OPEN_TIMEOUT_S, pressed)
            if connected.connected is None:
                raise CommandError(
                    connected.problem
                    or f"The {driver} tracker did not answer within {OPEN_TIMEOUT_S:.0f} s.",
                    ExitCode.TRACKER,
                )
            session.tracker_desk.begin_test(seconds)
            state = _follow_test(session, seconds, pressed, is_quiet=as_json)
        except SessionError as err:
            raise CommandError(str(err), ExitCode.TRACKER) from err
        finally:
            session.close()
    if state.test.result is None:
        raise CommandError(state.test.problem or "The test did not end.", ExitCode.TRACKER)
    _show_test(state, state.test.result, as_json=as_json)
    return int(ExitCode.FINDINGS if state.test.result.level == "bad" else ExitCode.OK)


def _settings(driver: str, options: Mapping[str, str]) -> Settings:
    """Return the settings with another tracker; the options of the settings go with their own tracker."""
    settings = SettingsStore().load().settings
    if not driver:
        return settings
    try:
        find_driver(driver)
    except DriverOptionError as err:
        raise CommandError(str(err), ExitCode.TRACKER) from err
    return replace(settings, tracker=driver, tracker_options=dict(options))


def _session(settings: Settings) -> CaptureSession:
    facts = ScreenFacts(
        name="screen",
        width_px=1920,
        height_px=1080,
        width_mm=settings.screen_width_mm,  # 0: not known
        height_mm=settings.screen_height_mm,
    )
    try:
        return CaptureSession(lambda: without_ctrl_c(start_acquisition), settings=settings, facts=facts)
    except SessionError as err:
        raise CommandError(str(err), ExitCode.TRACKER) from err


def _is_settled(state: TrackerDeskState) -> bool:
    return state.connected is not None or bool(state.problem)


def _wait(
    session: CaptureSession,
    is_done: Callable[[TrackerDeskState], bool],
    timeout_s: float,
    pressed: CtrlC,
    progress: Callable[[TrackerDeskState], None] = lambda _state: None,
) -> TrackerDeskState:
    """Step until it is done, or the time is over."""
    deadline_s = time.monotonic() + timeout_s
    while True:
        session.step()
        state = session.tracker_desk.state
        progress(state)
        if is_done(state) or time.monotonic() > deadline_s:
            return state
        if pressed.is_pressed:
            raise CommandError("Ended by Ctrl-C.", ExitCode.INTERRUPTED)
        time.sleep(STEP_S)


def _progress(word: str, *, is_quiet: bool) -> Progress:
    """Return a bar for a person at a terminal; no one else is told anything."""
    console = Console(stderr=True)
    columns = (TextColumn(word), BarColumn(), TextColumn("{task.fields[news]}"))
    return Progress(*columns, console=console, disable=is_quiet or not console.is_terminal, transient=True)


def _follow_search(session: CaptureSession, count: int, pressed: CtrlC, *, is_quiet: bool) -> None:
    with _progress("searching", is_quiet=is_quiet) as progress:
        task = progress.add_task("", total=count, news="")

        def show(state: TrackerDeskState) -> None:
            current = state.search.current
            news = current.title if current is not None else ""
            progress.update(task, completed=state.search.done_count, news=news)

        _wait(session, lambda state: not state.search.is_running, _ANSWER_S * count, pressed, show)


def _follow_test(
    session: CaptureSession, seconds: float, pressed: CtrlC, *, is_quiet: bool
) -> TrackerDeskState:
    with _progress("testing", is_quiet=is_quiet) as progress:
        task = progress.add_task("", total=seconds, news="")

        def show(state: TrackerDeskState) -> None:
            head = state.head.sentence if state.head is not None else ""
            progress.update(task, completed=state.test.elapsed_s, news=head)

        return _wait(
            session, lambda state: not state.test.is_running, seconds + OPEN_TIMEOUT_S, pressed, show
        )


def _all_found(search: SearchState) -> list[FoundTracker]:
    return [each for findings in search.findings for each in findings.trackers]


def _show_search(search: SearchState, *, as_json: bool) -> None:
    if as_json:
        print_json([_findings_as_json(each) for each in search.findings])
        return
    for findings in search.findings:
        if findings.problem:
            click.echo(f"{findings.driver}: {findings.problem}")
        elif not findings.trackers:
            click.echo(f"{findings.driver}: none answered")
        for each in findings.trackers:
            _show_found(each)


def _show_found(found: FoundTracker) -> None:
    click.echo(f"{found.driver}: {found.title}")
    rates = ", ".join(f"{rate_hz:g}" for rate_hz in found.rates_hz)
    area = found.display_area_mm
    facts = (
        ("serial", found.serial),
        ("firmware", found.firmware),
        ("licence", found.licence),
        ("rate", f"{found.rate_hz:g} Hz" if found.rate_hz == found.rate_hz else ""),
        ("rates", f"{rates} Hz" if rates else ""),
        ("mode", found.mode),
        ("modes", ", ".join(found.modes)),
        ("display area", f"{area[0]:.0f} x {area[1]:.0f} mm" if area is not None else ""),
        ("cannot be used", "" if found.is_usable else f"{found.reason} {found.remedy}".strip()),
    )
    for name, text in facts:
        if text:
            click.echo(f"  {name:<14} {text}")
    words = [word for name, text in found.options.items() for word in ("--option", f"{name}={text}")]
    click.echo(f"  {'connect with':<14} {shlex.join(['--tracker', found.driver, *words])}")


def _findings_as_json(findings: DriverFindings) -> dict[str, object]:
    return {
        "driver": findings.driver,
        "problem": findings.problem,
        "trackers": [{**asdict(each), "options": dict(each.options)} for each in findings.trackers],
    }


def _show_test(state: TrackerDeskState, quality: StreamQuality, *, as_json: bool) -> None:
    tracker, area, head = state.connected, state.area, state.head
    if as_json:
        print_json(
            {
                "tracker": asdict(tracker) if tracker is not None else None,
                "display_area": asdict(area) if area is not None else None,
                "head": asdict(head) if head is not None else None,
                "quality": {
                    **asdict(quality),
                    "loss_classes": dict(quality.loss_classes),
                    "beside_classes": dict(quality.beside_classes),
                },
            }
        )
        return
    if tracker is not None:
        name = " ".join(part for part in (tracker.model, tracker.serial, tracker.firmware) if part)
        click.echo(f"tracker       {name}")
    if area is not None:
        click.echo(f"display area  {area.sentence}")
    if head is not None:
        click.echo(f"head          {head.sentence}")
    nominal_hz = quality.nominal_rate_hz
    of_set = f"of {_number(nominal_hz, 0)} Hz set" if nominal_hz == nominal_hz else "(none is set)"
    click.echo(f"rate          {_number(quality.rate_hz, 1)} Hz {of_set}")
    click.echo(f"data rate     {_number(quality.data_rate_hz, 1)} Hz with gaze")
    click.echo(f"loss          {_number(100 * quality.loss_share, 1)} % ({_listed(quality.loss_classes)})")
    click.echo(f"besides       {_listed(quality.beside_classes)}")
    click.echo(f"longest gap   {_number(quality.longest_gap_s, 2)} s")
    click.echo(f"noise         {_number(quality.noise_deg, 2)} deg RMS-S2S")
    click.echo(f"never arrived {quality.never_arrived}")
    click.echo(f"verdict       {quality.level}: {quality.sentence}")


def _listed(shares: tuple[tuple[str, float], ...]) -> str:
    return ", ".join(f"{name} {_number(100 * share, 1)} %" for name, share in shares) or "none"


def _number(value: float, digits: int) -> str:
    return f"{value:.{digits}f}" if value == value else "unknown"
