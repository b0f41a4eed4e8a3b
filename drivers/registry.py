"""The drivers this program knows: a built-in table, which works when frozen, and entry points.

A third-party package announces a driver with an entry point of the group `ENTRY_POINT_GROUP` that names a
`DriverSpec`. Nothing here touches a device or the network; driver modules are imported when asked for.
"""

from __future__ import annotations

import importlib.util
import logging
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import metadata
from typing import Final

from drivers.contract import Driver, DriverError, DriverOptionError, ViewingSetup
from drivers.options import OptionSpec
from gaze_core.clocks import Clock
from gaze_core.streams import RecordedStream

ENTRY_POINT_GROUP: Final = "reading_station.drivers"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Availability:
    """Whether a driver can be used on this machine, judged without touching a device."""

    is_usable: bool
    reason: str  # a sentence
    remedy: str = ""  # what a technician can do; "" where nothing needs doing


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverRequest:
    """Everything a driver may be made from; a driver takes what it needs."""

    options: Mapping[str, str]
    setup: ViewingSetup
    clock: Clock | None = None  # None: the host clock
    stream: RecordedStream | None = None  # for drivers that play a recorded stream
    is_alone: bool = False  # the process is there for this driver alone, whatever a search does to it


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundTracker:
    """A tracker that answered a search: what is known of it before it is opened."""

    driver: str
    title: str  # "Tobii Pro Spectrum"
    options: Mapping[str, str]  # that open exactly this one
    model: str = ""
    serial: str = ""
    firmware: str = ""
    rates_hz: tuple[float, ...] = ()  # to choose from
    rate_hz: float = math.nan  # as it is set now
    modes: tuple[str, ...] = ()  # to choose from
    mode: str = ""  # as it is set now
    display_area_mm: tuple[float, float] | None = None  # width, height it believes in
    licence: str = ""  # state in words; "" where the tracker needs none
    is_usable: bool = True
    reason: str = ""  # why it cannot be used, a sentence
    remedy: str = ""  # what to do then


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverSpec:
    """A driver as the list shows it and as the acquisition process makes it."""

    name: str
    summary: str
    create: Callable[[DriverRequest], Driver]  # cheap: nothing is opened
    probe: Callable[[], Availability]  # quick; no device, no network
    is_simulated: bool  # its samples are not an eye in front of this screen
    needs_stream: bool = False  # a `RecordedStream` must be handed in
    # Looks for trackers; may take seconds, load the vendor's software and talk to devices, and so is called
    # in the acquisition process alone. Raises `DriverError`. None: there is nothing to search.
    find: Callable[[DriverRequest], tuple[FoundTracker, ...]] | None = None
    can_be_hosted: bool = False  # takes the option ``interpreter``: see `drivers.host`
    options: tuple[OptionSpec, ...] = field(default=())


def known_drivers() -> tuple[DriverSpec, ...]:
    """Return the built-in drivers, then those of installed packages in order of name.

    A package whose driver cannot be loaded is listed with a probe that says why.
    """
    from drivers.host.option import with_hosting

    built_in = _built_in_drivers()
    taken = {spec.name for spec in built_in}
    third_party: list[DriverSpec] = []
    for entry_point in sorted(metadata.entry_points(group=ENTRY_POINT_GROUP), key=lambda each: each.name):
        spec = _load(entry_point, taken)
        taken.add(spec.name)
        third_party.append(spec)
    return tuple(with_hosting(spec) if spec.can_be_hosted else spec for spec in (*built_in, *third_party))


def find_driver(name: str) -> DriverSpec:
    """Return the driver of that name.

    Raises
    ------
    DriverOptionError
        If there is none; the text lists the names there are.
    """
    specs = known_drivers()
    for spec in specs:
        if spec.name == name:
            return spec
    names = ", ".join(spec.name for spec in specs)
    raise DriverOptionError(
        f"There is no tracker driver called {name!r}; the drivers are: {names}. "
        "Choose one of them, or install the package that brings the driver."
    )


def create_driver(
    name: str,
    options: Mapping[str, str],
    setup: ViewingSetup,
    *,
    clock: Clock | None = None,
    stream: RecordedStream | None = None,
) -> Driver:
    """Make a driver that is not yet open.

    Raises
    ------
    DriverOptionError
        If the name or an option is unknown or unusable, or a stream is missing or not wanted.
    """
    spec = find_driver(name)
    if spec.needs_stream and stream is None:
        raise DriverOptionError(
            f"The {name} driver plays a recorded stream and was given none; "
            "name the recording or gaze table to play."
        )
    if stream is not None and not spec.needs_stream:
        raise DriverOptionError(
            f"The {name} driver cannot play a recorded stream; use the playback driver for that."
        )
    return spec.create(DriverRequest(options=dict(options), setup=setup, clock=clock, stream=stream))


def probe_driver(spec: DriverSpec, options: Mapping[str, str] | None = None) -> Availability:
    """Return whether a driver can be used here; a probe that fails counts as a reason, not as a crash.

    Where the options name another interpreter, whether it can be used there: that starts it for a moment.
    """
    from drivers.host.option import interpreter_of

    interpreter = interpreter_of(options or {}) if spec.can_be_hosted else ""
    if interpreter:
        from drivers.host.questions import check_hosted

        return check_hosted(spec.name, interpreter)
    try:
        availability = spec.probe()
    except Exception as error:  # noqa: BLE001  # third-party code: whatever it raises is the reason to show
        _log.warning("The probe of the %s driver failed", spec.name, exc_info=True)
        return Availability(
            is_usable=False,
            reason=f"The check of the {spec.name} driver failed: {type(error).__name__}: {error}.",
            remedy="Update or remove the package that brings this driver.",
        )
    return availability


