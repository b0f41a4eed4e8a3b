"""The options of the serial ports, for commands that record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from capture_app.cli.parameters import FiniteRange

_Function = TypeVar("_Function", bound=Callable[..., Any])


def signal_options(function: _Function) -> _Function:
    """Add the options of the serial ports; what is not given is as the settings have it."""
    for option in (
        click.option("--pulse-ms", type=FiniteRange(1, 1000), help="Length of a trigger."),
        click.option("--baud", type=click.IntRange(300, 4_000_000), help="Speed of the serial ports."),
        click.option(
            "--trigger-as", "kind_out", type=click.Choice(["byte", "rts", "dtr"]), help="How triggers go out."
        ),
        click.option(
            "--trigger-out", "port_out", metavar="PORT", help="Serial port for triggers at image onsets."
        ),
        click.option(
            "--signal-as", "kind_in", type=click.Choice(["byte", "lines"]), help="How signals come in."
        ),
        click.option("--signal-in", "port_in", metavar="PORT", help="Serial port to take signals from."),
    ):
        function = option(function)
    return function
