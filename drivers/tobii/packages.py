"""The two packages that speak to Tobii trackers: which is there, and its backend."""

from __future__ import annotations

import importlib.util
import logging
import sys
from collections.abc import Callable, Mapping
from typing import Final

from drivers.contract import DriverError
from drivers.registry import Availability
from drivers.tobii.backend import TobiiBackend
from drivers.tobii.options import AUTO, RESEARCH, TITTA

OFFICIAL_PYTHON: Final = (3, 10)

_MODULES: Final = {RESEARCH: "tobii_research", TITTA: "TittaPy_v2"}  # in order of preference
_log = logging.getLogger(__name__)


def probe() -> Availability:
    """Return whether a package is installed; nothing is imported, no device is touched."""
    installed = [name for name in _MODULES if _is_installed(name)]
    if installed:
        return Availability(
            is_usable=True,
            reason=f"The package {installed[0]} is installed; trackers are looked for when asked.",
        )
    return Availability(
        is_usable=False,
        reason=f"Neither tobii_research nor TittaPy is installed for this Python {_python()}.",
        remedy=_remedy(),
    )


def load_backend(name: str, loaders: Mapping[str, Callable[[], TobiiBackend]] | None = None) -> TobiiBackend:
    """Import a package and return its backend.

    Parameters
    ----------
    name
        One of `drivers.tobii.options.BACKENDS`; `AUTO` takes the official package where it is installed.
    loaders
        Return the backend of each package; None for our own.

    Raises
    ------
    DriverError
        If the package is not installed or cannot be loaded, with what to do.
    """
    loaders = {RESEARCH: _load_research, TITTA: _load_titta} if loaders is None else loaders
    wanted = tuple(_MODULES) if name == AUTO else (name,)
    problems = []
    for each in wanted:
        if not _is_installed(each):
            problems.append(f"the package {each} is not installed for this Python {_python()}")
            continue
        try:
            return loaders[each]()
        except (ImportError, OSError) as error:
            _log.exception("The package %s cannot be loaded", each)
            problems.append(f"the package {each} cannot be loaded ({error})")
    text = " and ".join(problems)
    raise DriverError(f"{text[:1].upper()}{text[1:]}. {_remedy()}")


def _load_research() -> TobiiBackend:
    from drivers.tobii.research import ResearchBackend

    return ResearchBackend()


def _load_titta() -> TobiiBackend:
    from drivers.tobii.titta import TittaBackend

    return TittaBackend()


def _is_installed(name: str) -> bool:
    # Found, not imported: importing loads native libraries and starts their threads.
    try:
        return importlib.util.find_spec(_MODULES[name]) is not None
    except (ImportError, ValueError):  # a half-removed package
        return False


def _python() -> str:
    return ".".join(str(part) for part in sys.version_info[:2])


def _remedy() -> str:
    host = (
        "Or install a Python 3.10 with tobii-research beside this program and name it by the option "
        "interpreter."
    )
    if getattr(sys, "frozen", False):
        return (
            f"Unpack the wheel of TittaPy for Python {_python()} into the program's folder of add-ons (the "
            f"page Install of the documentation names it). {host}"
        )
    if sys.version_info[:2] == OFFICIAL_PYTHON:
        return f"Install it: {_command('tobii-research')}."
    return f"Install TittaPy: {_command('TittaPy')}. {host}"


def _command(package: str) -> str:
    """Return what installs a package into this Python, which may be the one that hosts the driver."""
    return f"{sys.executable} -m pip install {package}"
