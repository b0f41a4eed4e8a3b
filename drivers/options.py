"""Reading the text options of a driver: every name known, every value checked, every refusal a sentence."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from drivers.contract import DriverOptionError


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionSpec:
    """One text option of a driver, for its error messages and the list of drivers."""

    name: str
    summary: str
    default: str = ""  # as a person would type it; "" where there is none


def check_option_names(driver: str, options: Mapping[str, str], known: Iterable[OptionSpec]) -> None:
    """Refuse options the driver does not have.

    Raises
    ------
    DriverOptionError
        Naming the unknown option and listing the known ones.
    """
    names = [spec.name for spec in known]
    for name in options:
        if name not in names:
            listed = ", ".join(sorted(names)) if names else "none"
            raise DriverOptionError(
                f"The {driver} driver has no option {name!r}; its options are: {listed}. Correct the name."
            )


def number_option(
    driver: str, options: Mapping[str, str], name: str, *, default: float, minimum: float, maximum: float
) -> float:
    """Return an option as a finite number within limits."""
    text = options.get(name)
    if text is None:
        return default
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not minimum <= value <= maximum:
        raise DriverOptionError(
            f"Option {name!r} of the {driver} driver is {text!r}; "
            f"give a number from {minimum:g} to {maximum:g}."
        )
    return value


def switch_option(driver: str, options: Mapping[str, str], name: str, *, default: bool) -> bool:
    """Return a yes/no option."""
    text = options.get(name)
    if text is None:
        return default
    answers = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
    answer = answers.get(text.strip().casefold())
    if answer is None:
        raise DriverOptionError(f"Option {name!r} of the {driver} driver is {text!r}; give yes or no.")
    return answer
