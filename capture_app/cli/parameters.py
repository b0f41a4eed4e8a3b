"""Values and options that several commands take, and how they are checked."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

_Function = TypeVar("_Function", bound=Callable[..., Any])

RECORDING_FILE = click.Path(path_type=Path, readable=False)
RECORDING_ENDING = ".gazeh5"


class FiniteRange(click.FloatRange):
    """A number within bounds; not infinite, and not "nan", which no bound refuses."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the number, or refuse it."""
        number = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value!r} is not a finite number.", param, ctx)
        return number


def screen_mm_of(
    _context: click.Context, _option: click.Parameter, text: str | None
) -> tuple[float, float] | None:
    """Return width and height in mm as they were typed, or refuse them; None where nothing was."""
    if text is None:
        return None
    try:
        width, height = (float(part) for part in text.lower().split("x"))
    except ValueError as err:
        raise click.BadParameter(f"{text!r} is not of the form WIDTHxHEIGHT, as in 527x296.") from err
    if not (width > 0 and height > 0 and math.isfinite(width * height)):
        raise click.BadParameter(f"{text!r} is no size of a screen; measure the lit area with a ruler.")
    return width, height


def recording_name(_context: click.Context, _option: click.Parameter, out: Path) -> Path:
    """Return the name of a recording, or refuse it."""
    if out.suffix != RECORDING_ENDING:
        raise click.BadParameter(
            f"The name of a recording ends in {RECORDING_ENDING}; {str(out)!r} does not."
        )
    return out


def options_of(values: tuple[str, ...], option: str = "--option") -> dict[str, str]:
    """Return what was typed as NAME=VALUE for an option of the command line, or refuse it."""
    options = {}
    for value in values:
        name, separator, text = value.partition("=")
        if not separator or not name:
            raise click.BadParameter(f"{value!r} is not of the form NAME=VALUE.", param_hint=option)
        options[name] = text
    return options


def driver_options(function: _Function) -> _Function:
    """Add the options of a driver."""
    return click.option(
        "--option",
        "options",
        multiple=True,
        metavar="NAME=VALUE",
        help="Option of the driver; may be repeated.",
    )(function)


def tracker_options(function: _Function) -> _Function:
    """Add the options that choose a tracker."""
    decorated = click.option("--tracker", default="mock", show_default=True, help="Driver; see `trackers`.")(
        function
    )
    decorated = click.option(
        "--rate",
        type=FiniteRange(0, min_open=True),
        help="Sampling rate in Hz, where the tracker has a choice.",
    )(decorated)
    return driver_options(decorated)
