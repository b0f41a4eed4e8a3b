"""Serial ports for signals in and triggers out, as the command line asks for them."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import click

from capture_app.cli.exits import CommandError, ExitCode
from capture_app.cli.waiting import step_until
from capture_app.session.engine import CaptureSession
from capture_app.session.settings import Settings
from capture_app.session.signal_settings import SignalSettings, signal_findings
from capture_app.session.verdict import is_port_missing

_TIMEOUT_S: Final = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalPorts:
    """What is said of the ports; None: as the settings have it."""

    port_in: str | None = None
    kind_in: str | None = None
    port_out: str | None = None
    kind_out: str | None = None
    baud: int | None = None
    pulse_ms: float | None = None

    @property
    def is_port_named(self) -> bool:
        """Whether a port is asked for, and has to be there."""
        return bool(self.port_in or self.port_out)


def with_ports(settings: Settings, ports: SignalPorts) -> Settings:
    """Return settings under which these ports are used.

    Raises
    ------
    CommandError
        If something said of the ports cannot stand.
    """
    old = settings.signals
    signals: SignalSettings = replace(
        old,
        port_in=old.port_in if ports.port_in is None else ports.port_in,
        kind_in=old.kind_in if ports.kind_in is None else ports.kind_in,
        port_out=old.port_out if ports.port_out is None else ports.port_out,
        kind_out=old.kind_out if ports.kind_out is None else ports.kind_out,
        baud=old.baud if ports.baud is None else ports.baud,
        pulse_ms=old.pulse_ms if ports.pulse_ms is None else ports.pulse_ms,
    )
    findings = [
        text for name, text in signal_findings(settings.outlet, signals) if name.startswith("signals_")
    ]
    if findings:
        raise CommandError(f"{findings[0]} Correct the options of the signal ports.", ExitCode.USAGE)
    _refuse_idle_options(ports, signals)
    return replace(settings, signals=signals)


def _refuse_idle_options(ports: SignalPorts, signals: SignalSettings) -> None:
    """Refuse what is said of a port that nobody named: it would have no effect."""
    has_in, has_out = bool(signals.port_in), bool(signals.port_out)
    for option, value, has_port, missing in (
        ("--signal-as", ports.kind_in, has_in, "--signal-in"),
        ("--trigger-as", ports.kind_out, has_out, "--trigger-out"),
        ("--pulse-ms", ports.pulse_ms, has_out, "--trigger-out"),
        ("--baud", ports.baud, has_in or has_out, "--signal-in or --trigger-out"),
    ):
        if value is not None and not has_port:
            raise CommandError(
                f"{option} belongs to a serial port, and none is named. Give {missing} too, or leave it out.",
                ExitCode.USAGE,
            )


def wait_for_ports(
    session: CaptureSession, settings: Settings, sleep: Callable[[float], None] = time.sleep
) -> None:
    """Wait until the ports are open, and say so.

    Raises
    ------
    CommandError
        If one cannot be opened.
    """
    step_until(session, lambda: session.link.signals is not None, _TIMEOUT_S, sleep)
    ready = session.link.signals
    if ready is None:
        raise CommandError(
            f"The signal ports were not ready within {_TIMEOUT_S:.0f} s. Plug the device in again.",
            ExitCode.INPUT,
        )
    if is_port_missing(session.link, settings):
        raise CommandError(ready.text, ExitCode.INPUT)
    click.echo(ready.text, err=True)


def signal_notes(session: CaptureSession, settings: Settings) -> list[str]:
    """Return what there is to say of signals and triggers after a recording."""
    notes = []
    if summary := session.link.signal_news.summary():
        notes.append(summary)
    ready = session.link.signals
    if ready is not None and is_port_missing(session.link, settings):
        notes.append(f"At the end a signal port was closed. {ready.text}")
    return notes