def _load(entry_point: metadata.EntryPoint, taken: set[str]) -> DriverSpec:
    package = entry_point.dist.name if entry_point.dist is not None else entry_point.value
    try:
        loaded = entry_point.load()
    except Exception as error:  # noqa: BLE001  # third-party code: an import may raise anything
        _log.warning("The driver %s of %s cannot be loaded", entry_point.name, package, exc_info=True)
        return _broken(entry_point.name, package, f"cannot be loaded: {type(error).__name__}: {error}")
    if not isinstance(loaded, DriverSpec):
        return _broken(entry_point.name, package, f"is a {type(loaded).__name__}, not a DriverSpec")
    if loaded.name in taken:
        return _broken(
            f"{loaded.name}@{package}", package, f"has the name {loaded.name!r}, which is already taken"
        )
    return loaded


def _broken(name: str, package: str, what: str) -> DriverSpec:
    reason = f"The driver {name} of the package {package} {what}."
    remedy = f"Update or remove the package {package}."

    def create(request: DriverRequest) -> Driver:  # noqa: ARG001  # the request cannot be served
        raise DriverError(f"{reason} {remedy}")

    def probe() -> Availability:
        return Availability(is_usable=False, reason=reason, remedy=remedy)

    return DriverSpec(
        name=name, summary=f"unusable driver of {package}", create=create, probe=probe, is_simulated=False
    )


def _built_in_drivers() -> tuple[DriverSpec, ...]:
    from drivers.lsl_options import LSL_OPTIONS
    from drivers.mock_options import MOCK_OPTIONS
    from drivers.mouse import MOUSE_OPTIONS
    from drivers.playback import PLAYBACK_OPTIONS
    from drivers.tobii.options import TOBII_OPTIONS

    return (
        DriverSpec(
            name="mock",
            summary="Simulated eye that looks at the shown image (seeded; scenarios and sensor presets)",
            create=_create_mock,
            probe=_always_usable,
            is_simulated=True,
            find=_find_mock,
            can_be_hosted=True,
            options=MOCK_OPTIONS,
        ),
        DriverSpec(
            name="lsl",
            summary="Gaze stream of the Lab Streaming Layer, with marker streams",
            create=_create_lsl,
            probe=_probe_lsl,
            is_simulated=False,
            find=_find_lsl,
            options=LSL_OPTIONS,
        ),
        DriverSpec(
            name="tobii",
            summary="Tobii screen-based eye tracker, with its time, signals and calibration",
            create=_create_tobii,
            probe=_probe_tobii,
            is_simulated=False,
            find=_find_tobii,
            can_be_hosted=True,
            options=TOBII_OPTIONS,
        ),
        DriverSpec(
            name="playback",
            summary="A recording or a gaze table, delivered as if live",
            create=_create_playback,
            probe=_always_usable,
            is_simulated=True,
            needs_stream=True,
            options=PLAYBACK_OPTIONS,
        ),
        DriverSpec(
            name="mouse",
            summary="The pointer as a tracker, for piloting",
            create=_create_mouse,
            probe=_probe_mouse,
            is_simulated=True,
            find=_find_mouse,
            options=MOUSE_OPTIONS,
        ),
    )


def _create_mock(request: DriverRequest) -> Driver:
    from drivers.mock.tracker import create

    return create(request.options, request.setup, request.clock)


def _find_mock(request: DriverRequest) -> tuple[FoundTracker, ...]:
    from drivers.mock.search import find

    return find(request)


def _create_lsl(request: DriverRequest) -> Driver:
    from drivers.lsl import create

    return create(request.options, request.setup, request.clock)


def _find_lsl(request: DriverRequest) -> tuple[FoundTracker, ...]:
    from drivers.lsl_search import find

    return find(request)


def _create_tobii(request: DriverRequest) -> Driver:
    from drivers.tobii.tracker import create

    return create(request.options, request.setup, request.clock)


def _find_tobii(request: DriverRequest) -> tuple[FoundTracker, ...]:
    from drivers.tobii.tracker import find

    return find(request)


def _probe_tobii() -> Availability:
    from drivers.tobii.packages import probe

    return probe()


def _create_playback(request: DriverRequest) -> Driver:
    from drivers.playback import create

    return create(request.options, request.setup, request.clock, stream=request.stream)


def _create_mouse(request: DriverRequest) -> Driver:
    from drivers.mouse import create

    return create(request.options, request.setup, request.clock)


def _find_mouse(request: DriverRequest) -> tuple[FoundTracker, ...]:
    from drivers.mouse import find

    return find(request)


def _always_usable() -> Availability:
    return Availability(is_usable=True, reason="Needs nothing but this program.")


def _probe_lsl() -> Availability:
    # Found, not imported: importing loads the native library into whoever asks for the list.
    if importlib.util.find_spec("pylsl") is None:
        return Availability(
            is_usable=False, reason="The package pylsl is not installed.", remedy="Install pylsl."
        )
    return Availability(
        is_usable=True, reason="pylsl is installed; streams are looked for when the tracker is opened."
    )


def _probe_mouse() -> Availability:
    from drivers.pointer import find_pointer_problem

    problem = find_pointer_problem()
    if problem is None:
        return Availability(is_usable=True, reason="The pointer of this desktop can be read.")
    return Availability(is_usable=False, reason=problem.reason, remedy=problem.remedy)
