"""Errors of a driver as they travel between the interpreters: the name of a kind, and the sentence."""

from __future__ import annotations

from typing import Final

from drivers.contract import (
    DriverError,
    DriverOptionError,
    DriverStateError,
    TrackerLostError,
    TrackerNotFoundError,
)

_KINDS: Final = {
    kind.__name__: kind
    for kind in (TrackerNotFoundError, TrackerLostError, DriverStateError, DriverOptionError, DriverError)
}


def kind_of(error: DriverError) -> str:
    """Return the name of the kind that an error is of."""
    return next(name for name, kind in _KINDS.items() if isinstance(error, kind))


def error_of(kind: str, text: str) -> DriverError:
    """Return the error of a kind; a plain `DriverError` where there is no such kind."""
    return _KINDS.get(kind, DriverError)(text)
