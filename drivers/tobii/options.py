"""The text options of the Tobii driver."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from drivers.contract import DriverError, DriverOptionError
from drivers.options import OptionSpec, check_option_names, number_option
from drivers.tobii.backend import TobiiStream

DRIVER: Final = "tobii"
AUTO: Final = "auto"
RESEARCH: Final = "tobii_research"
TITTA: Final = "TittaPy"
BACKENDS: Final = (AUTO, RESEARCH, TITTA)

MAX_LICENCE_BYTES: Final = 1024 * 1024

_ALL: Final = "all"
_NONE: Final = "none"
_STREAMS_TEXT: Final = ", ".join(stream.value for stream in TobiiStream)

TOBII_OPTIONS: Final = (
    OptionSpec(name="serial", summary="serial number of the tracker, where there are several"),
    OptionSpec(name="address", summary="address of a tracker that a search does not find"),
    OptionSpec(name="rate_hz", summary="samples per second; without it, the rate that is set"),
    OptionSpec(name="mode", summary="tracking mode by Tobii's name; without it, the mode that is set"),
    OptionSpec(name="streams", summary=f"beside gaze: all, none, or a list of {_STREAMS_TEXT}", default=_ALL),
    OptionSpec(name="licence_file", summary="file with a licence of Tobii, for trackers that need one"),
    OptionSpec(name="backend", summary="auto, tobii_research or TittaPy", default=AUTO),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TobiiSettings:
    """Which tracker, set how, through which package."""

    address: str = ""
    serial: str = ""
    rate_hz: float | None = None  # None: as it is set
    mode: str = ""  # "": as it is set
    backend: str = AUTO
    licence_file: Path | None = None
    streams: frozenset[TobiiStream] = frozenset(TobiiStream)
    are_streams_named: bool = False  # by the person, who then wants to hear of one that is missing

    @classmethod
    def from_options(cls, options: Mapping[str, str]) -> TobiiSettings:
        """Return the settings of text options.

        Raises
        ------
        DriverOptionError
            If an option is unknown or its value cannot be used.
        """
        check_option_names(DRIVER, options, TOBII_OPTIONS)
        has_rate = "rate_hz" in options
        rate_hz = number_option(DRIVER, options, "rate_hz", default=0.0, minimum=1.0, maximum=10_000.0)
        backend = options.get("backend", AUTO)
        names = {name.casefold(): name for name in BACKENDS}
        if backend.casefold() not in names:
            raise DriverOptionError(
                f"Option 'backend' of the {DRIVER} driver is {backend!r}; give one of: {', '.join(BACKENDS)}."
            )
        licence_file = options.get("licence_file", "").strip()
        streams = options.get("streams", _ALL).strip()
        return cls(
            address=options.get("address", "").strip(),
            serial=options.get("serial", "").strip(),
            rate_hz=rate_hz if has_rate else None,
            mode=options.get("mode", "").strip(),
            backend=names[backend.casefold()],
            licence_file=Path(licence_file) if licence_file else None,
            streams=_streams(streams),
            are_streams_named=streams.casefold() not in (_ALL, _NONE),
        )


def read_licence(path: Path) -> bytes:
    """Return the content of a licence file.

    Raises
    ------
    DriverError
        If it cannot be read, or cannot be a licence by its size.
    """
    try:
        size_bytes = path.stat().st_size
        if not 0 < size_bytes <= MAX_LICENCE_BYTES:
            raise DriverError(
                f"The licence file {path} has {size_bytes} bytes, which no licence of Tobii has; "
                "name the file that Tobii sent."
            )
        return path.read_bytes()
    except OSError as error:
        reason = error.strerror or "it is not readable"
        raise DriverError(f"The licence file {path} cannot be read ({reason}); check its name.") from error


def _streams(text: str) -> frozenset[TobiiStream]:
    if text.casefold() == _ALL:
        return frozenset(TobiiStream)
    if text.casefold() == _NONE:
        return frozenset()
    known = {stream.value: stream for stream in TobiiStream}
    chosen = [part.strip() for part in text.split(",")]
    for name in chosen:
        if name not in known:
            raise DriverOptionError(
                f"Option 'streams' of the {DRIVER} driver names {name!r}; "
                f"give all, none, or a comma-separated list of: {_STREAMS_TEXT}."
            )
    return frozenset(known[name] for name in chosen)
