"""Our own LSL streams, as the command line asks for them."""

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

_TIMEOUT_S: Final = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LslOut:
    """Streams that are to be offered; the name is that of the settings."""

    session_id: str | None  # None: as the settings have it
    is_network_allowed: bool


def lsl_out_of(*, is_wanted: bool, session_id: str | None, is_network_allowed: bool) -> LslOut | None:
    """Return the streams that are wanted, None where none are.

    Raises
    ------
    CommandError
        If something is said of streams that are not asked for.
    """
    if is_wanted:
        return LslOut(session_id=session_id, is_network_allowed=is_network_allowed)
    if session_id is not None or is_network_allowed:
        raise CommandError(
            "--lsl-session and --lsl-network say how our streams are offered, and they are not asked for. "
            "Give --lsl-out too, or leave both out.",
            ExitCode.USAGE,
        )
    return None


def with_streams(settings: Settings, wanted: LslOut | None) -> Settings:
    """Return settings under which the streams are offered."""
    if wanted is None:
        return settings
    session_id = settings.outlet.session_id if wanted.session_id is None else wanted.session_id
    outlet = replace(
        settings.outlet, is_on=True, is_network_allowed=wanted.is_network_allowed, session_id=session_id
    )
    return replace(settings, outlet=outlet)


def wait_for_streams(session: CaptureSession, sleep: Callable[[float], None] = time.sleep) -> None:
    """Wait until the streams are offered, and say so.

    Raises
    ------
    CommandError
        If they cannot be offered.
    """
    step_until(session, lambda: session.link.streams is not None, _TIMEOUT_S, sleep)
    streams = session.link.streams
    if streams is None:
        raise CommandError(
            f"The LSL streams were not ready within {_TIMEOUT_S:.0f} s. Try again, or leave --lsl-out out.",
            ExitCode.INPUT,
        )
    if not streams.is_on:
        raise CommandError(streams.text, ExitCode.INPUT)
    click.echo(streams.text, err=True)
